"""Large jobs in several processes, in shards that are there whole or not at all."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from par_plugins.engine.folder_lock import take_lock
from par_plugins.engine.launched_process import LaunchedProcess
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError

LONGEST_WAIT = timedelta(days=7)
"""That one process waits for another; what ends one, ends all."""
SHARD_SIZE = 1024
"""Pictures of a shard: what a killed job does again at most, in each process."""
KEY, LOCK = 'job.json', '.lock'


class JobProcesses:
    """The processes that share a job.

    Args:
        launcher: What has started them, ``none`` for one alone.

    Raises:
        InputError: If the launcher's environment is incomplete.
    """

    def __init__(self, launcher: str = 'none') -> None:
        self.this = LaunchedProcess.of_launcher(launcher)
        if launcher != 'none':
            distributed.init_process_group(
                'gloo', rank=self.this.rank, world_size=self.this.size, timeout=LONGEST_WAIT
            )

    @property
    def is_main(self) -> bool:
        """Whether this one gathers what all have done."""
        return self.this.rank == 0

    @property
    def device(self) -> str | None:
        """The GPU of this one; None lets the network choose."""
        gpus = torch.cuda.device_count() if self.this.size > 1 else 0
        return f'cuda:{self.this.local_rank % gpus}' if gpus else None

    def wait(self) -> None:
        """Until all are here."""
        if self.this.size > 1:
            distributed.barrier()


class JobFolder:
    """What a job has done so far: a file for each shard, until the job is over.

    Shard n is done by process n modulo their number, and holds the same whoever does it: batches do
    not reach over its end.

    Args:
        folder: Of the job alone. What another job has left there is removed.
        key: Plain data that tells this job from others.
        processes: That share it; all must make this object.

    Raises:
        InputError: If the folder cannot be written, or other processes are at a job there.
    """

    def __init__(self, folder: Path, key: Any, processes: JobProcesses) -> None:
        self.folder, self.processes = folder, processes
        digest = hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest()
        if processes.is_main:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock = (folder / LOCK).open('a+', encoding='utf-8')
                take_lock(self._lock, folder.parent, 'is at a job there; wait, or take another')
                file = folder / KEY
                if not (file.is_file() and file.read_text(encoding='utf-8') == digest):
                    self._empty()
                    with written_aside(file) as aside:
                        aside.write_text(digest, encoding='utf-8')
            except OSError as error:
                raise InputError(f'{folder}: cannot be written ({error.strerror})') from error
        processes.wait()

    def path(self, shard: int, suffix: str) -> Path:
        """The file of a shard; it is there when the shard is done."""
        return self.folder / f'{shard:06}{suffix}'

    def to_do(self, shards: Iterable[int], suffix: str) -> Iterator[int]:
        """Those shards of this process that are not done."""
        process = self.processes.this
        for shard in shards:
            if shard % process.size == process.rank and not self.path(shard, suffix).is_file():
                yield shard

    def remove(self) -> None:
        """The job is over; by the main process."""
        self._empty()
        (self.folder / LOCK).unlink()
        self.folder.rmdir()
        self._lock.close()

    def _empty(self) -> None:
        for file in self.folder.iterdir():
            if file.name != LOCK:
                file.unlink()


def shards_of(pictures: Sequence[str], size: int) -> list[list[str]]:
    """Cut a list into shards; the last may be smaller.

    Example:
        >>> shards_of(['a', 'b', 'c'], 2)
        [['a', 'b'], ['c']]
    """
    return [list(pictures[start : start + size]) for start in range(0, len(pictures), size)]
