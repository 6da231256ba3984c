"""The preview of a sampler, its figures and its command line."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from torch.utils.data import DataLoader

from par_plugins.apis.preview_sampler import (
    build_training_loader,
    dai_trade_off,
    preview_sampler,
)
from par_plugins.datasets.samplers import solve_dai
from par_plugins.structures import InputError
from par_plugins.visualization.dai_trade_off_figure import dai_trade_off_figure
from par_plugins.visualization.resampled_labels_figure import resampled_labels_figure
from tests.tools.toy_run import CONFIG, ROOT

SAMPLERS = {
    'DefaultSampler': {'shuffle': True},
    'InfiniteSampler': {},
    'DAISampler': {'size': 10, 'schedule': 'sub'},
    'MultiLabelOverSampler': {},
    'MultiLabelDownSampler': {},
    'ClassBalancedSampler': {'oversample_thr': 0.2},
}

pytestmark = pytest.mark.filterwarnings('ignore:no image has a positive label')


def loader_of(root, sampler):
    cfg = Config.fromfile(CONFIG)
    cfg.train_dataloader.dataset.data_root = str(root)
    cfg.train_dataloader.sampler = sampler
    return build_training_loader(cfg)


@pytest.fixture
def no_image_is_opened(monkeypatch):
    def open_image(*_, **__):
        raise AssertionError('an image was opened')

    monkeypatch.setattr(
        'par_plugins.datasets.transforms.load_person_image.LoadPersonImage.transform', open_image
    )


@pytest.mark.parametrize('name', SAMPLERS)
def test_every_sampler_is_counted_on_the_labels_of_its_dataset(toy_root, no_image_is_opened, name):
    loader = loader_of(toy_root, {'type': name, **SAMPLERS[name]})
    preview = preview_sampler(loader)
    weights, labels = preview.draws.weights, loader.dataset.targets
    assert preview.sampler == name
    assert preview.draws.column_names == loader.dataset.metainfo['schema'].names
    np.testing.assert_allclose(preview.draws.proportions_before, labels.mean(axis=0))
    np.testing.assert_allclose(
        preview.draws.proportions_after, weights @ labels / weights.sum(), atol=1e-12
    )
    assert preview.draws.size == len(loader.sampler)
    assert not preview.whole_set_follows
    assert preview.planned == ('weights' in dir(loader.sampler))


def test_a_sampler_that_takes_every_image_once_changes_nothing(toy_root):
    preview = preview_sampler(loader_of(toy_root, {'type': 'DefaultSampler', 'shuffle': True}))
    np.testing.assert_array_equal(preview.draws.weights, 1)
    assert preview.draws.share_drawn == preview.draws.largest_repeat == 1
    np.testing.assert_array_equal(preview.draws.proportions_after, preview.draws.proportions_before)


def test_the_whole_set_that_follows_is_counted_beside_the_draws(toy_root):
    loader = loader_of(toy_root, {'type': 'DAISampler', 'size': 10})
    preview = preview_sampler(loader)
    assert preview.whole_set_follows
    assert (preview.draws.size, preview.epoch.size) == (10, 34)
    weights = preview.draws.weights + 1
    np.testing.assert_array_equal(preview.epoch.weights, weights)
    np.testing.assert_allclose(
        preview.epoch.proportions_after, weights @ loader.dataset.targets / weights.sum()
    )


def test_the_trade_off_is_solved_for_each_size_and_cap_that_is_possible(toy_root):
    options = {'size': 12, 'max_repeat': 4, 'target': 0.5, 'diversity': 0.01}
    loader = loader_of(toy_root, {'type': 'DAISampler', **options})
    found = dai_trade_off(loader.sampler, sizes=(0.5, 1.0, 40), caps=(3, 1))
    assert found.sizes == (12, 24, 40) and found.caps == (1, 3)
    assert np.isnan(found.objectives[2, 0])  # 40 draws from 24 images, each once
    own = loader.sampler.resampled
    assert found.chosen == (12, own.largest_repeat, own.objective)
    for row, column in ((0, 1), (1, 1), (2, 1)):
        expected = solve_dai(
            loader.dataset.targets,
            size=found.sizes[row],
            max_repeat=found.caps[column],
            target=0.5,
            diversity=0.01,
        )
        assert found.objectives[row, column] == pytest.approx(expected.objective)


def test_a_dataset_without_labels_is_refused():
    with pytest.raises(InputError, match='list has no targets'):
        preview_sampler(DataLoader([1, 2]))


def test_the_figure_shows_ratios_before_and_after_from_rare_to_common(toy_root):
    preview = preview_sampler(loader_of(toy_root, {'type': 'DAISampler', 'size': 10}))
    ways = {'draws': preview.draws, 'whole epoch': preview.epoch}
    left, right = resampled_labels_figure(ways, title='DAI').axes
    before, draws, epoch = (line.get_xdata() for line in left.lines)
    assert (np.diff(before) >= 0).all()
    np.testing.assert_allclose(np.sort(draws), np.sort(100 * preview.draws.proportions_after))
    np.testing.assert_allclose(np.sort(epoch), np.sort(100 * preview.epoch.proportions_after))
    order = [left_label.get_text() for left_label in left.get_yticklabels()]
    place = order.index('Hat')
    column = preview.draws.column_names.index('Hat')
    assert draws[place] == pytest.approx(100 * preview.draws.proportions_after[column])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), np.sort(preview.draws.weights)[::-1])
    assert f'largest repeat {preview.draws.largest_repeat:.4g}' in right.texts[0].get_text()


def test_the_trade_off_figure_has_a_line_for_each_size_and_a_star():
    objectives = np.array([[2.0, 1.0], [np.nan, 1.5]])
    axes = dai_trade_off_figure([10, 40], [1, 3], objectives, chosen=(10, 2.5, 1.2)).axes[0]
    labels = [line.get_label() for line in axes.lines]
    assert labels == ['10 draws', '40 draws', 'sampler: 10']
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), objectives[1])
    assert (axes.lines[2].get_xdata()[0], axes.lines[2].get_ydata()[0]) == (2.5, 1.2)


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location(
        'preview_sampler', ROOT / 'tools/analysis/preview_sampler.py'
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(tool, monkeypatch, capsys, root, folder, *options):
    arguments = [CONFIG, '--out', folder, '--cfg-options', *options]
    arguments += [f'train_dataloader.dataset.data_root={root}']
    monkeypatch.setattr(sys, 'argv', ['preview_sampler.py', *map(str, arguments)])
    tool.main()
    return capsys.readouterr().out, sorted(path.name for path in Path(folder).iterdir())


def test_the_command_line_prints_and_draws(tool, monkeypatch, capsys, toy_root, tmp_path):
    output, pictures = run(tool, monkeypatch, capsys, toy_root, tmp_path / 'plain')
    assert 'DefaultSampler: percent positive' in output and 'in the first epoch' in output
    assert pictures == ['sampler.png']
    dai = ('train_dataloader.sampler._delete_=True', 'train_dataloader.sampler.type=DAISampler')
    output, pictures = run(tool, monkeypatch, capsys, toy_root, tmp_path / 'dai', *dai)
    assert 'whole epoch' in output and 'imbalance that is left' in output
    assert pictures == ['dai_trade_off.png', 'sampler.png']
    assert all((tmp_path / 'dai' / name).stat().st_size > 5_000 for name in pictures)
