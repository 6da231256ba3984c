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


def campaigns(train: Path, test: Path) -> Mapping[str, Campaign]:
    """List the campaigns.

    Args:
        train: The script that trains a config.
        test: The script that tests a checkpoint.
    """
    return {
        'readers': Campaign(
            'A damaged annotation file of any benchmark is read to labels within its schema, or one '
            'sentence names it.',
            try_readers,
            full=9000,
            smoke=180,
        ),
        'pictures': Campaign(
            'A damaged picture, or one that claims another size, is read or named, in bounded memory.',
            try_pictures,
            full=6000,
            smoke=200,
        ),
        'checkpoints': Campaign(
            'A damaged or foreign checkpoint never runs code; it is tested with only if it fits the '
            'network whole and finite, else one sentence names it.',
            try_checkpoints,
            full=4000,
            smoke=200,
        ),
        'records': Campaign(
            'Damaged scores of runs and indices of pictures are read or named.',
            try_records,
            full=4000,
            smoke=200,
        ),
        'kills': Campaign(
            'A training that is killed at any moment, workers or all of it, also while it writes a '
            'checkpoint, ends resumed as the one left alone, bit by bit.',
            lambda folder, count, seed, on_case: try_kills(
                _training(train, folder, epochs=6), folder, count, seed, on_case
            ),
            full=20,
            smoke=3,
        ),
        'resume': Campaign(
            'A training that is stopped after any epoch ends resumed as the one left alone, bit by '
            'bit: workers or none, persistent ones, moving averages, samplers that plan epochs.',
            lambda folder, count, seed, on_case: try_resumes(
                _training(train, folder, epochs=3), folder, count, on_case
            ),
            full=10,
            smoke=2,
        ),
        'processes': Campaign(
            'One, two and three processes give a checkpoint the same scores to 1e-6.',
            lambda folder, count, seed, on_case: try_processes(
                _training(train, folder, epochs=1), test, folder, count, on_case
            ),
            full=3,
            smoke=2,
        ),
    }


def outcome_table(chosen: Mapping[str, Campaign], tallies: Mapping[str, Tally]) -> str:
    """Make the Markdown table of what campaigns came to.

    Args:
        chosen: The campaigns by area.
        tallies: What came of those that were run.
    """
    lines = ['| area | promise | cases | right | one sentence | faults |', '|---|---|--:|--:|--:|--:|']
    lines += [
        f'| {area} | {chosen[area].promise} | {tally.tried} | {tally.right} | {tally.refused} '
        f'| {len(tally.faults)} |'
        for area, tally in tallies.items()
    ]
    return '\n'.join(lines)


def _training(train: Path, folder: Path, epochs: int) -> Training:
    """Train the smallest toy config, with all that draws random numbers."""
    root = folder / 'data'
    write_tiny_benchmark(root, 'PA100K')
    loaders = [
        f'{split}_dataloader.{option}'
        for split in ('train', 'val', 'test')
        for option in (f'dataset.data_root={root}', 'batch_size=8', 'num_workers=1')
    ]
    config = (
        train.parents[1] / 'configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
    )
    options = [f'train_cfg.max_epochs={epochs}', 'model.head.dropout=0.3', *loaders]
    return Training(
        [sys.executable, str(train), str(config), '--resume', '--cfg-options', *options], epochs
    )
