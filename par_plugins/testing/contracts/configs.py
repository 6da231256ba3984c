"""What every config promises: it loads, builds, and trains on a tiny dataset."""

from mmengine.config import Config

from par_plugins.apis import build_runner


def check_config_trains(path: str, data_root: str, work_dir: str) -> None:
    """Train an epoch of a set of two images, validate on two, or on a query and its gallery.

    Args:
        path: The config.
        data_root: A tiny dataset in the official format that the config reads.
        work_dir: Where to run.
    """
    cfg = Config.fromfile(path)
    cfg.work_dir, cfg.launcher = work_dir, 'none'
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        loader.update(batch_size=2, num_workers=0)
        loader.dataset.update(data_root=data_root, indices=2)
        if 'num_val_identities' in loader.dataset:  # re-identification: queries need a gallery
            loader.dataset.update(num_val_identities=1, indices=2 if split == 'train' else 6)
    cfg.model.backbone.init_cfg = None  # the weights are elsewhere
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.default_hooks.checkpoint = None
    runner = build_runner(cfg)
    before = [parameter.clone() for parameter in runner.model.parameters()]
    runner.train()
    changed = [
        not parameter.equal(old)
        for parameter, old in zip(runner.model.parameters(), before, strict=True)
    ]
    assert sum(changed) > len(changed) / 2, f'{path}: most parameters did not move'
    assert runner.iter == len(runner.train_dataloader)  # a sampler may draw more than the two
