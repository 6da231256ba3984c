"""A slip of the pen in a config is a sentence that names it, not another experiment."""

import doctest
import re
import subprocess
import sys
from argparse import ArgumentParser

import pytest

from par_plugins.apis import RUNNER_OPTIONS, build_runner, key_values, load_config, train
from par_plugins.structures import InputError
from tests.tools.toy_run import CONFIG, ROOT, TIME_LIMIT, toy_config


def loaded(tmp_path, *options, text=''):
    path = tmp_path / 'config.py'
    path.write_text(f"_base_ = ['{CONFIG}']\n{text}", encoding='utf-8')
    parser = ArgumentParser(parents=[RUNNER_OPTIONS])
    arguments = ['--cfg-options', *options] if options else []
    return load_config(parser.parse_args([str(path), *arguments]), work_dir='{config}')


@pytest.mark.parametrize(
    ('option', 'nearest'),
    [
        ('modle.head.dropout=0.3', 'model'),
        ('train_dataloder.batch_size=2', 'train_dataloader'),
        ('optim_wraper.optimizer.lr=1', 'optim_wrapper'),
        ('randomnes.seed=1', 'randomness'),
    ],
)
def test_an_option_of_no_key_is_refused_with_the_nearest(tmp_path, option, nearest):
    with pytest.raises(InputError, match=f"there is no '.*'; the nearest is '{nearest}'"):
        loaded(tmp_path, option)


def test_options_of_keys_that_a_runner_looks_for_or_the_config_has_are_taken(tmp_path):
    cfg = loaded(tmp_path, 'experiment_name=x', 'mine=2', 'model.head.dropout=0.3', text='mine = 1')
    assert (cfg.experiment_name, cfg.mine, cfg.model.head.dropout) == ('x', 2, 0.3)


@pytest.mark.parametrize(
    'option', ['param_scheduler.7.begin=1', 'model.head.dropout.x=1', 'work_dir.x=1']
)
def test_an_option_that_leads_nowhere_is_one_sentence(tmp_path, option):
    with pytest.raises(InputError, match=f'--cfg-options {option.split("=")[0]}: '):
        loaded(tmp_path, option, text='work_dir = "x"\nmodel = dict(head=dict(dropout=0.1))')


@pytest.mark.parametrize(
    ('key', 'meant'),
    [('modle', 'model'), ('val_evalutor', 'val_evaluator'), ('trian_cfg', 'train_cfg')],
)
def test_a_key_that_is_nearly_one_of_a_runners_is_refused(tmp_path, key, meant):
    with pytest.raises(InputError, match=f"config.py: '{key}' .* is '{meant}' meant"):
        loaded(tmp_path, text=f'{key} = dict()')


def test_variables_that_help_to_write_a_config_are_legal(tmp_path):
    loaded(tmp_path, text='image_size = 64\nmax_epochs = 3\n_train = []\npipeline = []\nlr = 0.1')


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (
            {'model.head.dropot': 0.3},
            "model.head.dropot: AttributeHead has no option 'dropot'; the nearest is 'dropout'",
        ),
        (
            {'model.head.losses.ce.type': 'AttributeCrossEntropyLos'},
            "model.head.losses.ce: there is no 'AttributeCrossEntropyLos' among the models?; "
            "the nearest is 'AttributeCrossEntropyLoss'",
        ),
        ({'model.backbone.dept': 18}, "backbone.dept: ResNet has no option 'dept'.*'depth'"),
        ({'model.backbone.depth': 19}, 'model.backbone: ResNet: .*19'),
        (
            {'default_hooks.logger.intervall': 5},
            "logger.intervall: LoggerHook has no option 'intervall'; the nearest is 'interval'",
        ),
        (
            {'train_dataloader.dataset.data_rot': 'x'},
            "train_dataloader.dataset.data_rot: PA100K has no option 'data_rot'.*'data_root'",
        ),
        (
            {'train_dataloader.dataset.pipeline.0.typ_o': 1},
            r"train_dataloader.dataset.pipeline.0.typ_o: \w+ has no option 'typ_o'",
        ),
        (
            {'optim_wrapper.optimizer.wight_decay': 1.0},
            "optim_wrapper.optimizer.wight_decay: AdamW has no .*'weight_decay'",
        ),
        ({'param_scheduler.1.eta_mim': 1.0}, "param_scheduler.1.eta_mim: Cosine.*'eta_min'"),
    ],
)
def test_wrong_types_and_options_name_key_and_near_miss(toy_root, tmp_path, options, sentence):
    cfg = toy_config(toy_root, tmp_path, **options)
    with pytest.raises(InputError, match=sentence) as caught:
        train(build_runner(cfg))
    assert '\n' not in str(caught.value)
    assert not list(tmp_path.glob('*.pth'))


