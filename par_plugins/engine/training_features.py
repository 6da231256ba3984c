"""What the model makes of every training image at a moment."""

import torch
from mmengine.dataset import Compose, pseudo_collate
from mmengine.model import is_model_wrapper
from mmengine.registry import DATASETS
from mmengine.runner import Runner
from torch import Tensor
from torch.utils.data import DataLoader

from par_plugins.structures import InputError


@torch.no_grad()
def training_features(runner: Runner) -> tuple[Tensor, Tensor]:
    """Compute features of the training images without augmentation, and their labels.

    Nothing is drawn at random, and the model is left in the mode it was in. Each process looks at
    all images.

    Args:
        runner: Its config has the training set, and the pipeline and batch size of the test or
            validation set. Its model has a head with ``pre_logits``.

    Returns:
        ``(M, F)`` or ``(M, A, E)`` float32, and targets ``(M, A)`` int64, -1 for unknown and of
        images that could not be read, on the CPU, in the order of the training set.

    Raises:
        InputError: If the config lacks one of the two sets, or the training set is one in another.
    """
    training = runner.cfg.get('train_dataloader')
    testing = runner.cfg.get('test_dataloader') or runner.cfg.get('val_dataloader')
    if not (training and testing):
        raise InputError('features of the training set need train_dataloader and test_dataloader')
    if 'pipeline' not in training.dataset:
        raise InputError(f'{training.dataset.type}: its features are those of another dataset')
    dataset = DATASETS.build(training.dataset)
    dataset.pipeline = Compose(testing.dataset.pipeline)
    loader = DataLoader(
        dataset,
        batch_size=testing.batch_size,
        num_workers=testing.num_workers,
        collate_fn=pseudo_collate,
        generator=torch.Generator(),  # the global one stays as it is
    )
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    mode = model.training
    model.eval()
    features, targets = [], []
    for batch in loader:
        data = model.data_preprocessor(batch, training=False)
        features.append(model.head.pre_logits(model.extract_feat(data['inputs'])).float().cpu())
        # Not dataset.targets: an image that cannot be read has lost its labels on the way.
        targets += [torch.as_tensor(sample.gt_attributes) for sample in data['data_samples']]
    model.train(mode)
    return torch.cat(features), torch.stack(targets).cpu()
