"""Top-k recall, slow and obvious."""

import math

UNKNOWN = -1


def top_k_recall(scores, targets, columns, k, average):
    """Percent, for one group of columns."""
    matched = positives = 0
    recalls = []
    for image_scores, image_targets in zip(scores, targets, strict=True):
        known = [column for column in columns if image_targets[column] != UNKNOWN]
        first = sorted(known, key=lambda column: (-image_scores[column], columns.index(column)))[:k]
        truth = [column for column in known if image_targets[column] == 1]
        if not truth:
            continue
        hits = len(set(first) & set(truth))
        matched += hits
        positives += len(truth)
        recalls.append(hits / len(truth))
    if not recalls:
        return math.nan
    return 100 * (matched / positives if average == 'micro' else sum(recalls) / len(recalls))
