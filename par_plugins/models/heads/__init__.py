"""Logits from features."""

from par_plugins.models.heads.apr_head import APRHead
from par_plugins.models.heads.attribute_head import AttributeHead

__all__ = ['APRHead', 'AttributeHead']