def test_what_no_config_is_to_blame_for_stays_what_it_is(toy_root, tmp_path):
    runner = build_runner(toy_config(toy_root, tmp_path))

    def broken(*arguments, **options):
        raise KeyError('a bug of ours')

    runner.train_loop.run = broken
    with pytest.raises(KeyError, match='a bug of ours'):
        train(runner)


@pytest.mark.parametrize(
    'option',
    [
        'test_evaluator=[dict(type="AttributeMetric")]',
        'test_evaluator=[dict(type="AttributeMetric", protocol="openpar")]',
        'model.head=dict(dropout=0.1)',
        'model.head={"dropout": 0.1}',
        'x=(,',
    ],
)
def test_a_value_that_cannot_be_read_is_one_sentence(tmp_path, option):
    with pytest.raises(InputError, match=re.escape(f'--cfg-options {option}: ')):
        loaded(tmp_path, option)


def test_values_of_options_are_read_as_the_documentation_says():
    assert doctest.testmod(key_values) == (0, 1)


def test_the_command_line_ends_with_that_sentence(toy_root, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            'tools/train.py',
            str(CONFIG),
            '--work-dir',
            str(tmp_path),
            '--cfg-options',
            f'train_dataloader.dataset.data_root={toy_root}',
            'test_dataloader.dataset.splitt=test',
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('error: test_dataloader.dataset.splitt: PA100K has no option'), last


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        ({'train_dataloader.batchsize': 3}, "train_dataloader.batchsize: .*'batch_size'"),
        ({'train_cfg.max_epoch': 3}, "train_cfg.max_epoch: .*'max_epochs'"),
        ({'randomness.sed': 3}, "randomness.sed: .*'seed'"),
        ({'train_dataloader.batch_size': 'abc'}, 'train_dataloader: ValueError: batch_size .*abc'),
        ({'val_dataloader.num_workers': -1}, 'val_dataloader: ValueError: num_workers'),
        ({'train_cfg.max_epochs': 'abc'}, 'train_cfg: ValueError: .*abc'),
        ({'randomness.seed': 'abc'}, 'randomness: TypeError: '),
        ({'train_dataloader.dataset.pipeline.1.scale': 'abc'}, 'train.*pipeline: Resize.*: '),
        ({'val_dataloader.dataset.pipeline.1.scale': 'abc'}, 'val.*pipeline: Resize.*: '),
        ({'optim_wrapper.clip_grad.max_norm': 'abc'}, r'optim_wrapper.clip_grad: .*abc'),
        ({'optim_wrapper.clip_grad.maxnorm': 1}, r'optim_wrapper.clip_grad: .*maxnorm'),
        ({'log_level': 'LOUD'}, 'log_level: KeyError: LOUD'),
        ({'env_cfg.cudnn_benchmrk': True}, "env_cfg.cudnn_benchmrk: .*'cudnn_benchmark'"),
        ({'auto_scale_lr.enabel': True}, "auto_scale_lr.enabel: .*'enable'"),
        ({'default_hooks.chekpoint.interval': 3}, "hooks.chekpoint: it has no type.*'checkpoint'"),
        ({'default_hooks.checkpoint.max_keep_ckpt': 3}, "checkpoint.max_keep_ckpt: .*_ckpts'"),
        ({'default_hooks.checkpoint.interval': 'abc'}, "CheckpointHook: interval .*'abc'"),
        ({'default_hooks.logger.interval': 'abc'}, 'hooks.logger: LoggerHook: interval must be'),
        ({'train_cfg.val_interval': 0}, 'train_cfg.val_interval .* got 0'),
        ({'model': 3}, 'model: must be a dictionary, got 3'),
        ({'train_dataloader': 3}, 'train_dataloader: must be a dictionary, got 3'),
        ({'custom_hooks': 3}, 'custom_hooks: must be a list, got 3'),
        ({'optim_wrapper': None}, 'train_dataloader, train_cfg, and optim_wrapper should be'),
        ({'param_scheduler.1.type': 'CosineRestartLR'}, 'CosineRestartLR: .*periods'),
    ],
)
def test_what_the_runner_itself_takes_is_named_before_any_training(
    toy_root, tmp_path, options, sentence
):
    with pytest.raises(InputError, match=sentence) as caught:
        train(build_runner(toy_config(toy_root, tmp_path, **options)))
    assert '\n' not in str(caught.value)
    assert not list(tmp_path.glob('*.pth'))


def test_a_bare_assertion_is_shown_by_its_source(toy_root, tmp_path):
    restarts = {'param_scheduler.1.type': 'CosineRestartLR', 'param_scheduler.1.periods': [1]}
    config = toy_config(
        toy_root, tmp_path, **restarts, **{'param_scheduler.1.restart_weights': [1]}
    )
    with pytest.raises(InputError, match='CosineRestartLR: assert .*eta_min'):
        train(build_runner(config))
