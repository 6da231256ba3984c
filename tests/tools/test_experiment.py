"""The experiment tool from leaves to the table, the figure and the file of results."""

import json
import shlex
import subprocess
import sys

import pytest

from tests.tools.toy_run import ROOT, TIME_LIMIT

LEAVES = [
    ROOT / f'configs/toy/{method}_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
    for method in ('cross-entropy', 'weighted')
]
PLAIN, WEIGHTED = (leaf.stem for leaf in LEAVES)


def run(toy_root, folder, *arguments, options=()):
    """The finished command on two leaves of one epoch, without validation."""
    command = [sys.executable, ROOT / 'tools/experiment.py', *LEAVES, '--work-dir', folder]
    command += [*arguments, '--cfg-options', 'train_cfg.max_epochs=1', 'val_cfg=None']
    command += ['val_dataloader=None', 'val_evaluator=None']
    command += ['default_hooks.checkpoint.save_best=None', 'visualizer.vis_backends=[]']
    command += ['model.backbone.base_channels=8', 'model.backbone.stem_channels=8']
    command += ['model.head.in_channels=64']
    for split in ('train', 'test'):
        loader = f'{split}_dataloader'
        command += [f'{loader}.dataset.data_root={toy_root}', f'{loader}.batch_size=12']
        command += [f'{loader}.num_workers=0']
    return subprocess.run(
        [*map(str, command), *options],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        env={**__import__('os').environ, 'PYTHONPATH': str(ROOT)},
    )


SCORES = ('--scores', 'attribute/mA', '--seeds', '4', '5', '--jobs', '2')


@pytest.fixture(scope='module')
def done(toy_root, tmp_path_factory):
    """Two leaves with two seeds, side by side, and what was printed."""
    folder = tmp_path_factory.mktemp('experiment')
    published, figure = folder / 'results.json', folder / 'arms.png'
    result = run(toy_root, folder / 'runs', *SCORES, '--publish', published, '--figure', figure)
    assert result.returncode == 0, result.stderr[-3000:]
    return folder, result.stdout


def test_leaves_train_side_by_side_and_are_compared_by_seed(done):
    folder, printed = done
    results = json.loads((folder / 'results.json').read_text(encoding='utf-8'))
    assert results['baseline'] == PLAIN and list(results['runs']) == [PLAIN, WEIGHTED]
    for leaf, runs in results['runs'].items():
        assert list(runs) == ['4', '5']
        for seed, scores in runs.items():
            own = json.loads(
                (folder / 'runs' / leaf / f'seed_{seed}/test_scores.json').read_text(
                    encoding='utf-8'
                )
            )
            assert own['config'] == leaf and own['seed'] == int(seed)
            assert own['scores']['attribute/mA'] == scores['attribute/mA']
    gains = [
        results['runs'][WEIGHTED][seed]['attribute/mA']
        - results['runs'][PLAIN][seed]['attribute/mA']
        for seed in ('4', '5')
    ]
    row = next(line for line in printed.splitlines() if line.startswith(f'| {WEIGHTED} '))
    assert f'{sum(gains) / 2:+.2f}' in row and f'({sum(gain > 0 for gain in gains)}/2)' in row
    assert (folder / 'arms.png').read_bytes().startswith(b'\x89PNG')


def test_what_is_finished_is_not_run_again_and_no_other_file_is_taken_for_it(done, toy_root):
    folder, printed = done
    other = folder / 'runs' / PLAIN / 'seed_4' / 'test_scores.json'
    other.write_text(json.dumps({'scores': {'attribute/mA': 99.99}}), encoding='utf-8')
    made = {p: p.stat().st_mtime_ns for p in (folder / 'runs').rglob('*')}
    again = run(toy_root, folder / 'runs', *SCORES)
    assert again.returncode == 0 and '99.99' not in again.stdout
    assert [row for row in again.stdout.splitlines() if row.startswith('|')] == [
        row for row in printed.splitlines() if row.startswith('|')
    ]
    assert {p: p.stat().st_mtime_ns for p in (folder / 'runs').rglob('*')} == made


