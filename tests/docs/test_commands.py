"""Every command on a page is run here as it stands, or marked as needing more than a test has.

A block of commands is fenced as ``console``: it is run, as ``console slow``: it is run with the
slow tests, or as ``console data``: it needs files, machines or hours that no test has.
"""

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from par_runtime import command_line

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md'), *ROOT.glob('configs/*/README.md')])
PAGES = [page for page in PAGES if '_build' not in page.parts]
BLOCK = re.compile(r'^```([^\n]*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
KINDS = {'console': 'quick', 'console slow': 'slow', 'console data': None}
SMALL = {
    'make-toy': '--train 48 --val 24 --test 24',
    'train': '--cfg-options train_cfg.max_epochs=1 train_dataloader.num_workers=0 '
    'val_dataloader.num_workers=0 test_dataloader.num_workers=0',
}
"""What a test adds to a command so that it takes seconds: the command stays the page's own."""


def blocks(page):
    return BLOCK.findall(page.read_text(encoding='utf-8'))


def commands(text):
    """The commands of a block, each with the lines that continue it."""
    joined = re.sub(r'\s*\\\n\s*', ' ', text)
    return [
        line[2:].partition('  #')[0].strip()
        for line in joined.splitlines()
        if line.startswith('$ ')
    ]


def test_a_command_is_read_with_its_continuation_and_without_its_remark():
    assert commands('$ a \\\n    b\nout\n$ c   # d\n') == ['a b', 'c']


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_with_commands_says_whether_it_is_run(page):
    for kind, text in blocks(page):
        if commands(text) or re.search(r'^(par|make|tools/\S+|python) \S', text, re.MULTILINE):
            assert kind in KINDS, text


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_that_no_test_can_run_is_understood_at_least(page, monkeypatch):
    for kind, text in blocks(page):
        for command in commands(text) if KINDS.get(kind, '') is None else ():
            called = re.match(r'(?:par |(?:python )?tools/)(\S+)', command)
            if called and not called[1].endswith('.sh') and '{' not in command:
                name = called[1]
                script = command_line.commands().get(name, ROOT / 'tools' / name)
                spec = importlib.util.spec_from_file_location(script.stem, script)
                tool = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(tool)
                words = shlex.split(command[called.end() :])
                monkeypatch.setattr('sys.argv', [name, *words])
                tool.parse_args()


def pages_of(kind):
    marks = [pytest.mark.slow] if kind == 'slow' else []
    for page in PAGES:
        if any(KINDS.get(words) == kind for words, _ in blocks(page)):
            yield pytest.param(page, kind, id=f'{page.relative_to(ROOT)}-{kind}', marks=marks)


@pytest.mark.parametrize(('page', 'kind'), [*pages_of('quick'), *pages_of('slow')])
def test_the_commands_of_a_page_do_what_they_say_one_after_another(page, kind, tmp_path):
    programs, work = tmp_path / 'programs', tmp_path / 'work'
    programs.mkdir()
    work.mkdir()
    for name in ('configs', 'tools', 'docs'):
        (work / name).symlink_to(ROOT / name)
    cases = '\n'.join(f'{name}) set -- "$@" {words} ;;' for name, words in SMALL.items())
    call = f'exec "{sys.executable}" -m par_runtime.command_line "$@"'
    (programs / 'par').write_text(
        f'#!/bin/sh\ncase "$1" in\n{cases}\nesac\n{call}\n', encoding='utf-8'
    )
    (programs / 'par').chmod(0o755)
    (programs / 'python').symlink_to(sys.executable)
    environment = {
        **os.environ,
        'PATH': f'{programs}:{os.environ["PATH"]}',
        'PYTHONPATH': f'{ROOT}:{os.environ.get("PYTHONPATH", "")}',
    }
    run = [c for words, text in blocks(page) if KINDS.get(words) == kind for c in commands(text)]
    assert run
    for command in run:
        done = subprocess.run(
            ['bash', '-c', command], cwd=work, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f'$ {command}\n{done.stdout}{done.stderr}'


@pytest.mark.parametrize(
    'page',
    [page for page in PAGES if '>>> ' in page.read_text(encoding='utf-8')],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_what_python_is_shown_to_answer_it_answers(page):
    examples = '\n'.join(text for kind, text in blocks(page) if kind == 'python')
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0
