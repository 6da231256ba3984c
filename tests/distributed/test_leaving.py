"""Processes that trained together end well."""

import subprocess
import sys
from pathlib import Path

from tests.tools.toy_run import TIME_LIMIT

SCRIPT = Path(__file__).with_name('train_and_leave.py')
TIMES = 10


def test_processes_that_hold_a_model_of_their_group_end_with_status_0(tmp_path):
    """And what they had to say, or had registered for their end, is not lost."""
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, str(TIMES)],
        cwd=SCRIPT.parents[2],
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    # Counted, not read line by line: the two write into one pipe.
    assert done.stdout.count('ended with 0 0') == TIMES, done.stdout + done.stderr[-3000:]
    assert done.stdout.count('trained') == done.stdout.count('closed') == 2 * TIMES
