"""Commands write into their output folders and documented caches alone, and ask nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployment.skip_without_exporter import skip_without_exporter
from tests.tools.toy_run import CONFIG, TIME_LIMIT

pytest.importorskip('safetensors', reason='releases need safetensors')
skip_without_exporter()

ROOT = Path(__file__).parents[2]
SMALL = f"""
_base_ = 'par_plugins::toy/{CONFIG.name}'
model = dict(
    backbone=dict(_delete_=True, type='CifarNet'), neck=None, head=dict(in_channels=64))
train_cfg = dict(max_epochs=1)
pipeline = [
    dict(type='LoadPersonImage'), dict(type='Resize', scale=(32, 32)),
    dict(type='PackAttributeInputs')]
dataset = dict(data_root='out/toys', pipeline=pipeline)
train_dataloader = dict(batch_size=8, num_workers=0, persistent_workers=False, dataset=dataset)
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dataset)
test_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dataset)
val_evaluator = [dict(type='AttributeMetric'), dict(type='OperatingPointMetric', rule='prior')]
"""
COMMANDS = """
make-toy out/toys --train 24 --val 9 --test 11
check PA100K out/toys
train small.py --work-dir out/run
test small.py out/run/epoch_1.pth --work-dir out/test
release small.py BEST out/released
verify out/released --data out/toys
info out/released
info
predict out/toys/data --model small.py --weights BEST --out out/seen
predict out/toys/data --model out/released --out out/drawn --draw --crops
export small.py BEST out/exported.onnx
predict out/toys/data --model out/exported.onnx --out out/exported
"""
RUN = f"""
import json, os, socket, sys
from pathlib import Path

asked = []

def watch(event, arguments):
    '''A process of its own machine is nobody else, and neither is a name that is not looked up.'''
    if event in ('socket.connect', 'socket.sendto', 'socket.getaddrinfo', 'socket.gethostbyname'):
        if isinstance(arguments[-1], str) and event == 'socket.connect':
            return  # a socket in the file system
        asked.append([event, str(arguments[1:] if event == 'socket.connect' else arguments)])
        raise OSError('no connection was asked for')

sys.addaudithook(watch)
from par_runtime.command_line import main
ended = []
for line in {COMMANDS!r}.strip().splitlines():
    best = next(iter(sorted(Path('out').glob('run/best*.pth'))), 'none')
    sys.argv = ['par', *line.replace('BEST', str(best)).split()]
    try:
        main()
        ended.append([line, 0])
    except SystemExit as left:
        ended.append([line, left.code])
print('REPORT' + json.dumps([ended, asked]))
"""
CACHES = ('.cache/matplotlib/', '.config/matplotlib/', '.cache/torch/hub/', '.cache/YAPF/')
"""What docs/release.md says is kept in the home folder; the test holds it to that."""


def test_no_command_writes_elsewhere_or_opens_a_connection(tmp_path):
    home, work, temporary = (tmp_path / name for name in ('home', 'work', 'tmp'))
    for folder in (home, work, temporary):
        folder.mkdir()
    (work / 'small.py').write_text(SMALL, encoding='utf-8')
    kept = {key: value for key, value in os.environ.items() if not key.startswith('XDG_')}
    for name in ('TORCH_HOME', 'MPLCONFIGDIR', 'NUMBA_CACHE_DIR', 'HF_HOME'):
        kept.pop(name, None)
    environment = {
        **kept,
        'HOME': str(home),
        'TMPDIR': str(temporary),
        'PYTHONPATH': os.pathsep.join([str(ROOT), kept.get('PYTHONPATH', '')]),
        'PYTHONDONTWRITEBYTECODE': '1',
    }
    done = subprocess.run(
        [sys.executable, '-c', RUN],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    ended, asked = json.loads(done.stdout.rpartition('REPORT')[2] or '[[], []]')
    assert len(ended) == len(COMMANDS.split('\n')) - 2, done.stderr[-3000:]
    assert [each for each in ended if each[1]] == []
    assert asked == []
    assert sorted(path.name for path in work.iterdir()) == ['out', 'small.py']
    assert list(temporary.iterdir()) == []
    document = (ROOT / 'docs/release.md').read_text(encoding='utf-8')
    assert all(f'`~/{cache}`' in document for cache in CACHES)
    left = [path.relative_to(home).as_posix() for path in home.rglob('*') if path.is_file()]
    assert [path for path in left if not path.startswith(CACHES)] == []
