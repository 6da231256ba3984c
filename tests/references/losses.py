"""Slow, obvious versions of the losses: loops over images and attributes, plain NumPy."""

import math

import numpy as np


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
    if not binary[attribute] or value == 0:
        return 1.0
    if weighting == 'global_ratio':
        columns = [column for column, is_binary in enumerate(binary) if is_binary]
        return sum(counts[c][0] for c in columns) / sum(counts[c][1] for c in columns)
    ratio = own[0] / own[1]
    return ratio if weighting == 'ratio' else max(1.0, math.log(ratio))


def attribute_cross_entropy_loss(loss, batch):
    binary = batch.layout.schema.binary
    # The statistics that the contract gives: 3 of 20 labels are the second value.
    counts = [[17, 3] + [0] * (values - 2) for values in batch.layout.schema.num_values]
    nodes = {}
    for image, row in enumerate(probabilities_of(batch)):
        for attribute, values in enumerate(row):
            target = int(batch.targets[image, attribute])
            if target >= 0:
                weight = weight_of(loss.weighting, counts, attribute, target, binary)
                nodes[image, attribute] = -weight * math.log(values[target])
    return loss.loss_weight * reduce(nodes, *batch.targets.shape, loss.reduction)


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
}
"""Reference and tested options of each registered loss."""
