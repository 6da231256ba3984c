"""Data augmentation imbalance (DAI): how often to draw each image of a multi-label set.

Y. Hu et al., "Data augmentation imbalance for imbalanced attribute classification", ICIP 2020,
section 3: choose weights under which the proportions of positives come near a target.

1. The label matrix A, ``(m, n)``: here its different rows, as equal ones are interchangeable.
2. Equation 1, the proportions of positives under weights r: ``p = A^T r / 1^T r``.
3. Equation 2, what to minimise: ``f(r) = sum_j max(0, target_j - p_j)^3`` over ``r >= 0``.
4. Equation 3, how: the paper runs Adam on ``f(r) - lambda r``, without a size or a cap.
   ``solver='adam'`` is that, with a projection in place of the penalty, which has no minimum.
5. Times 5 or 10, the integer part: how often each image stands in the sub-balance set. Here the
   fractions are drawn anew in each epoch, see :class:`EpochPlannedSampler`.
6. Training in turn on the sub-balance set and on all images: ``schedule`` of :class:`DAISampler`.

Ours are the exact solver, the size, the cap, the diversity term, the linear deficit of unknown
labels, and categorical attributes one-hot with the target 1/K.
"""

import math
import operator
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from par_plugins.datasets.samplers.adam_solver import solve_with_adam
from par_plugins.datasets.samplers.capped_scaling import require_possible_size
from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.datasets.samplers.exact_solver import solve_exactly
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.structures import AttributeSchema, InputError

Solver = Literal['exact', 'adam']


@dataclass(frozen=True, eq=False)
class DAISolution(ResampledLabels):
    """Weights of the images, how balanced they are, and how far from the best.

    Attributes:
        objective: ``sum_j max(0, d_j)^3`` over the columns that have a positive label, ``d`` the
            weighted mean of ``target - y`` over all draws, where an unknown label counts as 0:
            ``target - p`` if all labels are known.
        diversity_term: ``mu / (2 ESS)``, ESS the effective sample size.
        gap: Certificate: ``objective + diversity_term`` is at most this much above its minimum
            over all weights with the same sum and, for the exact solver, the same cap.
    """

    objective: float
    diversity_term: float
    gap: float


def solve_dai(
    labels: ArrayLike,
    *,
    size: int,
    max_repeat: float | None,
    target: float | Sequence[float] = 0.6,
    diversity: float = 0.0,
    solver: Solver = 'exact',
    schema: AttributeSchema | None = None,
    **options: Any,
) -> DAISolution:
    """Find the weights under which the labels are most balanced.

    ``solver='exact'`` minimises ``objective + diversity_term`` over ``0 <= w <= max_repeat``,
    ``sum w = size``. Images with equal labels get equal weights. Options: ``tolerance`` of the
    gap (1e-8, relative to the value where that exceeds 1) and ``max_iterations`` (200; a warning
    tells if they did not suffice).

    ``solver='adam'`` is the paper's: Adam from equal weights, stopped early. It knows no cap
    (``max_repeat`` is not enforced) and no diversity. Options: ``steps`` (356), ``lr`` (0.01) and
    ``rounding``: ``'none'`` (default) scales the result to ``size``; ``'floor'`` is the paper's
    integer part of ``scale`` (5) times the result, whose sum is what comes out.

    A column without any positive label is not pulled, and a warning names it.

    Args:
        labels: ``(N, A)`` values, -1 for unknown: 0 and 1 without a schema.
        size: Number of draws M.
        max_repeat: The cap on the weight of an image; None for no cap. An image stands in an epoch
            at most this often, rounded up.
        target: Ideal proportion of positives: one number for all binary attributes, or ``(C,)``
            for the columns of the schema's logits. With one number, each value of a categorical
            attribute has the target 1/K.
        diversity: The factor mu of the diversity term, which spreads the draws over more images.
        solver: ``'exact'`` or ``'adam'``.
        schema: The attributes of the columns; None takes each column as binary.
        **options: Options of the solver, see above.

    Raises:
        InputError: If a label, the size, the cap, a target or the diversity is not valid, or the
            cap makes the size impossible.
    """
    rows = LabelRows.from_labels(labels, schema)  # step 1
    size = _integer('size', size)
    if not (math.isfinite(diversity) and diversity >= 0):
        raise InputError(f'diversity must be at least 0 and finite, got {diversity}')
    # Steps 2 and 3: a deficit is target - p.
    problem = DAIProblem(_deficits(rows, target), rows.num_images, size, float(diversity))
    if solver == 'exact':  # step 4, ours
        cap = size if max_repeat is None else _positive('max_repeat', max_repeat)
        require_possible_size(size, cap, len(rows.row_of_image))
        shares, gap = solve_exactly(problem, max_repeat=cap, **options)
        of_row = np.minimum(shares * size / rows.num_images, cap)
    elif solver == 'adam':  # steps 4 and 5
        if diversity:
            raise InputError(f"solver='adam' knows no diversity, got diversity={diversity}")
        of_row = solve_with_adam(problem, **options)
        draws = of_row * rows.num_images
        shares = draws / draws.sum()
        gap = problem.gap(shares, np.ones_like(shares))
    else:
        raise InputError(f"solver must be 'exact' or 'adam', got {solver!r}")
    resampled = ResampledLabels.from_weights(of_row[rows.row_of_image], rows)
    return DAISolution(
        **vars(resampled),
        objective=problem.imbalance(shares),
        diversity_term=problem.diversity_term(shares),
        gap=gap,
    )


def _integer(name: str, value: Any) -> int:
    try:
        integer = operator.index(value)
    except TypeError:
        integer = 0
    if integer < 1 or isinstance(value, bool):
        raise InputError(f'{name} must be an integer of at least 1, got {value!r}')
    return integer


def _positive(name: str, value: Any) -> float:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and value > 0):
        raise InputError(f'{name} must be a positive number, got {value!r}')
    return value  # type: ignore[no-any-return]


def _deficits(rows: LabelRows, target: float | Sequence[float]) -> np.ndarray:
    """Known times (target - label) of the columns that have a positive label."""
    targets = np.asarray(target, dtype=np.float64)
    num_columns = len(rows.column_names)
    if targets.shape not in ((), (num_columns,)):
        raise InputError(
            f'target: shape {targets.shape}, expected one number or ({num_columns},), '
            'one for each column'
        )
    if not ((targets >= 0) & (targets <= 1)).all():
        raise InputError(f'target: every target must be in [0, 1], got {target}')
    if targets.ndim == 0:
        targets = np.array(
            [
                targets if attribute.binary else 1 / attribute.num_values
                for attribute in rows.schema.attributes
                for _ in range(attribute.num_logits)
            ]
        )
    has_positive = rows.positive.any(axis=0)
    if not has_positive.all():
        names = ', '.join(rows.column_names[column] for column in np.flatnonzero(~has_positive))
        warnings.warn(f'no image has a positive label of {names}: not pulled', stacklevel=3)
    deficits: np.ndarray = np.where(rows.known, targets - rows.positive, 0.0)[:, has_positive]
    return deficits
