"""Heads, losses and the networks that upstream lacks."""

from par_plugins.models import classifiers, heads, losses

__all__ = ['classifiers', 'heads', 'losses']
