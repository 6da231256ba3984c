"""What a hook sees of a run, without the run."""

import logging
from types import SimpleNamespace

from mmengine.runner.base_loop import BaseLoop


class ToyLoop(BaseLoop):
    """A loop over a dataset that does nothing."""

    def __init__(self, dataset, **attributes):
        super().__init__(None, SimpleNamespace(dataset=dataset))
        vars(self).update(attributes)

    def run(self):
        raise AssertionError('nobody runs it')


def toy_runner(*, train=None, val=None, test=None, **attributes):
    """A runner with these loops and a logger of its own."""
    loops = {'train_loop': train, 'val_loop': val, 'test_loop': test}
    return SimpleNamespace(
        **loops,
        **{f'_{name}': loop for name, loop in loops.items()},
        logger=logging.getLogger('toy'),
        **attributes,
    )