def test_a_folder_with_runs_of_another_config_is_refused(done, toy_root):
    result = run(toy_root, done[0] / 'runs', *SCORES, options=['model.head.dropout=0.3'])
    assert result.returncode == 1
    assert (
        result.stderr.strip()
        .splitlines()[-1]
        .endswith(
            'holds a run of another config (model.head.dropout is new): take another --work-dir'
        )
    )


def test_a_misspelt_score_is_one_sentence_before_anything_is_trained(toy_root, tmp_path):
    result = run(toy_root, tmp_path / 'runs', '--scores', 'attribute/mAA')
    assert result.returncode == 1
    assert result.stderr.strip().splitlines()[-1] == (
        "error: --scores attribute/mAA: no leaf gives this score; did you mean 'attribute/mA'?"
    )
    assert not (tmp_path / 'runs').exists()


def test_a_run_that_fails_is_one_sentence_and_the_others_are_finished(toy_root, tmp_path):
    result = run(
        toy_root, tmp_path / 'runs', '--scores', 'attribute/mA',
        options=['default_hooks.label_statistics.type=TimerHook'],
    )  # fmt: skip
    assert result.returncode == 1
    assert 'the run failed' in result.stderr and 'output.txt' in result.stderr


def test_there_is_a_command_for_each_run(toy_root, tmp_path):
    result = run(toy_root, tmp_path / 'runs', *SCORES, '--commands')
    lines = [shlex.split(line) for line in result.stdout.splitlines()]
    assert [(line[2], line[line.index('--seeds') + 1]) for line in lines] == [
        (str(leaf), seed) for seed in ('4', '5') for leaf in LEAVES
    ]
    assert all('train_cfg.max_epochs=1' in line for line in lines)
    assert not (tmp_path / 'runs').exists()


def test_each_leaf_chooses_its_value_on_the_other_split_and_is_tested_with_it(toy_root, tmp_path):
    key, values = 'optim_wrapper.optimizer.lr', ('0.0001', '0.01')
    published = tmp_path / 'results.json'
    result = run(
        toy_root, tmp_path / 'runs', '--scores', 'attribute/mAP', '--tune', key, *values,
        '--publish', published,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-3000:]
    tuned = json.loads(published.read_text(encoding='utf-8'))['tuned'][key]
    for leaf in (PLAIN, WEIGHTED):
        folder = tmp_path / 'runs' / leaf
        trials = {value: folder / f'tuning_{value}' for value in values}
        finished = {
            value: (trial / 'finished.json').read_text(encoding='utf-8')
            for value, trial in trials.items()
        }
        scores = {float(value): json.loads(text)['scores'] for value, text in finished.items()}
        best = max(scores, key=lambda value: scores[value]['attribute/mAP'])
        assert tuned[leaf] == best and f'{leaf}: {key}={best:g}' in result.stdout
        plans = {
            path: json.loads((path / 'planned.json').read_text(encoding='utf-8'))
            for path in (*trials.values(), folder / 'seed_0')
        }
        assert [p['test_dataloader']['dataset']['split'] for p in plans.values()] == [
            'val', 'val', 'test',
        ]  # fmt: skip
        assert plans[folder / 'seed_0']['optim_wrapper']['optimizer']['lr'] == best


@pytest.mark.parametrize(
    ('arguments', 'says'),
    [
        (('--tune', 'optim_wrapper.optimizer.rate', '1', '2'), 'has no such option'),
        (('--tune', 'optim_wrapper.optimizer.lr', '0.1'), 'two or more different values'),
        (('--tune', 'optim_wrapper.optimizer.lr', 'a', 'b'), 'values are numbers'),
        (
            ('--tune', 'optim_wrapper.optimizer.lr', '1', '2', '--tune-split', 'test'),
            'must be tested on another split',
        ),
    ],
)
def test_what_cannot_be_tuned_is_one_sentence(toy_root, tmp_path, arguments, says):
    result = run(toy_root, tmp_path / 'runs', '--scores', 'attribute/mA', *arguments)
    assert result.returncode == 1 and says in result.stderr.strip().splitlines()[-1]
    assert not (tmp_path / 'runs').exists()
