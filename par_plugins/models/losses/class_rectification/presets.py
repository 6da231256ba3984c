"""Class rectification as each paper composes it, of a design's miner and comparison.

Q. Dong, S. Gong and X. Zhu, ICCV 2017 and TPAMI 2019.
"""

from typing import Any

from mmengine.registry import MODELS

from par_plugins.models.losses.class_rectification.class_rectification_loss import (
    ClassRectificationLoss,
    Component,
    built,
)
from par_plugins.models.losses.class_rectification.comparisons import DistributionComparison
from par_plugins.models.losses.class_rectification.distances import FeatureDistance, ScoreDistance
from par_plugins.models.losses.class_rectification.miners import InstanceMiner

MINER, COMPARISON = 'ClassMiner', 'RelativeComparison'


@MODELS.register_module()
class ClassRectificationLossICCV2017(ClassRectificationLoss):
    """``L_crl + L_ce``: features are compared, and pooled over the attributes.

    Minority classes have less than half of the labels, and ``InstanceMiner`` takes its positives
    from the misclassified images. Histograms are of features of length 1.
    """

    def __init__(
        self, miner: Component = MINER, comparison: Component = COMPARISON, **options: Any
    ) -> None:
        miner, comparison = built(miner), built(comparison)
        if isinstance(miner, InstanceMiner):
            miner.misclassified = True
        distance = FeatureDistance(normalize=isinstance(comparison, DistributionComparison))
        super().__init__(miner, distance, comparison, strict=True, pooled=True, **options)


@MODELS.register_module()
class ClassRectificationLossTPAMI2019(ClassRectificationLoss):
    """``alpha L_crl + (1 - alpha) L_ce`` of every attribute.

    With ``InstanceMiner`` features are compared, for histograms of length 1, and else scores.
    """

    def __init__(
        self, miner: Component = MINER, comparison: Component = COMPARISON, **options: Any
    ) -> None:
        miner, comparison = built(miner), built(comparison)
        distance: FeatureDistance | ScoreDistance = ScoreDistance()
        if isinstance(miner, InstanceMiner):
            distance = FeatureDistance(normalize=isinstance(comparison, DistributionComparison))
        super().__init__(miner, distance, comparison, **options)
