"""The study of DAI's two solvers, its figure and its command line."""

import sys

import numpy as np
import pytest

from par_plugins.datasets.samplers import DAISampler, solve_dai
from projects.paper_studies.dai.solver_comparison import (
    DAIFrontier,
    adam_table,
    caps_table,
    dai_frontier,
    dai_frontier_figure,
    main,
)
from tests.datasets.samplers.label_sets import long_tailed
from tests.datasets.samplers.test_epoch_planned_sampler import LabelledImages
from tests.tools.toy_run import CONFIG, ROOT

pytestmark = pytest.mark.filterwarnings('ignore:no image has a positive label')


@pytest.fixture(scope='module')
def sampler():
    dataset = LabelledImages(200)
    dataset.targets, dataset.metainfo = long_tailed(200, 5), {}
    return DAISampler(dataset, size=80, target=0.5, seed=0)


def rows_of(table):
    """The cells of a Markdown table's rows."""
    return [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()[2:]]


def test_the_frontier_is_solved_for_the_samplers_labels_size_and_target(sampler):
    found = dai_frontier(sampler, caps=(2, None), all_steps=(50,))
    assert list(found.exact) == ['cap 2', 'no cap']
    own = sampler.resampled
    assert found.chosen == (own.effective_sample_size, own.objective)
    problem = {'labels': sampler.problem['labels'], 'size': 80, 'target': 0.5}
    free = solve_dai(**problem, max_repeat=2)
    assert found.exact['cap 2'][0] == (free.effective_sample_size, free.objective)
    adam = solve_dai(**problem, max_repeat=None, solver='adam', steps=50)
    assert found.adam == {50: (adam.effective_sample_size, adam.objective)}
    for points in found.exact.values():
        sizes, objectives = zip(*points, strict=True)
        assert (np.diff(sizes) >= -1e-6).all() and (np.diff(objectives) >= -1e-6).all()


def test_the_table_over_steps_shows_that_adam_is_never_better(sampler):
    rows = rows_of(adam_table(sampler, all_steps=(25, 300)))
    assert [row[0] for row in rows] == ['25', '300']
    for steps, repeat, drawn, sample_size, adam, exact, gap, difference in rows:
        found = solve_dai(
            sampler.problem['labels'],
            size=80,
            target=0.5,
            max_repeat=None,
            solver='adam',
            steps=int(steps),
        )
        assert repeat == f'{found.largest_repeat:.2f}' and drawn == f'{found.share_drawn:.1%}'
        assert sample_size == f'{found.effective_sample_size:.1%}'
        assert adam == f'{found.objective:.4f}'
        assert float(exact) <= float(adam) + float(gap) + 1e-4
        assert float(difference) == pytest.approx(float(exact) - float(adam), abs=2e-4)


def test_the_table_over_caps_has_four_columns_for_each_diversity(sampler):
    rows = rows_of(caps_table(sampler, caps=(3, None), diversities=(0.0, 0.1)))
    assert [row[0] for row in rows] == ['3', 'none']
    found = solve_dai(**sampler.problem, size=80, max_repeat=3, diversity=0.1)
    assert rows[0][5:] == [
        f'{found.objective:.3f}',
        f'{found.largest_repeat:.4g}',
        f'{found.share_drawn:.1%}',
        f'{found.effective_sample_size:.1%}',
    ]


def test_the_figure_has_a_line_a_cap_a_cross_for_each_stop_and_a_star():
    exact = {'cap 5': [(0.5, 2.0), (0.1, 1.0)], 'no cap': [(0.02, 0.9)]}
    adam_points = {100: (0.3, 1.9), 300: (0.04, 1.1)}
    axes = dai_frontier_figure(DAIFrontier(exact, adam_points, chosen=(0.1, 1.0))).axes[0]
    capped, free, adam, star = axes.lines
    assert capped.get_label() == 'exact, cap 5' and free.get_label() == 'exact, no cap'
    np.testing.assert_allclose(capped.get_xydata(), [[10, 1.0], [50, 2.0]])
    np.testing.assert_allclose(adam.get_xydata(), [[30, 1.9], [4, 1.1]])
    np.testing.assert_allclose(star.get_xydata(), [[10, 1.0]])
    assert [text.get_text() for text in axes.texts] == ['100 steps', '300 steps']


def test_the_command_line_fills_the_places_of_a_readme(monkeypatch, toy_root, tmp_path):
    readme = tmp_path / 'README.md'
    marks = '<!-- dai_caps: begin -->\n<!-- dai_caps: end -->\n'
    readme.write_text(
        f'before\n{marks}between\n{marks.replace("caps", "adam")}after\n', encoding='utf-8'
    )
    config = ROOT / 'configs/toy/dai_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
    arguments = [config, '--figure', tmp_path / 'frontier.png', '--into', readme]
    arguments += ['--cfg-options', f'train_dataloader.dataset.data_root={toy_root}']
    monkeypatch.setattr(sys, 'argv', ['dai_frontier.py', *map(str, arguments)])
    main()
    before, _, after = readme.read_text(encoding='utf-8').partition('between')
    assert '| none |' in before and '| 356 |' in after
    assert (tmp_path / 'frontier.png').stat().st_size > 5_000


def test_a_config_without_dai_is_refused(monkeypatch, toy_root, capsys):
    arguments = [CONFIG, '--cfg-options', f'train_dataloader.dataset.data_root={toy_root}']
    monkeypatch.setattr(sys, 'argv', ['dai_frontier.py', *map(str, arguments)])
    with pytest.raises(SystemExit, match='the sampler is DefaultSampler, not DAISampler'):
        main()
