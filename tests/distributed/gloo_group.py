"""A group of CPU processes that can be left."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import distributed


@contextmanager
def gloo_group(rank: int, world_size: int, meeting: str | Path) -> Iterator[None]:
    """Belong to a group.

    Args:
        rank: Of this process.
        world_size: Processes of the group.
        meeting: A file for them to meet at, of this group alone and not there yet.
    """
    distributed.init_process_group(
        'gloo', init_method=f'file://{meeting}', rank=rank, world_size=world_size
    )
    yield
    distributed.barrier()  # nobody leaves while another still waits for its answer
    # In torch 2.4 the group's end holds Python's lock while it joins threads that may need it for
    # their last tensors. It lets go of the lock where Python held the last reference.
    backend = distributed.group.WORLD._get_backend(torch.device('cpu'))
    distributed.destroy_process_group()
    del backend
