"""What the commands of a release say, and how they end."""

import hashlib
import runpy
import sys

import pytest
import torch

from tests.tools.toy_run import ROOT

pytest.importorskip('safetensors', reason='releases need safetensors')


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a tool; gives what it prints, and what it leaves with."""

    def run(tool, *arguments):
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, arguments)])
        status = None
        try:
            runpy.run_path(str(ROOT / f'tools/{tool}.py'), run_name='__main__')
        except SystemExit as left:
            status = left.code
        return capsys.readouterr().out, status

    return run


@pytest.fixture
def config(toy, tmp_path):
    toy.config().dump(tmp_path / 'walkers.py')
    return tmp_path / 'walkers.py'


def test_a_release_is_named_after_its_config_and_says_what_it_was_told(run, toy, config, tmp_path):
    told = ['--training-data', 'some toys', '--data-licence', 'none | at all', '--no-onnx']
    out, status = run('release', config, toy.checkpoint, tmp_path / 'out', *told)
    assert not status and 'released: ' in out and '/out/walkers-' in out
    card = (tmp_path / 'out/README.md').read_text(encoding='utf-8')
    assert card.count('some toys') > 1 and 'none | at all' in card
    assert not (tmp_path / 'out/model.onnx').exists() and 'onnxruntime' not in card
    out, status = run('verify', tmp_path / 'out')
    assert not status and 'FAULT' not in out and 'model.onnx' not in out
    sums = hashlib.sha256((tmp_path / 'out/SHA256SUMS').read_bytes()).hexdigest()
    assert f'to compare with one from elsewhere: {sums}' in out


def test_a_checkpoint_without_operating_points_is_one_sentence(run, toy, config, tmp_path):
    content = torch.load(toy.checkpoint, weights_only=True)
    del content['meta']['answer_rules']
    torch.save(content, tmp_path / 'bare.pth')
    _, status = run('release', config, tmp_path / 'bare.pth', tmp_path / 'out', '--no-onnx')
    assert status.startswith(f'error: {tmp_path / "bare.pth"}: has no operating points')
    assert '\n' not in status and not (tmp_path / 'out').exists()


def test_a_fault_is_said_and_ends_with_status_1(run, toy, tmp_path):
    folder = toy.copy(tmp_path)
    (folder / 'schema.json').write_text('{}', encoding='utf-8')
    out, status = run('verify', folder)
    assert status == 1 and 'FAULT  schema.json is not what SHA256SUMS says' in out
    _, status = run('verify', tmp_path / 'nothing')
    assert status == f'error: {tmp_path / "nothing"}: there is no such folder'


def test_info_shows_the_card_of_a_release(run, toy, tmp_path):
    out, status = run('info', toy.out)
    assert not status and out.startswith('# toy-walkers\n') and '## Scores' in out
    folder = toy.copy(tmp_path)
    (folder / 'README.md').write_text('# \x1b[31mred', encoding='utf-8')
    assert run('info', folder)[0] == '# \\x1b[31mred\n'
    assert 'is neither a leaf' in run('info', tmp_path)[1]
