"""Slow, obvious versions of the losses: loops over images and attributes, plain NumPy."""

import math

import numpy as np

from tests.references import class_rectification, embeddings


def probabilities_of(batch):
    """Probability of every value, as nested lists ``[image][attribute][value]``."""
    rows = []
    for logits in batch.logits.detach().double().numpy():
        row = []
        for attribute, part in zip(
            batch.layout.schema.attributes, batch.layout.schema.logit_slices, strict=True
        ):
            if attribute.binary:
                positive = 1 / (1 + math.exp(-logits[part.start]))
                row.append([1 - positive, positive])
            else:
                exponentials = [math.exp(z) for z in logits[part]]
                row.append([e / sum(exponentials) for e in exponentials])
        rows.append(row)
    return rows


def reduce(nodes, num_images, num_attributes, reduction):
    """Reduce a dict (image, attribute) -> loss of the known labels."""
    total = sum(nodes.values())
    if reduction == 'sum':
        return total
    if reduction == 'mean':
        return total / len(nodes)
    if reduction == 'image_mean':
        return total / len({image for image, _ in nodes})
    assert reduction == 'attribute_mean'
    means = []
    for attribute in range(num_attributes):
        own = [loss for (_, column), loss in nodes.items() if column == attribute]
        means.append(np.mean(own) if own else 0.0)
    return float(np.mean(means))


def weight_of(weighting, counts, attribute, value, binary):
    """The factor of one label, from ``counts[attribute][value]`` of the training set."""
    own = counts[attribute]
    if weighting == 'none':
        return 1.0
    if weighting == 'exp':
        return math.exp(1 - own[value] / sum(own))
    if weighting == 'attribute':
        return math.exp(-own[1 if binary[attribute] else value] / sum(own))
    if not binary[attribute] or value == 0:
        return 1.0
    if weighting == 'global_ratio':
        columns = [column for column, is_binary in enumerate(binary) if is_binary]
        return sum(counts[c][0] for c in columns) / sum(counts[c][1] for c in columns)
    ratio = own[0] / own[1]
    return ratio if weighting == 'ratio' else max(1.0, math.log(ratio))


def label_nodes(weighting, batch, of_probability):
    """The weighted loss of every known label (image, attribute), from its probability."""
    binary = batch.layout.schema.binary
    # The statistics that the contract gives: 3 of 20 labels are the second value.
    counts = [[17, 3] + [0] * (values - 2) for values in batch.layout.schema.num_values]
    nodes = {}
    for image, row in enumerate(probabilities_of(batch)):
        for attribute, values in enumerate(row):
            target = int(batch.targets[image, attribute])
            if target >= 0:
                weight = weight_of(weighting, counts, attribute, target, binary)
                nodes[image, attribute] = weight * of_probability(values[target])
    return nodes


def cross_entropy(p):
    return -math.log(p)


def attribute_cross_entropy_loss(loss, batch):
    nodes = label_nodes(loss.weighting, batch, cross_entropy)
    return loss.loss_weight * reduce(nodes, *batch.targets.shape, loss.reduction)


def attribute_focal_loss(loss, batch):
    nodes = label_nodes(loss.weighting, batch, lambda p: (1 - p) ** loss.gamma * cross_entropy(p))
    return loss.loss_weight * reduce(nodes, *batch.targets.shape, loss.reduction)


def habp_loss(loss, batch):
    losses = label_nodes(loss.base.weighting, batch, cross_entropy)
    errors = label_nodes('none', batch, lambda p: (1 - p) ** loss.gamma)
    weighted = sum(errors[node] * losses[node] for node in losses)
    return loss.loss_weight * weighted / sum(errors.values())


def ohem_loss(loss, batch):
    losses = sorted(label_nodes(loss.base.weighting, batch, cross_entropy).values(), reverse=True)
    kept = max(1, round(loss.share * len(losses)))
    return loss.loss_weight * float(np.mean(losses[:kept]))


def deactivation_loss(loss, batch):
    """Before any real image is seen, all labels weigh the same."""
    logits, nodes = batch.logits.detach().numpy(), []
    for image, targets in enumerate(batch.targets.tolist()):
        for target, part, binary in zip(
            targets, batch.layout.schema.logit_slices, batch.layout.schema.binary, strict=True
        ):
            if target >= 0:
                own = logits[image, part]
                if loss.centred and not binary:
                    own = own - own.mean()
                active = own**2 if binary else [max(z - loss.threshold, 0) ** 2 for z in own]
                nodes.append(np.mean(active))
    return loss.loss_weight * float(np.mean(nodes))


