"""DAI as a sampler."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mmengine.registry import DATA_SAMPLERS

from par_plugins.datasets.samplers.epoch_planned_sampler import (
    EpochPlannedSampler,
    number_of_draws,
)
from par_plugins.datasets.samplers.solve_dai import DAISolution, Solver, solve_dai
from par_plugins.datasets.training_labels import labels_of, schema_of
from par_plugins.structures import InputError

DIVERSITY = 0.05
"""Default of the exact solver: see ``diversity`` below."""


@DATA_SAMPLERS.register_module()
class DAISampler(EpochPlannedSampler):
    """Data augmentation imbalance (DAI, ICIP 2020).

    The law: each image is drawn as often as :func:`solve_dai` weighs it in the mean, never more
    than its weight rounded up, M times in all; with ``schedule='alternate'`` the whole set
    follows. The weights are found once, at the start.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        size: Draws M: an int is their number, a float a share of the images. 0.4 is about what
            the paper takes of its three benchmarks.
        max_repeat: The cap on the draws of an image; None for no cap. Not enforced by Adam.
        target: Ideal proportion of positives, see :func:`solve_dai`.
        diversity: Weight of the diversity term. The default None is :data:`DIVERSITY` for the
            exact solver and 0 for Adam, which has no such term. On PA-100K with the cap of 5 it
            nearly doubles the images drawn (8.8 % to 16.9 %) and costs 3 % of the objective.
        solver: ``'exact'``, or the paper's ``'adam'``.
        solver_options: Further options of the solver, see :func:`solve_dai`.
        schedule: ``'alternate'``: the draws, then the whole set, in each epoch (the paper's
            training in turn). ``'sub'``: the draws alone.
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Attributes:
        resampled: The :class:`DAISolution`.
        problem: What is balanced: ``labels``, ``schema`` and ``target`` as :func:`solve_dai` takes
            them.
        diversity: Weight of the diversity term.

    Raises:
        InputError: If an argument or a label is not valid.
    """

    resampled: DAISolution

    def __init__(
        self,
        dataset: Any,
        *,
        size: float = 0.4,
        max_repeat: float | None = 5,
        target: float | Sequence[float] = 0.6,
        diversity: float | None = None,
        solver: Solver = 'exact',
        solver_options: Mapping[str, Any] | None = None,
        schedule: Literal['alternate', 'sub'] = 'alternate',
        **kwargs: Any,
    ) -> None:
        if schedule not in ('alternate', 'sub'):
            raise InputError(f"schedule must be 'alternate' or 'sub', got {schedule!r}")
        if diversity is None:
            diversity = DIVERSITY if solver == 'exact' else 0.0
        labels, schema = labels_of(dataset, 'targets'), schema_of(dataset)
        self.problem: dict[str, Any] = {'labels': labels, 'schema': schema, 'target': target}
        self.diversity = diversity
        super().__init__(
            dataset,
            solve_dai(
                **self.problem,
                diversity=diversity,
                size=number_of_draws(size, len(labels)),
                max_repeat=max_repeat,
                solver=solver,
                **(solver_options or {}),
            ),
            then_all=schedule == 'alternate',
            **kwargs,
        )

    def solution_for(self, *, size: int, max_repeat: float | None) -> DAISolution:
        """Return what the exact solver finds for another size or cap; target and diversity stay.

        Args:
            size: Number of draws M.
            max_repeat: The cap on the weight of an image; None for no cap.

        Raises:
            InputError: If the cap makes the size impossible.
        """
        return solve_dai(**self.problem, diversity=self.diversity, size=size, max_repeat=max_repeat)
