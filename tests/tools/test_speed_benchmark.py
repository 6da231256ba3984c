import re
import subprocess
import sys
from importlib.util import find_spec

from par_plugins.apis.results_table import between_marks
from tests.tools.toy_run import ROOT, TIME_LIMIT

SCRIPT = ROOT / 'tools/benchmarks/speed.py'
AREAS = ['label_losses', 'class_rectification', 'scores', 'retrieval', 'search', 'dai']
AREAS += ['datasets', 'pipeline']


def test_the_table_of_speed_is_written_by_one_command(tmp_path):
    document = tmp_path / 'speed.md'
    document.write_text((ROOT / 'docs/speed.md').read_text(encoding='utf-8'), encoding='utf-8')
    options = ['--quick', '--rounds', '1', '--areas', *AREAS, '--document', document]
    done = subprocess.run(
        [sys.executable, SCRIPT, *options],
        capture_output=True,
        text=True,
        encoding='utf-8',
        timeout=TIME_LIMIT,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    text = document.read_text(encoding='utf-8')
    rows = [line for line in text.splitlines() if re.search(r'\| ours [\d.]+ m?s \(', line)]
    assert len(rows) == 12 and all(row in done.stdout for row in rows)
    grows = [re.findall(r'(\w+)\^', row.split('|')[-2]) for row in rows]
    by_both, retrieved = ['N', 'A'], ['gallery', 'positives']
    assert grows == [*6 * [by_both], *2 * [retrieved], ['rows'], by_both, ['N'], []]
    for module, package in {'faiss': 'faiss-cpu', 'clarabel': 'clarabel', 'scs': 'scs'}.items():
        assert (package in done.stderr.split('pip install')[-1]) == (find_spec(module) is None)
    table = '| work | floor | peers | ours | growth |'
    assert table in text and table in between_marks(text, table, source='it', name='speed')


def test_the_shares_of_a_training_step_are_shown_by_one_command(tmp_path):
    options = ['--networks', 'resnet18', '--precisions', 'bfloat16', '--steps', '3']
    done = subprocess.run(
        [sys.executable, SCRIPT.with_name('training.py'), *options, '--batch-size', '2', '--hooks'],
        capture_output=True,
        text=True,
        encoding='utf-8',
        timeout=TIME_LIMIT,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if 'resnet18, bfloat16' in line)
    rate, ratio, *shares, _ = (float(cell) for cell in row.strip('│ ').split('│')[1:])
    assert rate > 0 and ratio > 0
    assert all(share >= 0 for share in shares) and 80 < sum(shares) <= 101
    assert re.search(r'FiniteTrainingHook: \d+ us', done.stdout)
