"""The config leaves of the whole repository, read once."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
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


def step_takers(leaves: Iterable[Path]) -> list[Path]:
    """The leaves that take a step in ``make test``; all of them do in ``make test-all``.

    The rule: toys first, then small pictures first, a leaf takes a step if its method, its network
    or its data is that of no leaf before it; methods and data that differ in a number alone count
    as one. So every method, every network and every dataset is
    tried, each where it is cheapest. What a leaf adds beyond that is tried without a step: its
    head computes its losses on features here, and its network is counted for its metafile there.
    """
    seen: set[tuple[str, str]] = set()
    takers = []
    for path in sorted(leaves, key=lambda path: (path.parent.name != 'toy', pixels(path), path)):
        name = name_matched(path)
        words = {('network', name['network'])}
        words |= {(word, re.sub(r'[\d.]+', '', name[word])) for word in ('method', 'data')}
        if not words <= seen:
            takers.append(path)
        seen |= words
    return takers


def pixels(path: Path) -> int:
    """The size of the pictures that a leaf trains on."""
    name = name_matched(path)
    return int(name['height']) * int(name['width'])


def name_matched(path: Path) -> re.Match[str]:
    """The words of a leaf's name."""
    name = NAME.fullmatch(path.stem)
    assert name, f'{path.stem}: not {{method}}_{{network}}_{{gpus}}xb{{batch}}-...'
    return name


def to_step(leaves: Iterable[Path]) -> list[Any]:
    """The parameters of a test that takes a step: ``slow`` where ``make test`` need not."""
    takers = step_takers(LEAVES)
    return [
        pytest.param(path, id=name_of(path), marks=[] if path in takers else pytest.mark.slow)
        for path in leaves
    ]


@cache
def read_leaf(path: Path) -> Config:
    """The config of a leaf; not to be changed."""
    return Config.fromfile(path)


def name_of(path: Path) -> str:
    """Folder and stem, for the names of tests."""
    return f'{path.parent.name}/{path.stem}'
