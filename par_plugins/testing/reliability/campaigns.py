"""The campaigns, by the area that each tries."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from par_plugins.testing.reliability.checkpoints import try_checkpoints
from par_plugins.testing.reliability.pictures import try_pictures
from par_plugins.testing.reliability.readers import try_readers
from par_plugins.testing.reliability.records import try_records
from par_plugins.testing.reliability.runs import Training, try_kills, try_processes, try_resumes
from par_plugins.testing.reliability.schedules import try_schedules
from par_plugins.testing.reliability.tally import Tally
from par_plugins.testing.write_tiny_benchmark import write_tiny_benchmark

OnCase = Callable[[int], object]


@dataclass(frozen=True)
class Campaign:
    """What is tried in an area.

    Attributes:
        promise: What holds in every case.
        run: Takes an empty folder, the number of cases, a seed, and what to call after each case.
        full: Number of cases of a full campaign.
        smoke: Number of cases where it has to be quick.
    """

    promise: str
    run: Callable[[Path, int, int, OnCase], Tally]
    full: int
    smoke: int


def campaigns(train: Path, test: Path, config: Path) -> Mapping[str, Campaign]:
    """List the campaigns.

    Args:
        train: The script that trains a config.
        test: The script that tests a checkpoint.
        config: Of toy pedestrians, in PA-100K's layout.
    """
    return {
        'readers': Campaign(
            'A damaged annotation file of any benchmark is read to labels within its schema, or '
            'one sentence names it.',
            try_readers,
            full=4500,
            smoke=180,
        ),
        'pictures': Campaign(
            'A damaged picture, or one that claims another size, is read or named, in bounded '
            'memory.',
            try_pictures,
            full=1200,
            smoke=200,
        ),
        'checkpoints': Campaign(
            'A damaged or foreign checkpoint never runs code; it is tested with only if it fits '
            'the network whole and finite, else one sentence names it.',
            try_checkpoints,
            full=2000,
            smoke=200,
        ),
        'records': Campaign(
            'Damaged scores of runs and indices of pictures are read or named.',
            try_records,
            full=2000,
            smoke=200,
        ),
        'schedules': Campaign(
            'A training that is resumed for more epochs or with another batch size has from there '
            'on the learning rates, to the bit, of one planned so from its beginning.',
            try_schedules,
            full=120,
            smoke=12,
        ),
        'kills': Campaign(
            'A training that is killed at any moment, workers or all of it, also while it writes a '
            'checkpoint, ends resumed as the one left alone, bit by bit.',
            lambda folder, count, seed, on_case: try_kills(
                _training(train, config, folder, epochs=6), folder, count, seed, on_case
            ),
            full=20,
            smoke=3,
        ),
        'resume': Campaign(
            'A training that is stopped after any epoch ends resumed as the one left alone, bit by '
            'bit: workers or none, persistent ones, moving averages, samplers that plan epochs.',
            lambda folder, count, seed, on_case: try_resumes(
                _training(train, config, folder, epochs=3), folder, count, on_case
            ),
            full=10,
            smoke=2,
        ),
        'processes': Campaign(
            'One, two and three processes give a checkpoint the same scores to 1e-6.',
            lambda folder, count, seed, on_case: try_processes(
                _training(train, config, folder, epochs=1), test, folder, count, on_case
            ),
            full=3,
            smoke=2,
        ),
    }


def outcome_table(
    chosen: Mapping[str, Campaign], tallies: Mapping[str, Tally], before: str = ''
) -> str:
    """Make the Markdown table of what campaigns came to.

    Args:
        chosen: The campaigns by area.
        tallies: What came of those that were run.
        before: A text with an earlier table, whose rows of other areas stay.
    """
    rows = {
        area: line
        for line in before.splitlines()
        for area in chosen
        if line.startswith(f'| {area} |')
    }
    rows |= {
        area: f'| {area} | {chosen[area].promise} | {tally.tried} | {tally.right} '
        f'| {tally.refused} | {len(tally.faults)} |'
        for area, tally in tallies.items()
    }
    heads = [
        '| area | promise | cases | right | one sentence | faults |',
        '|---|---|--:|--:|--:|--:|',
    ]
    return '\n'.join([*heads, *(rows[area] for area in chosen if area in rows)])


def _training(train: Path, config: Path, folder: Path, epochs: int) -> Training:
    """Train the smallest toy config, with all that draws random numbers."""
    root = folder / 'data'
    write_tiny_benchmark(root, 'PA100K')
    loaders = [
        f'{split}_dataloader.{option}'
        for split in ('train', 'val', 'test')
        for option in (f'dataset.data_root={root}', 'batch_size=8', 'num_workers=1')
    ]
    options = [f'train_cfg.max_epochs={epochs}', 'model.head.dropout=0.3', *loaders]
    return Training(
        [sys.executable, str(train), str(config), '--resume', '--cfg-options', *options], epochs
    )
