"""Pictures and videos in, attributes of people out."""

from par_plugins.inference.attribute_inferencer import AttributeInferencer
from par_plugins.inference.drawing import draw_people
from par_runtime.answers import Answer, AnswerRule, AnswerTable
from par_runtime.records import (
    PersonRecord,
    PictureRecord,
    open_records,
    read_records,
)

__all__ = [
    'Answer',
    'AnswerRule',
    'AnswerTable',
    'AttributeInferencer',
    'PersonRecord',
    'PictureRecord',
    'draw_people',
    'open_records',
    'read_records',
]
