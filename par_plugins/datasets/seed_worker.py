"""Random numbers of a data loader's workers."""

import random

import numpy as np
import torch
from mmengine.registry import FUNCTIONS


@FUNCTIONS.register_module()
def seed_worker(worker_id: int) -> None:
    """Seed NumPy and Python in a worker from the seed that torch has given it.

    torch draws it anew for each epoch, where mmengine's own function gives every epoch's workers
    the same numbers. Persistent workers go on where they were; a training set's batches have random
    numbers of their own with ``ExactResumeHook``, whatever workers make them.

    Args:
        worker_id: Number of the worker, which torch's seed contains.
    """
    seed = torch.initial_seed()
    np.random.seed(seed % 2**32)  # noqa: NPY002 (what upstream's transforms draw from)
    random.seed(seed)
