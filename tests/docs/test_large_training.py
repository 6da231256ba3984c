"""The config of docs/large_training.md is built, if not run: FSDP wants several GPUs."""

import re
from pathlib import Path

from mmengine.config import Config

from par_plugins.apis import build_runner

PAGE = Path(__file__).parents[2] / 'docs/large_training.md'


def test_the_config_on_the_page_builds_a_runner_that_shards(tmp_path, toy_root, monkeypatch):
    (text,) = re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.DOTALL)
    (tmp_path / 'sharded.py').write_text(text, encoding='utf-8')
    cfg = Config.fromfile(tmp_path / 'sharded.py')
    cfg.work_dir, cfg.launcher = str(tmp_path / 'work'), 'none'
    for split in ('train', 'val', 'test'):
        cfg[f'{split}_dataloader'].dataset.data_root = str(toy_root)
    runner = build_runner(cfg)
    assert type(runner).__name__ == 'FlexibleRunner'
    assert type(runner.strategy).__name__ == 'FSDPStrategy'
    policy = runner.strategy.model_wrapper['auto_wrap_policy']
    assert policy['min_num_params'] == 1e7
