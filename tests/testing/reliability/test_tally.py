"""Cases are counted by how they end, whatever they do to their process."""

import os
import signal
import sys
import time

import pytest

from par_plugins.structures import InputError
from par_plugins.testing.reliability import try_cases


def refuse(sentence):
    raise InputError(sentence)


CASES = [
    (lambda: None, 'right', ''),
    (lambda: refuse('x.csv: row 3 is empty'), 'refused', ''),
    (lambda: refuse('two\nlines'), 'fault', 'not one sentence'),
    (lambda: 1 / 0, 'fault', 'ZeroDivisionError'),
    (lambda: sys.exit(3), 'fault', 'SystemExit: 3'),
    (lambda: os._exit(3), 'fault', 'the process ended with 3'),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), 'fault', 'SIGKILL'),
    (lambda: time.sleep(60), 'fault', 'not over after 2 s'),
    (lambda: bytearray(2 << 30), 'fault', 'MemoryError'),
    (lambda: bytearray(1 << 20), 'right', ''),
]


def test_each_end_is_counted_and_the_cases_after_it_are_tried(tmp_path):
    tried = []
    tally = try_cases(
        lambda number: CASES[number][0](),
        len(CASES),
        seconds=2,
        memory=1 << 30,
        on_case=tried.append,
    )
    assert tried == list(range(1, len(CASES) + 1))
    assert tally.tried == len(CASES)
    assert tally.right == sum(end == 'right' for _, end, _ in CASES)
    assert tally.refused == sum(end == 'refused' for _, end, _ in CASES)
    expected = {n: text for n, (_, end, text) in enumerate(CASES) if end == 'fault'}
    assert tally.faults.keys() == expected.keys()
    for number, text in expected.items():
        assert text in tally.faults[number]


@pytest.mark.parametrize('count', [0, 1])
def test_as_many_are_tried_as_asked_for(count):
    assert try_cases(lambda number: None, count).tried == count
