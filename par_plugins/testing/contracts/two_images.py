"""Datasets of a config cut down to what one step needs."""

from typing import Any

from mmengine.config import Config


def leave_two_images(cfg: Config, data_root: str) -> Any:
    """Let every split read two images of a tiny dataset, once an epoch.

    Args:
        cfg: The config; changed.
        data_root: A tiny dataset in the official format that the config reads.

    Returns:
        The config of the training set, without what repeats it.
    """
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        if not loader:
            continue
        loader.update(batch_size=2, num_workers=0)
        dataset = unrepeated(loader.dataset)
        dataset.update(data_root=data_root, indices=2)
        if 'num_images' in dataset:  # a subset that the dataset draws
            dataset.num_images = 2
        if 'num_val_identities' in dataset:  # re-identification: queries need a gallery
            dataset.update(num_val_identities=1, indices=2 if split == 'train' else 6)
    return unrepeated(cfg.train_dataloader.dataset)


def unrepeated(dataset: Any) -> Any:
    """The config of a dataset, of which one that repeats it takes it once."""
    if 'dataset' not in dataset:
        return dataset
    dataset.times = 1
    return dataset.dataset
