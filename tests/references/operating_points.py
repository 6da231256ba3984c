"""Slow, obvious threshold adjustment and thresholds: one image, one candidate at a time."""

import math


def adjusted_prediction(probabilities, shares, temperature):
    """The value of one image and attribute, from the lists of its values; ties to the later."""
    products = [
        p * math.exp(-share) ** temperature for p, share in zip(probabilities, shares, strict=True)
    ]
    return max(range(len(products)), key=lambda value: (products[value], value))


def attribute_quality(scores, labels, threshold, criterion):
    """mA, F1 or Youden's index of one binary attribute, in [0, 1]; -1 is unknown."""
    pairs = [(s >= threshold, label) for s, label in zip(scores, labels, strict=True) if label >= 0]
    tp = pairs.count((True, 1))
    fn = pairs.count((False, 1))
    fp = pairs.count((True, 0))
    tn = pairs.count((False, 0))
    tpr, tnr = tp / (tp + fn), tn / (tn + fp)
    if criterion == 'f1':
        return 2 * tp / (2 * tp + fp + fn)
    return (tpr + tnr) / 2 if criterion == 'mA' else tpr + tnr - 1


def best_quality(scores, labels, criterion):
    """The best that any threshold in [0, 1] reaches."""
    candidates = [0.0, 1.0, *scores]
    return max(attribute_quality(scores, labels, t, criterion) for t in candidates)
