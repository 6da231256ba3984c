"""Slow, obvious class-balanced accuracy: one attribute, one value, one image at a time."""

import math


def balanced_accuracy(predictions, targets, num_values):
    """Percent over all, percent by attribute, and the pairs of attribute and value not there."""
    by_attribute, absent = [], []
    for column, size in enumerate(num_values):
        recalls = []
        for value in range(size):
            rows = [row for row, labels in enumerate(targets) if labels[column] == value]
            if not rows:
                absent.append((column, value))
                continue
            right = [row for row in rows if predictions[row][column] == value]
            recalls.append(100 * len(right) / len(rows))
        by_attribute.append(sum(recalls) / len(recalls) if recalls else math.nan)
    defined = [value for value in by_attribute if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan, by_attribute, absent
