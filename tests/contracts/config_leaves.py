"""The config leaves of the whole repository, read once."""

import re
from functools import cache
from pathlib import Path

from mmengine.config import Config

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / 'configs'
LEAVES = sorted(CONFIGS.glob('[!_]*/*.py'))
STUDIES = sorted(ROOT.glob('projects/paper_studies/*/arms/*.py'))
"""Leaves of studies, with a number or a shorter schedule of their own."""

NAME = re.compile(
    r'(?P<method>[a-z0-9.-]+)_(?P<network>[a-z0-9-]+)_(?P<gpus>\d+)xb(?P<batch>\d+)'
    r'-(?P<length>\d+)(?P<unit>[ei])_(?P<data>[a-z0-9-]+)-(?P<height>\d+)x(?P<width>\d+)'
)
"""``{method}_{network}_{gpus}xb{batch}-{epochs}e_{data}-{height}x{width}``, or ``{iters}i``."""


@cache
def read_leaf(path: Path) -> Config:
    """The config of a leaf; not to be changed."""
    return Config.fromfile(path)


def name_of(path: Path) -> str:
    """Folder and stem, for the names of tests."""
    return f'{path.parent.name}/{path.stem}'
