"""The table and the config of docs/own_data.md fit each other."""

import re
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import DATASETS, DefaultScope

import par_plugins  # noqa: F401 (registers)

PAGE = (Path(__file__).parents[2] / 'docs/own_data.md').read_text(encoding='utf-8')


def test_the_config_on_the_page_reads_the_table_on_the_page(tmp_path, monkeypatch):
    (table,) = re.findall(r'```text\n(.*?)```', PAGE, re.DOTALL)
    (text,) = re.findall(r'```python\n(.*?)```', PAGE, re.DOTALL)
    root = tmp_path / 'data/shop'
    for row in table.splitlines()[1:]:
        path = root / row.partition(',')[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.zeros((64, 32, 3), np.uint8))
    (root / 'labels.csv').write_text(table, encoding='utf-8')
    (tmp_path / 'shop.py').write_text(text, encoding='utf-8')
    monkeypatch.chdir(tmp_path)
    cfg = Config.fromfile('shop.py')
    # The base reads PA-100K's split names, which are those of the table.
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        train, val, test = (
            DATASETS.build(cfg[f'{split}_dataloader'].dataset) for split in ('train', 'val', 'test')
        )
    schema = train.metainfo['schema']
    assert schema.names == ('Female', 'Hat', 'Age')
    assert schema.binary == (True, True, False)
    assert train.targets.tolist() == [[1, 0, 0], [1, -1, 1]]  # adult, old; a blank is unknown
    assert (val.targets.tolist(), test.targets.tolist()) == ([[0, 1, 0]], [[1, 1, 1]])
    assert cfg.model.head.schema == 'dataset' and cfg.model.head.num_attributes is None
