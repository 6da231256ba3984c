"""Slow, obvious average precision: one threshold at a time, everything counted anew."""

import math


def average_precision(scores, labels):
    """Of one attribute, from lists; labels are 0, 1, or -1 for unknown."""
    known = [(s, label) for s, label in zip(scores, labels, strict=True) if label >= 0]
    positives = sum(label for _, label in known)
    if positives == 0:
        return math.nan
    total, recall_before = 0.0, 0.0
    for threshold in sorted({score for score, _ in known}, reverse=True):
        taken = [label for score, label in known if score >= threshold]
        recall = sum(taken) / positives
        total += (recall - recall_before) * sum(taken) / len(taken)
        recall_before = recall
    return total
