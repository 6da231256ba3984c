"""Cluster the training images within their classes, anew in every round (LMLE)."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor

from par_plugins.engine.class_clusters import cluster_classes
from par_plugins.engine.training_features import training_features
from par_plugins.structures import InputError

KEY = 'class_clusters'


@HOOKS.register_module()
class ClassClusterHook(Hook):
    """Tell every module that has ``set_clusters`` the clusters of the training images.

    The papers' LMLE has 4 rounds of 5,000 steps. A round starts with the features of all training
    images as the model sees them then. Checkpoints keep the clusters, so that a run resumed within
    a round goes on with them. Each process clusters for itself, all from the same seed.

    Args:
        interval: Steps of a round.
        cluster_size: See ``cluster_classes``; the size is in none of the class rectification
            papers, 200 is **ours**.
        seed: See ``cluster_classes``.

    Raises:
        InputError: If ``interval`` or ``cluster_size`` is below 1.
    """

    def __init__(self, interval: int = 5000, cluster_size: int = 200, seed: int = 0) -> None:
        for name, value in (('interval', interval), ('cluster_size', cluster_size)):
            if value < 1:
                raise InputError(f'{name} must be at least 1, got {value}')
        self.interval = interval
        self.cluster_size = cluster_size
        self.seed = seed
        self._clusters: Tensor | None = None

    def before_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Cluster at the start of a round."""
        if self._clusters is not None and runner.iter % self.interval:
            return
        clusters = cluster_classes(
            *training_features(runner), cluster_size=self.cluster_size, seed=self.seed
        )
        runner.logger.info(f'{len(clusters.centres)} clusters of the training images')
        self._clusters = clusters.clusters
        self._hand_over(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Keep the round's clusters."""
        if self._clusters is not None:
            checkpoint[KEY] = self._clusters

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Go on with the round's clusters, where the run is resumed."""
        if runner._resume and KEY in checkpoint:
            self._clusters = checkpoint[KEY]
            self._hand_over(runner)

    def _hand_over(self, runner: Runner) -> None:
        for module in runner.model.modules():
            if hasattr(module, 'set_clusters'):
                module.set_clusters(self._clusters)
