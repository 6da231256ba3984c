"""Logits from features."""

from par_plugins.models.heads.attribute_head import AttributeHead

__all__ = ['AttributeHead']
