"""A work directory holds one run, and one process at a time."""

import json
import os
import signal
import subprocess
import sys

import pytest
from mmengine.config import Config

from par_plugins.apis import own_work_directory, subfolder_of_run
from par_plugins.structures import InputError


def config(folder, **changes):
    cfg = Config(
        dict(
            work_dir=str(folder),
            model=dict(type='Net', head=dict(dropout=0.1)),
            train_dataloader=dict(
                batch_size=8,
                num_workers=2,
                dataset=dict(type='Some', data_root='a', pipeline=[dict(type='Load')]),
            ),
            train_cfg=dict(by_epoch=True, max_epochs=10),
            param_scheduler=dict(type='StepLR', step_size=3),
            randomness=dict(seed=0),
            launcher='none',
            helper='a variable',
        )
    )
    cfg.merge_from_dict(changes)
    return cfg


def trained(folder, **changes):
    """The id of a run that leaves a checkpoint."""
    cfg = config(folder, **changes)
    with own_work_directory(cfg):
        (folder / 'epoch_1.pth').touch()
    return cfg.run_id


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'model.head.dropout': 0.3}, r'model\.head\.dropout 0\.1 before, 0\.3 now'),
        ({'model.head.loss': 'x'}, r"model\.head\.loss absent before, 'x' now"),
        ({'train_dataloader.sampler': {}}, r'train_dataloader\.sampler absent before, \{\} now'),
        ({'train_dataloader.dataset.pipeline.0.type': 'Read'}, r"pipeline\.0\.type 'Load' before"),
        ({'train_cfg.by_epoch': False}, r'train_cfg\.by_epoch True before, False now'),
    ],
)
def test_a_run_of_another_config_is_refused_by_the_first_key_that_differs(tmp_path, changes, words):
    trained(tmp_path)
    before = (tmp_path / 'resolved_config.json').read_bytes()
    for resume in (False, True):
        with (
            pytest.raises(InputError, match=words),
            own_work_directory(config(tmp_path, **changes), resume=resume),
        ):
            pytest.fail('it has begun')
    assert (tmp_path / 'resolved_config.json').read_bytes() == before


def test_how_long_and_where_it_runs_is_said_in_one_line_and_not_refused(tmp_path, capsys):
    trained(tmp_path)
    changes = {
        'train_dataloader.batch_size': 4,
        'train_dataloader.num_workers': 0,
        'train_dataloader.dataset.data_root': 'b',
        'train_cfg.max_epochs': 20,
        'param_scheduler.step_size': 5,
        'randomness.seed': 1,
        'launcher': 'pytorch',
        'helper': 'another variable',
    }
    with own_work_directory(config(tmp_path, **changes)):
        pass
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert 'train_dataloader.batch_size 8 before, 4 now' in lines[0]
    assert all(key in lines[0] for key in changes if key != 'helper')
    assert 'helper' not in lines[0]


def test_a_directory_in_which_nothing_was_trained_takes_another_config(tmp_path):
    with own_work_directory(config(tmp_path)):
        pass
    with own_work_directory(config(tmp_path, **{'model.head.dropout': 0.3})):
        pass
    resolved = json.loads((tmp_path / 'resolved_config.json').read_text(encoding='utf-8'))
    assert resolved['config']['model']['head']['dropout'] == 0.3


def test_only_a_resumed_run_has_the_name_of_the_one_before(tmp_path):
    first = trained(tmp_path)
    cfg = config(tmp_path)
    with own_work_directory(cfg, resume=True):
        assert cfg.run_id == first
    with own_work_directory(cfg):
        assert cfg.run_id != first


def test_scores_and_half_written_files_of_before_are_nobodys_results(tmp_path):
    trained(tmp_path)
    (tmp_path / '.part-epoch_2.pth').write_text('half', encoding='utf-8')
    (tmp_path / 'test_scores.json').write_text('old', encoding='utf-8')
    with own_work_directory(config(tmp_path), resume=True):
        assert not (tmp_path / 'test_scores.json').exists()
        assert not list(tmp_path.glob('.part-*'))
    assert (tmp_path / 'earlier_test_scores.json').read_text(encoding='utf-8') == 'old'


@pytest.mark.parametrize('text', ['', '[', '{}', '[' * 100_000, '{"config": 3}'])
def test_a_damaged_record_is_one_sentence(tmp_path, text):
    (tmp_path / 'resolved_config.json').write_text(text, encoding='utf-8')
    with (
        pytest.raises(InputError, match='resolved_config.json: '),
        own_work_directory(config(tmp_path)),
    ):
        pytest.fail('it has begun')


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / 'file').touch()
    with (
        pytest.raises(InputError, match='cannot be written'),
        own_work_directory(config(tmp_path / 'file/run')),
    ):
        pytest.fail('it has begun')


HOLD = """
import os, sys, time
from mmengine.config import Config
from par_plugins.apis import own_work_directory
with own_work_directory(Config(dict(work_dir=sys.argv[1], model={}))):
    child = os.fork()  # as a data loader's worker, which may outlive it
    if child:
        print('worker', child, flush=True)
    time.sleep(600)
"""


def test_a_directory_in_use_is_refused_until_its_process_is_gone_however_it_goes(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, '-c', HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    )
    said = next(line for line in holder.stdout if line.startswith('worker'))
    worker = int(said.split()[1])
    try:
        with (
            pytest.raises(InputError, match=f'is in use: process {holder.pid} of'),
            own_work_directory(config(tmp_path)),
        ):
            pytest.fail('two at once')
        with own_work_directory(config(tmp_path), rank=1):
            pass  # another process of the same run
        holder.kill()
        holder.wait()
        with own_work_directory(config(tmp_path)):
            pass
    finally:
        os.kill(worker, signal.SIGKILL)  # first: it has the other end of the pipe as well
        holder.kill()
        holder.communicate()


def test_a_test_in_the_directory_of_a_training_has_a_folder_of_its_own(tmp_path):
    cfg = config(tmp_path)
    subfolder_of_run(cfg, 'test')
    assert cfg.work_dir == str(tmp_path)
    trained(tmp_path)
    subfolder_of_run(cfg, 'test')
    assert cfg.work_dir == str(tmp_path / 'test')