def class_rectification_loss(loss, batch):
    losses = label_nodes(loss.base.weighting, batch, cross_entropy)
    num_images = len({image for image, _ in losses})
    num_attributes = batch.targets.shape[1]
    features = batch.features.detach().tolist()
    rectification = class_rectification.class_rectification_loss(
        probabilities_of(batch),
        batch.targets.tolist(),
        [[row] * num_attributes for row in features],
        **class_rectification.words_of(loss),
    )
    if loss.pooled:
        return loss.loss_weight * (rectification + sum(losses.values()) / num_images)
    total = 0.0
    for attribute, num_values in enumerate(batch.layout.schema.num_values):
        # The statistics that the contract gives: 3 of 20 labels are the second value.
        counts = [17, 3] + [0] * (num_values - 2)
        alpha = loss.alpha
        if alpha is None:
            alpha = loss.eta * class_rectification.imbalance(counts, loss.omega)
        own = sum(node for (_, column), node in losses.items() if column == attribute)
        total += alpha * rectification[attribute] + (1 - alpha) * own / num_images
    return loss.loss_weight * total


def by_attribute(batch):
    """Features and labels of each attribute; the features are shared."""
    labels = batch.targets.T.tolist()
    return [batch.features.detach().tolist()] * len(labels), labels


def lmle_loss(loss, batch):
    clusters = loss.clusters[batch.image_indices].T.tolist()
    value = embeddings.lmle_loss(*by_attribute(batch), clusters, loss.margin)
    return loss.loss_weight * value


def semi_hard_triplet_loss(loss, batch):
    value = embeddings.semi_hard_triplet_loss(*by_attribute(batch), loss.margin)
    return loss.loss_weight * value


CROSS_ENTROPY = {'type': 'AttributeCrossEntropyLoss'}
REFERENCES = {
    'AttributeCrossEntropyLoss': (
        attribute_cross_entropy_loss,
        [
            {},
            {'weighting': 'exp'},
            {'weighting': 'ratio'},
            {'weighting': 'log_ratio'},
            {'weighting': 'global_ratio'},
            {'reduction': 'sum'},
            {'reduction': 'mean'},
            {'reduction': 'attribute_mean', 'loss_weight': 0.5},
        ],
    ),
    'AttributeFocalLoss': (
        attribute_focal_loss,
        [
            {},
            {'gamma': 2.0, 'weighting': 'attribute'},
            {'gamma': 0.1, 'weighting': 'global_ratio', 'loss_weight': 0.5},
            {'gamma': 0, 'reduction': 'image_mean'},
        ],
    ),
    'ClassRectificationLoss': (
        class_rectification_loss,
        [
            {},
            {'eta': 0.5, 'omega': 'added', 'rho': None},
            {
                'miner': 'InstanceMiner',
                'distance': {'type': 'FeatureDistance', 'normalize': True},
                'comparison': 'AbsoluteComparison',
                'alpha': 0.5,
            },
        ],
    ),
    'ClassRectificationLossICCV2017': (
        class_rectification_loss,
        [
            {'miner': 'InstanceMiner', 'rho': None},
            {
                'comparison': 'DistributionComparison',
                'rho': 0.7,
                'base': {'type': 'AttributeCrossEntropyLoss', 'weighting': 'exp'},
            },
        ],
    ),
    'ClassRectificationLossTPAMI2019': (
        class_rectification_loss,
        [
            {
                'miner': 'InstanceMiner',
                'comparison': 'AbsoluteComparison',
                'alpha': 0.5,
                'loss_weight': 0.5,
            },
            {
                'miner': {'type': 'RandomMiner', 'k': None},
                'comparison': 'DistributionComparison',
                'alpha': 0.5,
            },
        ],
    ),
    'DeactivationLoss': (
        deactivation_loss,
        [
            {},
            {'threshold': 0.0, 'loss_weight': 0.5},
            {'centred': True},
        ],
    ),
    'HABPLoss': (
        habp_loss,
        [
            {},
            {'detach': False},
            {'gamma': 0.1, 'base': {**CROSS_ENTROPY, 'weighting': 'global_ratio'}},
            {'detach': False, 'base': {**CROSS_ENTROPY, 'weighting': 'log_ratio'}},
            {'across_ranks': True, 'detach': False, 'loss_weight': 0.5},
        ],
    ),
    'LMLELoss': (lmle_loss, [{}, {'margin': 1.5, 'loss_weight': 0.5}]),
    'OHEMLoss': (
        ohem_loss,
        [
            {},
            {'share': 0.5, 'loss_weight': 0.5},
            {'share': 1, 'base': {**CROSS_ENTROPY, 'weighting': 'exp'}},
        ],
    ),
    'SemiHardTripletLoss': (semi_hard_triplet_loss, [{}, {'margin': 1.5, 'loss_weight': 0.5}]),
}
"""Reference and tested options of each registered loss."""
