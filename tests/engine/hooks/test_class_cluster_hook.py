"""Hooks that look at all training images, in a run of seconds and without one."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.registry import DATASETS

from par_plugins.apis import build_runner
from par_plugins.engine.class_clusters import cluster_classes
from par_plugins.engine.hooks import ClassClusterHook, NearestNeighbourHook
from par_plugins.engine.hooks import class_cluster_hook as module
from par_plugins.engine.training_features import training_features
from par_plugins.structures import InputError
from tests.tools.toy_run import toy_config

TRAINING = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), torch.zeros(6, 1).long()


class Asking(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rounds = []

    def set_clusters(self, clusters):
        self.rounds.append(clusters)


@pytest.fixture
def run(monkeypatch):
    """A run whose training features are those above."""
    monkeypatch.setattr(module, 'training_features', lambda _: TRAINING)
    logger = SimpleNamespace(info=lambda _: None)
    return SimpleNamespace(model=Asking(), iter=0, _resume=False, logger=logger)


def steps(hook, runner, first, last):
    for runner.iter in range(first, last):
        hook.before_train_iter(runner, runner.iter, None)


def test_every_round_starts_with_new_clusters(run):
    steps(ClassClusterHook(interval=4, cluster_size=3), run, 0, 9)
    assert len(run.model.rounds) == 3
    expected = cluster_classes(*TRAINING, cluster_size=3, seed=0).clusters
    assert torch.equal(run.model.rounds[0], expected)


def test_a_run_resumed_within_a_round_goes_on_with_its_clusters(run):
    hook = ClassClusterHook(interval=4)
    checkpoint = {}
    hook.before_save_checkpoint(run, checkpoint)
    assert checkpoint == {}
    steps(hook, run, 0, 2)
    hook.before_save_checkpoint(run, checkpoint)
    resumed, run._resume, run.model = ClassClusterHook(interval=4), True, Asking()
    resumed.after_load_checkpoint(run, checkpoint)
    assert torch.equal(run.model.rounds[0], checkpoint['class_clusters'])
    steps(resumed, run, 2, 4)
    assert len(run.model.rounds) == 1
    steps(resumed, run, 4, 5)
    assert len(run.model.rounds) == 2


def test_weights_of_another_run_bring_no_clusters(run):
    hook = ClassClusterHook()
    hook.after_load_checkpoint(run, {'class_clusters': TRAINING[1]})
    assert run.model.rounds == []
    steps(hook, run, 2, 3)  # not at the start of a round, but there are none yet
    assert len(run.model.rounds) == 1


def test_bad_arguments_are_refused():
    for arguments in ({'interval': 0}, {'cluster_size': 0}):
        with pytest.raises(ValueError, match='must be at least 1, got 0'):
            ClassClusterHook(**arguments)
    with pytest.raises(ValueError, match='cluster_size must be at least 1, got 0'):
        NearestNeighbourHook(cluster_size=0)


def test_lmle_trains_and_is_tested_by_its_clusters(toy_root, tmp_path):
    cfg = toy_config(
        toy_root,
        tmp_path,
        custom_hooks=[
            dict(type='ClassClusterHook', interval=2, cluster_size=5),
            dict(type='NearestNeighbourHook', cluster_size=5),
        ],
    )
    cfg.model.head.update(
        type='NearestNeighbourHead', num_neighbours=3, losses=dict(lmle=dict(type='LMLELoss'))
    )
    runner = build_runner(cfg)
    before = [parameter.clone() for parameter in runner.model.backbone.parameters()]
    runner.train()
    assert any(
        not torch.equal(old, new)
        for old, new in zip(before, runner.model.backbone.parameters(), strict=True)
    )
    clusters = runner.model.head.losses['lmle'].clusters
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert clusters.shape == dataset.targets.shape

    state = torch.get_rng_state()
    features, targets = training_features(runner)
    assert torch.equal(torch.get_rng_state(), state)
    expected = cluster_classes(features, targets, cluster_size=5, seed=0)
    torch.testing.assert_close(runner.model.head.gallery[1], expected.targets)
    assert features.shape == (len(dataset), 512)
    assert torch.equal(targets, torch.from_numpy(dataset.targets))
    assert 0 <= runner.test()['attribute/mA'] <= 100

    runner.cfg.train_dataloader.dataset = dict(type='RepeatDataset', dataset={}, times=2)
    with pytest.raises(InputError, match='RepeatDataset: its features'):
        training_features(runner)


def test_an_image_that_cannot_be_read_has_features_but_no_label(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path / 'run')
    root = tmp_path / 'toys'
    shutil.copytree(toy_root, root)
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(root)
        loader.dataset.pipeline[0] = dict(type='LoadPersonImage', on_error='skip')
    runner = build_runner(cfg)  # its scope has the transforms
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    Path(dataset.get_data_info(1)['img_path']).write_bytes(b'broken')
    features, targets = training_features(runner)
    assert len(features) == len(targets) == len(dataset)
    expected = torch.from_numpy(dataset.targets)
    expected[1] = -1
    assert torch.equal(targets, expected)
