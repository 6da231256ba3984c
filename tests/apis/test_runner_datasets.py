"""What a run makes of its datasets before it trains."""

import pytest

from par_plugins.apis import build_runner, train
from par_plugins.structures import InputError
from tests.tools.toy_run import toy_config


def test_a_head_takes_the_schema_of_a_wrapped_training_set(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    inner = cfg.train_dataloader.dataset
    joined = dict(type='ConcatDataset', datasets=[inner, inner])
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=joined)
    cfg.model.head.update(num_attributes=None, schema='dataset')
    runner = build_runner(cfg)
    loader = runner.build_dataloader(cfg.train_dataloader, seed=0)
    assert len(loader.dataset) == 4 * 24
    assert runner.model.head.layout.schema == loader.dataset.metainfo['schema']


@pytest.mark.parametrize('meant', [False, True])
def test_training_on_test_images_is_refused_unless_it_is_meant(
    toy_root, tmp_path, monkeypatch, meant
):
    cfg = toy_config(toy_root, tmp_path)
    cfg.train_dataloader.dataset.split = 'test'
    cfg.allow_shared_images = meant
    runner = build_runner(cfg)
    _ = runner.test_loop
    trained = []
    monkeypatch.setattr(runner, 'train', lambda: trained.append(True))
    if meant:
        train(runner)
        assert trained
    else:
        with pytest.raises(InputError, match='and test_dataloader share 11 images'):
            train(runner)
        assert not trained
