"""Per-attribute scores as a table in the log, a CSV file and a figure."""

import csv
import json
import math
import os
from io import StringIO
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from rich.console import Console
from rich.table import Table
from rich.text import Text

from par_plugins.engine.checkpoint_files import sha256_of
from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import shown_name, spreadsheet_cell

SHARES, SHARE_DIGITS = ('ratio', 'threshold'), 4  # between 0 and 1; other scores are percents


@HOOKS.register_module()
class AttributeReportHook(Hook):
    """Write the per-attribute scores of every metric that has a ``table``.

    Into the work directory: ``val_attributes.csv`` and ``.png`` (of the last validation),
    ``test_attributes.csv`` and ``.png``, and all scores with config and seed as
    ``val_scores.json`` and ``test_scores.json``, which also name the epoch that was validated and
    the checkpoint that was tested, by its path and its SHA-256. A metric with a ``table_name``
    writes files of that name instead of ``attributes``, and a figure only where the table has mA.
    Several metrics of one name share its table: that of the first, and of the others the columns
    that differ from it, behind their rules (``prior/mA``).
    """

    priority = 'LOW'

    def __init__(self) -> None:
        self._tested: str | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Note where the weights come from."""
        self._tested = runner._load_from

    def after_train(self, runner: Runner) -> None:
        """Note the checkpoint of the last weights."""
        self._tested = runner.message_hub.runtime_info.get('last_ckpt')

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the report of a validation."""
        self._write(runner, 'val', runner.val_loop.evaluator, metrics)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the report of a test."""
        self._write(runner, 'test', runner.test_loop.evaluator, metrics)

    def _write(
        self, runner: Runner, split: str, evaluator: Any, metrics: dict[str, float] | None
    ) -> None:
        if not is_main_process():
            return
        folder = Path(runner.work_dir)
        run = {
            'config': runner.experiment_name.removesuffix(f'_{runner.timestamp}'),
            'seed': runner.seed,
            **(
                {'epoch': runner.epoch}
                if split == 'val'
                else {'checkpoint': _named(self._tested, runner.work_dir)}
            ),
            'scores': {name: _finite(score) for name, score in (metrics or {}).items()},
        }
        with written_aside(folder / f'{split}_scores.json') as aside:
            aside.write_text(json.dumps(run, indent=2) + '\n', encoding='utf-8')
        tables = _tables_by_name(evaluator.metrics)
        from par_plugins.visualization import (
            attribute_scores_figure,  # matplotlib is slow to import
        )

        for name, table in tables.items():
            path = folder / f'{split}_{name}.csv'
            with (
                written_aside(path) as aside,
                aside.open('w', newline='', encoding='utf-8') as file,
            ):
                writer = csv.DictWriter(file, fieldnames=list(table[0]))
                writer.writeheader()
                writer.writerows({key: _cell(value) for key, value in row.items()} for row in table)
            if 'mA' in table[0]:
                with written_aside(path.with_suffix('.png')) as aside:
                    attribute_scores_figure(table).savefig(aside)
            runner.logger.info(f'{path}:\n{_as_text(table)}')


def _tables_by_name(metrics: list[Any]) -> dict[str, list[dict[str, Any]]]:
    """The tables of all metrics, those of one name joined by the names of the attributes."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for metric in metrics:
        if not getattr(metric, 'table', None):
            continue
        name = getattr(metric, 'table_name', 'attributes')
        if name not in tables:
            tables[name] = [dict(row) for row in metric.table]
            continue
        others = {row['name']: row for row in metric.table}
        first = {row['name']: row for row in tables[name]}
        differing = [
            key
            for key in metric.table[0]
            if key != 'name'
            and any(_tells(row[key], first.get(n, {}).get(key)) for n, row in others.items())
        ]
        for row in tables[name]:
            other = others.get(row['name'], {})
            row |= {f'{metric.rules}/{key}': other.get(key, math.nan) for key in differing}
    return tables


def _tells(value: Any, known: Any) -> bool:
    """Whether a value is a number, or a word, that another table does not say."""
    return value != known and not (isinstance(value, float) and math.isnan(value))


def _named(checkpoint: str | None, work_dir: str) -> dict[str, str] | None:
    """What tells a checkpoint from others; None where it is no file."""
    if checkpoint is None or not Path(checkpoint).is_file():
        return None
    return {'path': os.path.relpath(checkpoint, work_dir), 'sha256': sha256_of(checkpoint)}


def _finite(score: float) -> float | None:
    """JSON knows no NaN."""
    return None if isinstance(score, float) and math.isnan(score) else score


def _cell(value: Any) -> Any:
    return spreadsheet_cell(value) if isinstance(value, str) else value


def _as_text(rows: list[dict[str, Any]]) -> str:
    table = Table(*rows[0])
    for row in rows:
        table.add_row(
            *(
                Text(
                    f'{value:.{SHARE_DIGITS if name.rpartition("/")[2] in SHARES else 2}f}'
                    if isinstance(value, float)
                    else shown_name(str(value))
                )
                for name, value in row.items()
            )
        )
    text = StringIO()
    Console(file=text, width=120).print(table)
    return text.getvalue()
