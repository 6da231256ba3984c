"""The command ``par`` is the tools, and answers before it imports."""

import json
import subprocess
import sys

import pytest

from par_runtime import command_line
from par_runtime.command_line import commands, main

SLOW = ('torch', 'mmengine', 'mmcv', 'mmpretrain', 'par_plugins', 'matplotlib', 'scipy')
EVERY_HELP = f"""
import contextlib, io, json, sys
from par_runtime.command_line import commands, main
told = {{}}
for name in commands():
    sys.argv = ['par', name, '--help']
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main()
    told[name] = out.getvalue()
print(json.dumps([told, [name for name in {SLOW} if name in sys.modules]]))
"""


def test_every_command_tells_its_options_without_importing_what_is_slow():
    done = subprocess.run([sys.executable, '-c', EVERY_HELP], capture_output=True, text=True)
    told, imported = json.loads(done.stdout)
    assert {'train', 'test', 'experiment', 'embed', 'search', 'check', 'split', 'info'} <= set(told)
    for name, text in told.items():
        assert text.startswith(f'usage: par {name} '), (name, done.stderr)
    assert imported == []


def test_the_overview_names_every_command_with_what_it_does(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['par'])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert '  train                 Train a config; at the end, test what came out of it.' in lines
    for name in commands():
        line = next(line for line in lines if line.startswith(f'  {name} '))
        assert line.removeprefix(f'  {name} ').strip(), f'{name} has no docstring'


def test_no_two_scripts_are_one_command():
    folders = [command_line.MIM / 'tools' / folder for folder in command_line.FOLDERS]
    assert len(commands()) == sum(len(list(folder.glob('*.py'))) for folder in folders)


def test_an_unknown_command_is_one_sentence_with_the_nearest(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['par', 'trian', 'config.py'])
    with pytest.raises(SystemExit, match="^error: par has no command 'trian'; is 'train' meant"):
        main()


def test_an_installation_without_scripts_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr(command_line, 'MIM', tmp_path)
    monkeypatch.setattr(sys, 'argv', ['par', 'train'])
    with pytest.raises(SystemExit, match='a copy of its source without symbolic links'):
        main()


def test_an_interrupt_while_a_command_still_imports_is_a_word(monkeypatch, tmp_path, capsys):
    (tmp_path / 'tools').mkdir()
    (tmp_path / 'tools/slow.py').write_text(
        'def main():\n    raise KeyboardInterrupt\n', encoding='utf-8'
    )
    monkeypatch.setattr(command_line, 'MIM', tmp_path)
    monkeypatch.setattr(sys, 'argv', ['par', 'slow'])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, 'interrupted\n')
