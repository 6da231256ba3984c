"""Class rectification with loops over attributes, classes, anchors, pairs and triplets."""

import math

import numpy as np

from par_plugins.models.losses import (
    ClassRectificationLossICCV2017,
    ClassRectificationLossTPAMI2019,
)

PRESETS = {
    'tpami2019': ClassRectificationLossTPAMI2019,
    'iccv2017': ClassRectificationLossICCV2017,
}
MINERS = {'class': 'ClassMiner', 'instance': 'InstanceMiner', 'none': 'RandomMiner'}


def preset(*, variant, mining, comparison, k=25, scope='minority', rho=0.5, **options):
    """The loss that the words of the papers name."""
    return PRESETS[variant](
        miner=dict(type=MINERS[mining], k=k),
        comparison=f'{comparison.capitalize()}Comparison',
        rho=None if scope == 'all' else rho,
        **options,
    )


def words_of(loss):
    """The words that name a loss: what :func:`class_rectification_loss` takes."""
    return dict(
        variant='iccv2017' if loss.pooled else 'tpami2019',
        mining={name: word for word, name in MINERS.items()}[type(loss.miner).__name__],
        comparison=type(loss.comparison).__name__.removesuffix('Comparison').lower(),
        k=loss.miner.k,
        rho=loss.rho,
        scope='all' if loss.rho is None else 'minority',
        normalize_features=getattr(loss.distance, 'normalize', False),
    )


def minority_classes(labels, num_values, *, variant, rho, scope):
    """Values of one attribute that have anchors, from its labels (-1 for unknown)."""
    known = [label for label in labels if label >= 0]
    counts = [known.count(value) for value in range(num_values)]
    if scope == 'all':
        chosen = range(num_values)
    else:
        chosen, together = [], 0
        for value in sorted(range(num_values), key=lambda value: (counts[value], value)):
            together += counts[value]
            limit = rho * len(known)
            if together > limit or (variant == 'iccv2017' and together == limit):
                break
            chosen.append(value)
    return [value for value in chosen if counts[value] >= 2]


def ranked(images, hardness):
    """The hardest first, compared in single precision, equal ones by index."""
    return sorted(images, key=lambda image: (-np.float32(hardness(image)), image))


def euclidean(one, other):
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)))


def pairs_of(probabilities, labels, features, *, variant, mining, k, rho, scope):
    """The pairs of one attribute, anchor by anchor: lists of positive and negative distances.

    Args:
        probabilities: ``[image][value]``.
        labels: One for every image, -1 for unknown.
        features: ``[image][feature]``.
        variant, mining, k, rho, scope: As in the loss; ``k`` None where mining is none.
    """
    anchors = []
    count = len(labels) if k is None else k
    classes = minority_classes(labels, len(probabilities[0]), variant=variant, rho=rho, scope=scope)
    for value in classes:
        same = [i for i, label in enumerate(labels) if label == value]
        other = [i for i, label in enumerate(labels) if label not in (value, -1)]
        score = [row[value] for row in probabilities]
        for anchor in same:
            if mining == 'instance':
                near = [euclidean(features[anchor], row) ** 2 for row in features]
                usable = [i for i in same if i != anchor]
                if variant == 'iccv2017':
                    usable = [i for i in usable if score[i] < max(probabilities[i])]
                positives = ranked(usable, lambda i, near=near: near[i])[:count]
                negatives = ranked(other, lambda i, near=near: -near[i])[:count]
            else:
                positives = ranked(same, lambda i, score=score: -score[i])[:count]
                positives = [i for i in positives if i != anchor]
                negatives = ranked(other, lambda i, score=score: score[i])[:count]
            if variant == 'iccv2017' or mining == 'instance':
                anchors.append(
                    (
                        [euclidean(features[anchor], features[i]) for i in positives],
                        [euclidean(features[anchor], features[i]) for i in negatives],
                    )
                )
            else:
                anchors.append(
                    (
                        [abs(score[anchor] - score[i]) for i in positives],
                        [score[anchor] - score[i] for i in negatives],
                    )
                )
    return anchors


def histogram(distances, low, high):
    """Shares of 100 nodes, each distance between its two neighbours."""
    nodes = np.linspace(low, high, 100)
    step = nodes[1] - nodes[0]
    weights = [np.maximum(0, 1 - abs(min(max(d, low), high) - nodes) / step) for d in distances]
    return np.sum(weights, axis=0) / len(distances)


def compared(pool, *, comparison, by_features):
    """The loss of a pool of ``(margin, positives, negatives)``, an anchor each."""
    if not any(positives and negatives for _, positives, negatives in pool):
        return 0.0
    if comparison == 'relative':
        hinges = [
            max(0.0, margin + near - far)
            for margin, positives, negatives in pool
            for near in positives
            for far in negatives
        ]
        return sum(hinges) / len(hinges)
    near = [d for _, positives, _ in pool for d in positives]
    far = [d for _, _, negatives in pool for d in negatives]
    if comparison == 'absolute':
        margin = 1.0 if by_features else 0.5
        return 0.5 * (
            sum(d**2 for d in near) / len(near)
            + sum(max(margin - d, 0.0) ** 2 for d in far) / len(far)
        )
    spread = (0.0, 2.0) if by_features else (-1.0, 1.0)
    return float(np.sum(histogram(near, *spread) * np.cumsum(histogram(far, *spread))))


def class_rectification_loss(
    probabilities,
    targets,
    features,
    *,
    variant,
    mining,
    comparison,
    k,
    rho,
    scope,
    normalize_features,
):
    """L_crl: a list by attribute (TPAMI), or one number (ICCV).

    Args:
        probabilities: ``[image][attribute][value]``.
        targets: ``[image][attribute]``, -1 for unknown.
        features: ``[image][attribute][feature]``, where they are compared.
        variant, mining, comparison, k, rho, scope, normalize_features: As in the loss.
    """
    by_features = variant == 'iccv2017' or mining == 'instance'
    pools = []
    for attribute in range(len(targets[0])):
        own = [row[attribute] for row in probabilities]
        vectors = [row[attribute] for row in features] if by_features else None
        if by_features and (normalize_features or comparison == 'distribution'):
            origin = [0.0] * len(vectors[0])
            lengths = [euclidean(vector, origin) or 1.0 for vector in vectors]
            vectors = [[x / a for x in v] for v, a in zip(vectors, lengths, strict=True)]
        margin = 2 * math.pi / len(own[0]) if by_features else 0.5
        anchors = pairs_of(
            own,
            [row[attribute] for row in targets],
            vectors,
            variant=variant,
            mining=mining,
            k=k,
            rho=rho,
            scope=scope,
        )
        pools.append([(margin, positives, negatives) for positives, negatives in anchors])
    if variant == 'iccv2017':
        pools = [[anchor for pool in pools for anchor in pool]]
    losses = [compared(pool, comparison=comparison, by_features=by_features) for pool in pools]
    return losses[0] if variant == 'iccv2017' else losses


def imbalance(counts, omega):
    """Omega of one attribute, from the counts of its values."""
    total, num_values = sum(counts), len(counts)
    if total == 0:
        return 0.0
    if omega == 'moved':
        return sum(max(0.0, 1 / num_values - count / total) for count in counts)
    return 1 - total / (num_values * max(counts))
