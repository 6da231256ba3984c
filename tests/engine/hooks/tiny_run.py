"""A whole run in a fraction of a second: a line is fitted to noisy numbers."""

import itertools
import random

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from mmengine.model import BaseModel
from mmengine.runner import Runner

from par_plugins.engine.hooks import (
    ExactResumeHook,
    SafeCheckpointHook,
    ScheduleHook,
    WorkDirectoryHook,
)

NUMBERS = itertools.count()


class NoisyNumbers(BaseDataset):
    """Numbers to which every generator that transforms draw from adds its share."""

    def __init__(self, size):
        self.size = size
        super().__init__()

    def load_data_list(self):
        return [{'number': float(k)} for k in range(self.size)]

    def prepare_data(self, idx):
        noise = random.random() + np.random.rand() + torch.rand(()).item()  # noqa: NPY002
        return {'inputs': torch.tensor([idx / self.size + noise])}


class Line(BaseModel):
    """A line with dropout; it notes what it was shown."""

    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(1, 1)
        self.shown = []

    def forward(self, inputs, mode='tensor'):
        inputs = torch.stack(inputs)
        self.shown.append(inputs.flatten().tolist())
        return {'loss': (torch.dropout(self.line(inputs), 0.5, self.training) - 1).pow(2).mean()}


def tiny_runner(
    work_dir, *, size=12, batch_size=3, resume=None, loader=None, lr=0.1, seed=0, **options
):
    """A runner with the hooks of every run and the one of exact resuming."""
    torch.manual_seed(0)
    options = {
        'train_cfg': dict(by_epoch=True, max_epochs=4),
        'param_scheduler': None,
        'optim_wrapper': dict(optimizer=dict(type='SGD', lr=lr, momentum=0.9)),
        'default_hooks': dict(logger=None, checkpoint=dict(type='CheckpointHook', interval=1)),
        'custom_hooks': [ExactResumeHook()],
        **options,
    }
    runner = Runner(
        Line(),
        str(work_dir),
        train_dataloader=dict(
            batch_size=batch_size,
            dataset=NoisyNumbers(size),
            **{
                'num_workers': 0,
                'sampler': dict(type='DefaultSampler', shuffle=True),
                'worker_init_fn': dict(type='seed_worker'),
                **(loader or {}),
            },
        ),
        load_from=str(resume) if resume else None,
        resume=resume is not None,
        experiment_name=f'run_{next(NUMBERS)}',  # those of one second share what mmengine keeps
        randomness=dict(seed=seed),
        log_level='WARNING',
        **options,
    )
    runner.register_hook(SafeCheckpointHook(), priority='HIGHEST')
    runner.register_hook(WorkDirectoryHook())
    runner.register_hook(ScheduleHook())
    return runner
