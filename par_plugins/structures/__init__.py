"""The words that travel with data, checkpoints and exports."""

from par_plugins.structures.checked_arguments import checked_choice, checked_number
from par_plugins.structures.label_statistics import LabelStatistics
from par_plugins.structures.logit_layout import LogitLayout
from par_plugins.structures.loss_protocol import (
    AttributeLossProtocol,
    DrawsHardLabels,
    LogsParts,
    ObservesRealImages,
    TakesClusters,
    TakesLabelStatistics,
    TakesSchema,
    TakesTrainingTargets,
)
from par_runtime.answer_rules import AnswerRules
from par_runtime.attribute_schema import (
    UNKNOWN,
    Attribute,
    AttributeSchema,
    SchemaMismatchError,
)
from par_runtime.input_error import InputError
from par_runtime.operating_point import OperatingPoint
from par_runtime.regular_file import open_regular_file, read_regular_file
from par_runtime.shown_name import printable, shown_name, spreadsheet_cell

__all__ = [
    'UNKNOWN',
    'AnswerRules',
    'Attribute',
    'AttributeLossProtocol',
    'AttributeSchema',
    'DrawsHardLabels',
    'InputError',
    'LabelStatistics',
    'LogitLayout',
    'LogsParts',
    'ObservesRealImages',
    'OperatingPoint',
    'SchemaMismatchError',
    'TakesClusters',
    'TakesLabelStatistics',
    'TakesSchema',
    'TakesTrainingTargets',
    'checked_choice',
    'checked_number',
    'open_regular_file',
    'printable',
    'read_regular_file',
    'shown_name',
    'spreadsheet_cell',
]
