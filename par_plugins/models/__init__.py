"""Heads, losses and the networks that upstream lacks."""

from par_plugins.models import backbones, classifiers, gan, heads, losses

__all__ = ['backbones', 'classifiers', 'gan', 'heads', 'losses']
