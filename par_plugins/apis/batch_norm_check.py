"""Whether batch norm will meet a batch of which it can take no variance."""

import torch
from mmengine.dataset import InfiniteSampler
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.data import BatchSampler

from par_plugins.datasets.seeded_batches import random_numbers_of
from par_plugins.structures import InputError


def check_last_batch(runner: Runner) -> None:
    """Refuse a training in which a batch of one image meets batch norm over single numbers.

    Args:
        runner: Before its training.

    Raises:
        InputError: If a process gets such a batch, with the remedy.
    """
    loader = runner.train_loop.dataloader
    batches = getattr(loader, 'batch_sampler', None)
    if type(batches) is not BatchSampler or isinstance(loader.sampler, InfiniteSampler):
        return
    images = len(loader.sampler)
    left = images % batches.batch_size
    if (left != 1 or batches.drop_last) and batches.batch_size != 1:
        return
    name = _norm_of_single_numbers(runner)
    if name is not None:
        raise InputError(
            f'train_dataloader: {images} images in batches of {batches.batch_size} leave one over, '
            f'of which {name} (batch norm) has no variance: set train_dataloader.drop_last=True, '
            'or another batch_size'
        )


def _norm_of_single_numbers(runner: Runner) -> str | None:
    """The first batch norm in training that sees one number a channel of an image."""
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    if not hasattr(model, 'extract_feat'):
        return None  # no classifier
    modes = {module: module.training for module in model.modules()}
    model.train()  # as it trains: what is frozen stays so
    norms: dict[nn.Module, str] = {
        module: name
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm) and module.training
        # Processes that share their statistics have more than one image.
        if not (isinstance(module, nn.SyncBatchNorm) and runner.world_size > 1)
    }
    found: list[str] = []

    def look(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if inputs[0].numel() == inputs[0].shape[0] * inputs[0].shape[1]:
            found.append(norms[module])

    handles = [norm.register_forward_pre_hook(look) for norm in norms]
    try:
        model.eval()  # running averages stay as they are
        with torch.no_grad(), random_numbers_of((0,)):
            loader = runner.train_loop.dataloader
            data = model.data_preprocessor(loader.collate_fn([loader.dataset[0]]), training=False)
            model(data['inputs'], data.get('data_samples'), mode='tensor')
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode
    return found[0] if found else None
