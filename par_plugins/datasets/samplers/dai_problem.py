"""The optimisation problem of DAI on the different rows of a label matrix."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class DAIProblem:
    r"""Which share of the draws should go to each of U different rows of labels?

    With shares ``x >= 0, sum x = 1`` the deficit of a column is ``d = deficits^T x``, and the
    value to minimise is

    .. math:: \sum_j \max(0, d_j)^3 + \frac{\mu}{2} \sum_u \frac{m}{n_u} x_u^2 ,

    convex in ``x``. The first sum is the objective of the DAI paper, eq. 2. The second is
    ``mu / (2 ESS)``, ESS the effective sample size as a share of the ``m`` images, when the
    images of a row share its draws evenly.

    Attributes:
        deficits: ``(U, C)`` ``k (target - y)``: label ``y``, known ``k`` (0/1). It is linear in
            the shares also where labels are unknown, which keeps the problem convex.
        num_images: ``(U,)`` images ``n_u`` with each row.
        size: Number of draws M.
        diversity: The factor mu.
    """

    deficits: np.ndarray
    num_images: np.ndarray
    size: int
    diversity: float

    def capacity(self, max_repeat: float) -> np.ndarray:
        """Return the ``(U,)`` largest shares of rows if no image is drawn over ``max_repeat``."""
        capacity: np.ndarray = np.minimum(max_repeat * self.num_images / self.size, 1.0)
        return capacity

    @property
    def curvature(self) -> np.ndarray:
        """``(U,)`` second derivative of the diversity term."""
        curvature: np.ndarray = self.diversity * self.num_images.sum() / self.num_images
        return curvature

    def imbalance(self, shares: np.ndarray) -> float:
        """Sum the cubes of the deficits that are positive: the objective of the paper."""
        return float((self._pull(shares) ** 3).sum())

    def diversity_term(self, shares: np.ndarray) -> float:
        """Return ``mu / (2 ESS)``."""
        return float(self.curvature @ shares**2) / 2

    def gap(self, shares: np.ndarray, capacity: np.ndarray) -> float:
        """Compute the Frank-Wolfe gap: the value is at most this much above the minimum.

        The largest ``<gradient, shares - other>`` over all ``other`` within the capacity, found
        by giving the draws to the rows with the smallest gradient first.
        """
        gradient = self.deficits @ (3 * self._pull(shares) ** 2) + self.curvature * shares
        order = np.argsort(gradient)
        filled = np.minimum(np.cumsum(capacity[order]), 1.0)
        best = gradient[order] @ np.diff(filled, prepend=0.0)
        return max(0.0, float(gradient @ shares - best))

    def _pull(self, shares: np.ndarray) -> np.ndarray:
        pull: np.ndarray = np.maximum(shares @ self.deficits, 0)
        return pull
