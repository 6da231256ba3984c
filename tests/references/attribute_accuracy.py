"""Slow, obvious plain accuracy: one attribute, one image at a time."""

import math


def attribute_accuracy(predictions, targets, unknown):
    """Percent over all, and percent by attribute."""
    by_attribute = []
    for column in range(len(predictions[0])):
        right = counted = 0
        for predicted, labels in zip(predictions, targets, strict=True):
            if all(label == -1 for label in labels):
                continue
            if labels[column] != -1 or unknown == 'wrong':
                counted += 1
                right += predicted[column] == labels[column]
        by_attribute.append(100 * right / counted if counted else math.nan)
    defined = [value for value in by_attribute if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan, by_attribute
