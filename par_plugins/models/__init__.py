"""Heads, losses and the networks that upstream lacks."""

from par_plugins.models import backbones, classifiers, gan, heads, losses
from par_plugins.models.backbones import *  # noqa: F403
from par_plugins.models.classifiers import *  # noqa: F403
from par_plugins.models.gan import *  # noqa: F403
from par_plugins.models.heads import *  # noqa: F403
from par_plugins.models.losses import *  # noqa: F403

__all__ = ['backbones', 'classifiers', 'gan', 'heads', 'losses']
__all__ += backbones.__all__ + classifiers.__all__ + gan.__all__ + heads.__all__ + losses.__all__
