"""Whole models that upstream's cannot express."""

from par_plugins.models.classifiers.deactivation_classifier import DeactivationClassifier
from par_plugins.models.classifiers.mixup_classifier import AttributeMixupClassifier

__all__ = ['AttributeMixupClassifier', 'DeactivationClassifier']
