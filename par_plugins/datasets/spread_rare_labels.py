"""A positive and a negative of every label for every part, where there are as many as parts."""

from typing import NamedTuple

import numpy as np

MAX_CANDIDATES, MAX_PARTNERS = 64, 4096  # looked at for one exchange


class _Exchange(NamedTuple):
    cost: tuple[int, int]
    image: int
    partner: int | None


def spread_rare_labels(parts: np.ndarray, has: np.ndarray, *, num_parts: int) -> np.ndarray:
    """Exchange images between parts until none lacks what all of them could have.

    Stratification rounds: two of three positives in one part can leave another without any. Here
    an image goes to the part that lacks one of its labels, and one that resembles it comes back, as
    long as fewer parts lack a label by that; labels that are not rare are left as they were.

    Args:
        parts: ``(N,)`` numbers of parts.
        has: ``(N, L)`` bool, which of L labels an image has: positive and negative ones.
        num_parts: Number P of parts.

    Returns:
        ``(N,)`` numbers of parts.
    """
    parts = parts.copy()
    counts = np.stack([has[parts == part].sum(axis=0) for part in range(num_parts)])
    needed = counts.sum(axis=0) >= num_parts
    for label in np.argsort(counts.sum(axis=0), kind='stable'):
        for part in np.flatnonzero((counts[:, label] == 0) & needed[label]).tolist():
            exchange = _best_exchange(parts, has, counts, needed, int(label), part)
            if exchange is None:
                continue
            donor = int(parts[exchange.image])
            moves = [(exchange.image, donor, part)]
            if exchange.partner is not None:
                moves.append((exchange.partner, part, donor))
            for image, old, new in moves:
                parts[image] = new
                counts[old] -= has[image]
                counts[new] += has[image]
    return parts


def _best_exchange(
    parts: np.ndarray,
    has: np.ndarray,
    counts: np.ndarray,
    needed: np.ndarray,
    label: int,
    part: int,
) -> _Exchange | None:
    """The exchange that leaves fewest labels without an image, of these that of most alike ones."""
    partners = np.flatnonzero(parts == part)[:MAX_PARTNERS]
    best = None
    for image in np.flatnonzero(has[:, label])[:MAX_CANDIDATES]:
        donor = parts[image]
        before = _lacking(counts[[donor, part]], needed).sum()
        without, with_it = counts[donor] - has[image], counts[part] + has[image]
        lacking = _lacking(without + has[partners], needed)
        lacking += _lacking(with_it - has[partners], needed)
        changes = (has[partners] != has[image]).sum(axis=1)
        alone = _lacking(np.stack([without, with_it]), needed).sum()
        options = [_Exchange((int(alone), has.shape[1] + 1), int(image), None)]
        if len(partners):
            row = np.lexsort((changes, lacking))[0]
            cost = (int(lacking[row]), int(changes[row]))
            options.append(_Exchange(cost, int(image), int(partners[row])))
        for option in options:
            if option.cost[0] < before and (best is None or option.cost < best.cost):
                best = option
    return best


def _lacking(counts: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """How many of the labels that every part could have a row of counts lacks."""
    lacking: np.ndarray = ((counts == 0) & needed).sum(axis=1)
    return lacking
