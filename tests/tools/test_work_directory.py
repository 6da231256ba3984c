"""The command lines keep runs apart."""

import hashlib
import json
import subprocess
import sys

from tests.tools.toy_run import CONFIG, ROOT, TIME_LIMIT


def command(tool, *arguments, toy_root, options=()):
    splits = ('train', 'val', 'test')
    return subprocess.run(
        [
            sys.executable,
            f'tools/{tool}.py',
            *map(str, arguments),
            '--cfg-options',
            'train_cfg.max_epochs=1',
            *(f'{split}_dataloader.dataset.data_root={toy_root}' for split in splits),
            *(f'{split}_dataloader.num_workers=0' for split in splits),
            *(f'{split}_dataloader.batch_size=8' for split in splits),
            *options,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )


def test_runs_of_one_directory_are_told_apart_and_their_scores_by_checkpoint(toy_root, tmp_path):
    run = tmp_path / 'run'
    done = command('train', CONFIG, '--work-dir', run, toy_root=toy_root)
    assert done.returncode == 0, done.stderr
    scores = (run / 'test_scores.json').read_bytes()
    best = next(run.glob('best_*'))
    digest = hashlib.sha256(best.read_bytes()).hexdigest()
    assert json.loads(scores)['checkpoint'] == {'path': best.name, 'sha256': digest}

    done = command('test', CONFIG, run / 'epoch_1.pth', '--work-dir', run, toy_root=toy_root)
    assert done.returncode == 0, done.stderr
    assert (run / 'test_scores.json').read_bytes() == scores
    tested = json.loads((run / 'test/test_scores.json').read_text(encoding='utf-8'))['checkpoint']
    assert tested['path'] == '../epoch_1.pth' and tested['sha256'] != digest

    done = command(
        'train',
        CONFIG,
        '--resume',
        '--work-dir',
        run,
        toy_root=toy_root,
        options=['model.head.dropout=0.3'],
    )
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f'error: {run} holds a run of another config (model.head.dropout ')
    assert (run / 'test_scores.json').read_bytes() == scores
