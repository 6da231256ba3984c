"""Options are read before anything is worked out."""

import argparse

import pytest

from par_runtime.run_options import FIGURES, figure_path


@pytest.mark.parametrize('name', ['x.exe', 'x', '.png'])
def test_a_figure_of_no_known_kind_is_refused_at_once(name):
    with pytest.raises(argparse.ArgumentTypeError, match='ends in none of'):
        figure_path(name)


@pytest.mark.parametrize('ending', [*FIGURES, '.PNG'])
def test_a_figure_of_a_known_kind_is_taken(ending):
    assert figure_path(f'x{ending}').name == f'x{ending}'
