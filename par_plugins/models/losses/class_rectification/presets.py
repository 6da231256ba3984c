"""The two papers' class rectification, told apart by what each does.

Q. Dong, S. Gong and X. Zhu, ICCV 2017 and TPAMI 2019.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """What one paper does where the other does something else.

    Attributes:
        strict_minority: Minority classes have less than the share ``rho`` of an attribute's labels
            together, in place of at most.
        features_always: Distances are between features, also where scores mine; else there scores
            are compared.
        misclassified_positives: Mining by distance takes its positives from the images that are
            classified wrongly alone.
        pooled: The pairs of all attributes make one loss, which is added to the cross-entropy; else
            every attribute has a loss of its own, weighed against its cross-entropy by alpha.
    """

    strict_minority: bool
    features_always: bool
    misclassified_positives: bool
    pooled: bool

    def compares_features(self, mining: str) -> bool:
        """Whether distances are between features, in place of scores."""
        return self.features_always or mining == 'instance'


PRESETS = {
    'tpami2019': Preset(
        strict_minority=False, features_always=False, misclassified_positives=False, pooled=False
    ),
    'iccv2017': Preset(
        strict_minority=True, features_always=True, misclassified_positives=True, pooled=True
    ),
}
"""By the name that ``variant`` gives."""
