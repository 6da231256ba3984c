"""Rows of comparisons whose options a README documents: ``| row | `KEY=VALUE ...` |``."""

import re
import shlex

from mmengine.registry import MODELS, init_default_scope

from par_plugins.apis import RUNNER_OPTIONS, load_config
from par_plugins.apis.preview_sampler import build_training_loader
from tests.tools.toy_run import ROOT


def documented_rows(method, heading):
    """The options of each row of the tables under a heading of a method's README."""
    readme = (ROOT / f'configs/{method}/README.md').read_text(encoding='utf-8')
    section = readme.partition(f'\n{heading}\n')[2].partition('\n## ')[0]
    return dict(re.findall(r'^\| ([^|]+?) \| `([^`]+)` \|$', section, re.MULTILINE))


def build_row(leaf, options, tiny_root):
    """Config, model and training sampler of a leaf with options, on a tiny benchmark."""
    arguments = [str(ROOT / f'configs/{leaf}.py'), '--cfg-options', *shlex.split(options)]
    cfg = load_config(RUNNER_OPTIONS.parse_args(arguments), work_dir='unused')
    init_default_scope(cfg.default_scope)
    cfg.train_dataloader.dataset.data_root = str(tiny_root(cfg.train_dataloader.dataset.type))
    return cfg, MODELS.build(cfg.model), build_training_loader(cfg).sampler
