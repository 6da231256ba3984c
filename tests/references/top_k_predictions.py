"""Which attributes are among the k highest of their image, slow and obvious."""


def top_k_predictions(scores, k):
    """0 or 1 for every image and attribute."""
    rows = []
    for image in scores:
        first = sorted(range(len(image)), key=lambda column: (-image[column], column))[:k]
        rows.append([int(column in first) for column in range(len(image))])
    return rows
