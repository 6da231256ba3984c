"""One job at a time in a folder."""

import subprocess
import sys

import pytest

from par_plugins.inference.job_processes import JobFolder, JobProcesses
from par_plugins.structures import InputError

HOLD = """
import sys
from pathlib import Path
from par_plugins.inference.job_processes import JobFolder, JobProcesses
job = JobFolder(Path(sys.argv[1]), 'theirs', JobProcesses())
job.path(0, '.json').write_text('done', encoding='utf-8')
print('ready', flush=True)
sys.stdin.read()
"""


def test_a_second_job_is_refused_while_the_first_lives_and_takes_the_folder_afterwards(tmp_path):
    folder = tmp_path / '.job'
    first = subprocess.Popen(
        [sys.executable, '-c', HOLD, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding='utf-8',
    )
    try:
        while first.stdout.readline() != 'ready\n':
            assert first.poll() is None
        with pytest.raises(InputError, match=f'is in use: process {first.pid} of .* at a job'):
            JobFolder(folder, 'mine', JobProcesses())
        assert (folder / '000000.json').read_text(encoding='utf-8') == 'done'
    finally:
        first.kill()
        first.communicate()
    job = JobFolder(folder, 'mine', JobProcesses())
    assert list(job.to_do([0], '.json')) == [0]  # the other's shard is not of this job
    job.remove()
    assert not folder.exists()
