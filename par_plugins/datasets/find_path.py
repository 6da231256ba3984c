"""Where a benchmark keeps its files: releases and mirrors differ in their folders."""

from collections.abc import Sequence
from pathlib import Path


def first_existing(root: str | Path, candidates: Sequence[str]) -> str:
    """The first of these paths, relative to ``root``, that exists; the first of all if none."""
    return next((path for path in candidates if (Path(root) / path).exists()), candidates[0])
