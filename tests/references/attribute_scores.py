"""Slow, obvious attribute scores: one image and one attribute at a time, each protocol told out."""

import math

THRESHOLDS = {'rap': 0.5, 'rap_matlab': None, 'rethinking': 0.5, 'openpar': 0.45}


def is_predicted(probability, protocol, threshold):
    if protocol == 'rap_matlab' and threshold is None:
        assert probability in (0, 1)
        return probability == 1
    limit = THRESHOLDS[protocol] if threshold is None else threshold
    if protocol in ('rap', 'rap_matlab'):
        return probability >= limit
    return probability > limit


def attribute_scores(probabilities, targets, *, protocol, threshold=None):
    """The five scores and each attribute's mA, in percent; ``threshold`` one number or a list."""
    num_attributes = len(targets[0])
    thresholds = threshold if isinstance(threshold, list) else [threshold] * num_attributes
    predicted = [
        [is_predicted(p, protocol, limit) for p, limit in zip(row, thresholds, strict=True)]
        for row in probabilities
    ]
    by_attribute = [
        attribute_mean_accuracy(
            [row[column] for row in predicted], [row[column] for row in targets], protocol
        )
        for column in range(num_attributes)
    ]
    if all(label == -1 for row in targets for label in row):
        by_attribute = [math.nan] * num_attributes
    return {
        'mA': mean([value for value in by_attribute if not math.isnan(value)]),
        **instance_scores(predicted, targets, protocol),
        'mA_by_attribute': by_attribute,
    }


def attribute_mean_accuracy(predicted, labels, protocol):
    on_positives = [guess for guess, label in zip(predicted, labels, strict=True) if label == 1]
    on_negatives = [guess for guess, label in zip(predicted, labels, strict=True) if label == 0]
    missing = math.nan if protocol == 'rap' else 0.0
    tpr = 100 * on_positives.count(True) / len(on_positives) if on_positives else missing
    tnr = 100 * on_negatives.count(False) / len(on_negatives) if on_negatives else missing
    return (tpr + tnr) / 2


def instance_scores(predicted, targets, protocol):
    accuracies, precisions, recalls, f1s = [], [], [], []
    for guesses, labels in zip(predicted, targets, strict=True):
        known = [column for column, label in enumerate(labels) if label != -1]
        if not known:
            continue
        truth = {column for column in known if labels[column] == 1}
        found = {column for column in known if guesses[column]}
        accuracy = quotient(len(truth & found), len(truth | found))
        precision = quotient(len(truth & found), len(found))
        recall = quotient(len(truth & found), len(truth))
        if protocol in ('rethinking', 'openpar'):
            accuracies.append(accuracy)
            precisions.append(precision)
            recalls.append(recall)
            f1s.append(quotient(2 * precision * recall, precision + recall))
            continue
        if truth or found:
            accuracies.append(accuracy)
        if found or (truth and protocol == 'rap'):
            precisions.append(precision)
        if truth:
            recalls.append(recall)
    scores = {
        'accuracy': 100 * mean(accuracies),
        'precision': 100 * mean(precisions),
        'recall': 100 * mean(recalls),
    }
    if protocol == 'openpar':
        scores['f1'] = 100 * mean(f1s)
    else:
        precision, recall = scores['precision'], scores['recall']
        scores['f1'] = quotient(2 * precision * recall, precision + recall)
    return scores


def quotient(above, below):
    return 0.0 if below == 0 else above / below


def mean(values):
    return sum(values) / len(values) if values else math.nan
