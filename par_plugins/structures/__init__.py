"""The words that travel with data, checkpoints and exports."""

from par_plugins.structures.answer_rules import AnswerRules
from par_plugins.structures.attribute_schema import (
    UNKNOWN,
    Attribute,
    AttributeSchema,
    SchemaMismatchError,
)
from par_plugins.structures.input_error import InputError
from par_plugins.structures.label_statistics import LabelStatistics
from par_plugins.structures.logit_layout import LogitLayout
from par_plugins.structures.operating_point import OperatingPoint

__all__ = [
    'UNKNOWN',
    'AnswerRules',
    'Attribute',
    'AttributeSchema',
    'InputError',
    'LabelStatistics',
    'LogitLayout',
    'OperatingPoint',
    'SchemaMismatchError',
]
