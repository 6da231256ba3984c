"""Collect what a head predicts from that compares images with those of the training set."""

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from par_plugins.engine.class_clusters import cluster_classes
from par_plugins.engine.training_features import training_features
from par_plugins.structures import InputError


@HOOKS.register_module()
class NearestNeighbourHook(Hook):
    """Give every module with ``set_gallery`` the training images before a validation or test.

    Args:
        cluster_size: Give the centres of clusters of about so many images in place of the images,
            as LMLE has it; None gives the images.
        seed: Of the clusters.

    Raises:
        InputError: If ``cluster_size`` is below 1.
    """

    # After EMAHook has put the averaged weights in.
    priority = 'LOW'

    def __init__(self, cluster_size: int | None = None, seed: int = 0) -> None:
        if cluster_size is not None and cluster_size < 1:
            raise InputError(f'cluster_size must be at least 1, got {cluster_size}')
        self.cluster_size = cluster_size
        self.seed = seed

    def before_val_epoch(self, runner: Runner) -> None:
        """Collect the gallery."""
        self._collect(runner)

    def before_test_epoch(self, runner: Runner) -> None:
        """Collect the gallery."""
        self._collect(runner)

    def _collect(self, runner: Runner) -> None:
        features, targets = training_features(runner)
        if self.cluster_size is not None:
            clusters = cluster_classes(
                features, targets, cluster_size=self.cluster_size, seed=self.seed
            )
            features, targets = clusters.centres, clusters.targets
        for module in runner.model.modules():
            if hasattr(module, 'set_gallery'):
                module.set_gallery(features, targets)
