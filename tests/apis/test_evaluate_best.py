"""What is saved as best is the best of the epochs, and it alone is tested."""

import json

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from par_plugins.apis import build_runner, evaluate_best
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from tests.tools.toy_run import toy_config

SCORE = 'attribute/recall'


@HOOKS.register_module(force=True)
class AnswersHook(Hook):
    """After epochs 1, 2 and 3 the network says yes to half of the attributes, to all, to none.

    Whatever the picture. Recall is then 100 in the second epoch, 0 in the third, and between.
    """

    def after_train_epoch(self, runner):
        classifier = runner.model.head.classifier
        half = torch.arange(len(classifier.bias)) % 2 == 0
        yes = [half, half | True, half & False][runner.epoch]
        with torch.no_grad():
            classifier.weight.zero_()
            classifier.bias.copy_(torch.where(yes, 9.0, -9.0))


def config_of(toy_root, work_dir):
    cfg = toy_config(
        toy_root,
        work_dir,
        **{
            'train_cfg.max_epochs': 3,
            'train_dataloader.dataset.indices': 8,
            'default_hooks.checkpoint.save_best': SCORE,
        },
    )
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='AnswersHook')]
    return cfg


@pytest.fixture(scope='module')
def trained(toy_root, tmp_path_factory):
    """A training of three epochs of which the second is the best, and what its end reports."""
    work_dir = tmp_path_factory.mktemp('three_epochs')
    runner = build_runner(config_of(toy_root, work_dir))
    runner.train()
    return work_dir, runner, evaluate_best(runner)


def scores_of(checkpoint, toy_root, work_dir):
    cfg = config_of(toy_root, work_dir)
    cfg.load_from = str(checkpoint)
    return build_runner(cfg).test()


def test_the_epoch_of_the_best_score_is_kept(trained):
    work_dir, runner, _ = trained
    history = runner.message_hub.get_scalar(f'val/{SCORE}').data[0]
    first, second, third = history
    assert 100 == second > first > third == 0
    (best,) = work_dir.glob('best_*.pth')
    assert best.stem.endswith('epoch_2')
    assert load_checkpoint_file(str(best))['meta']['epoch'] == 2


def test_the_final_test_is_of_the_best_epoch_and_not_of_the_last(trained, toy_root, tmp_path):
    work_dir, _, scores = trained
    (best,) = work_dir.glob('best_*.pth')
    last = scores_of(work_dir / 'epoch_3.pth', toy_root, tmp_path / 'last')
    assert scores == scores_of(best, toy_root, tmp_path / 'best')
    assert scores[SCORE] == 100 and last[SCORE] == 0
    written = json.loads((work_dir / 'test_scores.json').read_text(encoding='utf-8'))
    assert written['scores'][SCORE] == scores[SCORE]
