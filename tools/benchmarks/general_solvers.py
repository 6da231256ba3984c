"""DAI's problem as a program of cones, for general solvers: Clarabel and SCS.

Both minimise ``x' P x / 2 + q' x`` where ``A x + s = b`` and s lies in cones. Here x has the shares
of the different rows of labels, and for every attribute a bound e of its deficit and a bound t of
its cube: ``(t, 1, e)`` lies in the power cone ``t^(1/3) 1^(2/3) >= |e|``.
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse

from par_plugins.datasets.samplers.label_rows import LabelRows

SOLVERS = {'clarabel': 'Clarabel', 'scs': 'SCS'}
"""Module, which is the package, and name."""
TARGET = 0.6


def generated_labels(num_images: int, num_attributes: int, rank: int, seed: int) -> np.ndarray:
    """Signs of correlated normal variables, positive in 0.5 % to 90 % of the images."""
    generator = np.random.default_rng(seed)
    common = generator.standard_normal((num_images, rank))
    scores = common @ generator.standard_normal((rank, num_attributes))
    scores += 0.5 * generator.standard_normal(scores.shape)
    ratios = np.geomspace(0.005, 0.9, num_attributes)
    thresholds = [np.quantile(column, 1 - a) for column, a in zip(scores.T, ratios, strict=True)]
    return (scores > thresholds).astype(np.int64)


def solve_generally(
    solver: str,
    rows: LabelRows,
    *,
    target: float,
    size: int,
    max_repeat: float,
    diversity: float,
) -> Callable[[], float]:
    """Prepare what solves the problem and returns its minimum: the preparing is not its work."""
    (num_rows, num_attributes), total = rows.positive.shape, rows.num_images.sum()
    number = num_rows + 2 * num_attributes
    quadratic = np.zeros(number)
    quadratic[:num_rows] = diversity * total / rows.num_images
    linear = np.zeros(number)
    linear[-num_attributes:] = 1
    eye, none = scipy.sparse.identity, scipy.sparse.csc_matrix
    shares = eye(number, format='csc')[:num_rows]
    bounds = eye(number, format='csc')[num_rows : num_rows + num_attributes]
    deficits = none((target - rows.positive).T)
    cubes = none((3 * num_attributes, number)).tolil()
    for attribute in range(num_attributes):  # t, 1, e
        cubes[3 * attribute, num_rows + num_attributes + attribute] = -1
        cubes[3 * attribute + 2, num_rows + attribute] = -1
    constraints = scipy.sparse.vstack(
        [shares.sum(axis=0), -shares, shares, deficits @ shares - bounds, cubes], format='csc'
    )
    limits = max_repeat * rows.num_images / size
    sides = np.concatenate(
        [[1], np.zeros(num_rows), limits, np.zeros(num_attributes), [0, 1, 0] * num_attributes]
    )
    square, num_nonnegative = scipy.sparse.diags(quadratic, format='csc'), len(sides) - 1
    num_nonnegative -= 3 * num_attributes
    if solver == 'clarabel':
        import clarabel

        cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(num_nonnegative)]
        cones += [clarabel.PowerConeT(1 / 3)] * num_attributes
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        problem = square, linear, constraints, sides, cones, settings
        return lambda: clarabel.DefaultSolver(*problem).solve().obj_val
    import scs

    data = {'P': square, 'A': constraints, 'b': sides.astype(float), 'c': linear}
    cone = {'z': 1, 'l': num_nonnegative, 'p': [1 / 3] * num_attributes}
    return lambda: scs.SCS(data, cone, verbose=False).solve()['info']['pobj']
