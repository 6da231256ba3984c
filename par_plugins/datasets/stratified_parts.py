"""Divide images so that each part has its share of every attribute."""

from collections.abc import Mapping

import numpy as np
from iterstrat.ml_stratifiers import IterativeStratification

from par_plugins.structures import InputError


def stratified_parts(
    positive: np.ndarray,
    shares: Mapping[str, float],
    *,
    seed: int,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Iterative stratification (Sechidis et al., ECML PKDD 2011).

    Args:
        positive: ``(N, V)`` bool, what each image has.
        shares: Share of each part, in any unit.
        seed: Same seed, same parts.
        groups: ``(N,)`` integers; all images of a group go to the same part. Then the shares
            are of groups, and a group has what any of its images has.

    Returns:
        ``(N,)`` the name of each image's part.

    Raises:
        InputError: If a share is not positive, or a part stays empty.
    """
    if not shares or not all(
        isinstance(share, int | float) and 0 < share < np.inf for share in shares.values()
    ):
        raise InputError(f'every part needs a positive share, got {dict(shares)}')
    names, sizes = list(shares), np.array(list(shares.values()), dtype=float)
    if groups is not None:
        different, group_of = np.unique(groups, return_inverse=True)
        united = np.zeros((len(different), positive.shape[1]), dtype=bool)
        np.logical_or.at(united, group_of, positive)
        return stratified_parts(united, shares, seed=seed)[group_of]
    random_state = np.random.RandomState(seed)  # what the library takes
    order = random_state.permutation(len(positive))  # so that the order of the files plays no role
    shuffled = IterativeStratification(
        labels=positive[order], r=sizes / sizes.sum(), random_state=random_state
    )
    parts = np.empty(len(positive), dtype=int)
    parts[order] = shuffled
    empty = [name for number, name in enumerate(names) if not (parts == number).any()]
    if empty:
        raise InputError(
            f'part {empty[0]!r} is empty: there are {len(positive)} images or identities to divide '
            f'by {dict(shares)}'
        )
    return np.array(names)[parts]
