"""Divide images so that each part has its share of every attribute."""

from collections.abc import Mapping

import numpy as np

from par_plugins.datasets.spread_rare_labels import spread_rare_labels
from par_plugins.structures import InputError


def stratified_parts(
    positive: np.ndarray,
    shares: Mapping[str, float],
    *,
    seed: int,
    known: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Stratify iteratively (Sechidis et al., ECML PKDD 2011), then by :func:`spread_rare_labels`.

    Args:
        positive: ``(N, V)`` bool, what each image has.
        shares: Share of each part, in any unit.
        seed: Same seed, same parts.
        known: ``(N, V)`` bool, whether that is known; None stands for everywhere.
        groups: ``(N,)`` integers; all images of a group go to the same part. Then the shares
            are of groups, and a group has what any of its images has.

    Returns:
        ``(N,)`` the name of each image's part.

    Raises:
        InputError: If a share is not positive, or a part stays empty.
    """
    from iterstrat.ml_stratifiers import IterativeStratification

    if not shares or not all(
        isinstance(share, int | float) and 0 < share < np.inf for share in shares.values()
    ):
        raise InputError(f'every part needs a positive share, got {dict(shares)}')
    names, sizes = list(shares), np.array(list(shares.values()), dtype=float)
    if groups is not None:
        different, group_of = np.unique(groups, return_inverse=True)
        united = np.zeros((2, len(different), positive.shape[1]), dtype=bool)
        np.logical_or.at(united[0], group_of, positive)
        np.logical_or.at(united[1], group_of, positive if known is None else known)
        return stratified_parts(united[0], shares, seed=seed, known=united[1])[group_of]
    random_state = np.random.RandomState(seed)  # what the library takes
    order = random_state.permutation(len(positive))  # so that the order of the files plays no role
    shuffled = IterativeStratification(
        labels=positive[order], r=sizes / sizes.sum(), random_state=random_state
    )
    parts = np.empty(len(positive), dtype=int)
    negative = ~positive if known is None else known & ~positive
    has = np.concatenate([positive, negative], axis=1)
    parts[order] = spread_rare_labels(np.asarray(shuffled), has[order], num_parts=len(names))
    empty = [name for number, name in enumerate(names) if not (parts == number).any()]
    if empty:
        raise InputError(
            f'part {empty[0]!r} is empty: there are {len(positive)} images or identities to divide '
            f'by {dict(shares)}'
        )
    return np.array(names)[parts]
