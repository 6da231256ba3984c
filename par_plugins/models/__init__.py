"""Heads, losses and the networks that upstream lacks."""

from par_plugins.models import heads, losses

__all__ = ['heads', 'losses']
