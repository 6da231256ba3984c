"""Two CPU processes train together and leave, again and again.

usage: train_and_leave.py FOLDER TIMES
"""

import atexit
import os
import sys

import torch
from torch import distributed, nn

from par_plugins.apis.runner import leave_cpu_processes


def main() -> None:
    """Fork the two, so that the imports, nearly all of the time, are made once."""
    folder, times = sys.argv[1], int(sys.argv[2])
    for number in range(times):
        children = []
        for rank in range(2):
            sys.stdout.flush()  # else the child would write it once more
            child = os.fork()
            if child == 0:
                train_and_leave(rank, f'{folder}/{number}')
                return
            children.append(child)
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print('ended with', *ends)


def train_and_leave(rank: int, meeting: str) -> None:
    """Hold a model of the group to the end, as a command line does."""
    distributed.init_process_group('gloo', init_method=f'file://{meeting}', rank=rank, world_size=2)
    model = nn.parallel.DistributedDataParallel(nn.Linear(64, 64))
    atexit.register(print, 'closed')
    for _ in range(3):
        model(torch.randn(8, 64)).sum().backward()
    distributed.all_gather_object([None, None], {'scores': torch.ones(3)})
    print('trained')
    leave_cpu_processes()


if __name__ == '__main__':
    main()
