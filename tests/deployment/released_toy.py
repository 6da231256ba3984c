"""A run of seconds with a small network and a moving average, and what is released of it."""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from par_plugins.apis import build_runner, train
from par_plugins.deployment.release import release
from par_plugins.deployment.release_notes import ReleaseNotes
from tests.deployment.skip_without_exporter import skip_without_exporter
from tests.tools.toy_run import toy_config

NOTES = ReleaseNotes(
    'toy-walkers', 'generated pedestrians', 'Apache-2.0', 'apache-2.0', 'https://example.org/toy/'
)
SIDE = 32
NETWORK = {  # few layers, because exporting takes its time for each
    'model.backbone': dict(_delete_=True, type='CifarNet'),
    'model.neck': None,
    'model.head.in_channels': 64,
    **{f'{s}_dataloader.dataset.pipeline.1.scale': (SIDE, SIDE) for s in ('train', 'val', 'test')},
    'train_dataloader.dataset.pipeline.2.crop_size': (SIDE, SIDE),
}


@dataclass(frozen=True)
class ReleasedToy:
    """A run and its release.

    Attributes:
        data: Root of the toys.
        folder: For everything else.
    """

    data: Path
    folder: Path

    def config(self, **options):
        """The config of the run."""
        rules = [dict(type='AttributeMetric'), dict(type='OperatingPointMetric', rule='prior')]
        average = [dict(type='EMAHook', momentum=0.5)]
        return toy_config(
            self.data,
            self.folder / 'run',
            **{
                **NETWORK,
                'val_evaluator': rules,
                'custom_hooks': average,
                'experiment_name': f'release_of_{self.folder.name}',
                **options,
            },
        )

    @cached_property
    def checkpoint(self):
        """The best weights of the run, which happens when they are asked for."""
        train(build_runner(self.config()))
        return next((self.folder / 'run').glob('best_*.pth'))

    @cached_property
    def out(self):
        """The release, with an exported network; tests leave it as it is."""
        skip_without_exporter()
        return release(self.config(), str(self.checkpoint), self.folder / 'out', NOTES).parent

    def copy(self, target):
        """A release to damage."""
        return Path(shutil.copytree(self.out, target / 'copy'))
