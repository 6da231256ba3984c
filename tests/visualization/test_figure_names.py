import math
import warnings

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from par_plugins.structures import AttributeSchema
from par_plugins.visualization import (
    RankList,
    attribute_scores_figure,
    comparison_figure,
    predictions_figure,
    rank_lists_figure,
)
from par_plugins.visualization.co_occurrence_figure import co_occurrence_figure
from par_plugins.visualization.figure_names import shown, with_glyphs
from par_plugins.visualization.positive_ratio_figure import positive_ratio_figure

NAMES = ['costs $5 or $6', '$\\frac{', 'x' * 300, 'Größe', r'a\$b$']
HOSTILE = 'red\x1b[31m\n\u202e'  # a schema refuses it; names of arms, splits and files may be so
PICTURE = np.zeros((8, 4, 3), np.uint8)


def scores(names):
    numbers = {'ratio': 0.5, 'tpr': math.nan, 'tnr': 9.0, 'mA': 8.0}
    return attribute_scores_figure([{'name': name, **numbers} for name in names])


def matrix(names):
    return co_occurrence_figure(names, np.ones((len(names), len(names))))


def comparison(names):
    return comparison_figure(
        {name: {'0': {'mA': 1.0}} for name in names}, baseline='', scores=['mA']
    )


def ratios(names):
    return positive_ratio_figure(names, {name: np.full(len(names), 0.1) for name in names})


def predictions(names):
    targets = np.ones((1, len(names)), int)
    return predictions_figure([PICTURE], targets, targets, AttributeSchema(names))


def rank_lists(names):
    one = RankList(None, [PICTURE], np.ones((1, len(names))))
    return rank_lists_figure([one], AttributeSchema(names))


OF_A_SCHEMA = [predictions, rank_lists]
FIGURES = [scores, matrix, comparison, ratios, *OF_A_SCHEMA]


@pytest.mark.parametrize('draw', FIGURES)
def test_names_are_drawn_as_they_are_on_one_line_and_not_too_long(draw, tmp_path):
    names = NAMES if draw in OF_A_SCHEMA else [*NAMES, HOSTILE]
    figure = draw(names)
    figure.savefig(tmp_path / 'figure.png')
    texts = '\n'.join(text.get_text() for text in figure.findobj(Text))
    for name in names:
        assert shown(name) in texts
    assert 'x' * 41 not in texts and '\x1b' not in texts and '\u202e' not in texts


@pytest.mark.parametrize('name', NAMES[:2] + NAMES[4:])
def test_dollar_signs_are_no_formulas(name):
    text = Figure().text(0, 0, shown(name))
    assert text._preprocess_math(text.get_text()) == (name, False)


def letter_of_another_font():
    def charmap(name):
        return set(font_manager.get_font(font_manager.findfont(name)).get_charmap())

    return chr(min(code for code in charmap('STIXGeneral') - charmap('DejaVu Sans') if code > 255))


@pytest.mark.parametrize('draw', FIGURES)
def test_letters_come_from_another_font_where_the_usual_one_lacks_them(draw, tmp_path):
    with warnings.catch_warnings():
        warnings.filterwarnings('error', message='(?i).*glyph')
        draw([letter_of_another_font(), 'b']).savefig(tmp_path / 'figure.png')


def test_letters_that_no_font_has_are_named_once(monkeypatch):
    usual = [x for x in font_manager.fontManager.ttflist if x.name == 'DejaVu Sans']
    monkeypatch.setattr(font_manager.fontManager, 'ttflist', usual)
    figure = Figure()
    for word in ('帽子', '帽'):
        figure.text(0, 0, word)
    with pytest.warns(UserWarning, match='no installed font has a glyph for 子 帽: ') as warned:
        assert with_glyphs(figure) is figure
    assert len(warned) == 1
