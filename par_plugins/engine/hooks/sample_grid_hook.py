"""What a GAN draws, while it learns to."""

from pathlib import Path
from typing import Any

import mmcv
import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from par_plugins.engine.written_aside import written_aside


@HOOKS.register_module()
class SampleGridHook(Hook):
    """Write a grid of generated images of every resolution, of the same noise and labels each time.

    The files are ``samples/<iteration>_<height>x<width>.png`` of the work directory; small images
    are enlarged to about the size of the largest. The model must have the methods of ``MRGAN``
    for it: ``draw_labels`` and ``generate``.

    Args:
        interval: Iterations from one to the next; the first comes before any training.
        num_images: In a grid.
        columns: Of a grid.
        seed: Of noise and labels.
    """

    priority = 'LOW'

    def __init__(
        self, interval: int = 1000, num_images: int = 64, columns: int = 8, seed: int = 0
    ) -> None:
        self.interval = interval
        self.num_images = num_images
        self.columns = columns
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        """Write the first ones, unless the run was resumed."""
        if runner.iter == 0:
            self._write(runner, 0)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Write, if it is time."""
        if self.every_n_train_iters(runner, self.interval):
            self._write(runner, runner.iter + 1)

    @master_only
    def _write(self, runner: Runner, iteration: int) -> None:
        from par_plugins.visualization import image_grid  # matplotlib is slow to import

        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        generator = torch.Generator().manual_seed(self.seed)
        labels = model.draw_labels(self.num_images, generator)
        noise = torch.randn(self.num_images, model.num_noise, generator=generator)
        of_resolutions = model.generate(noise.to(next(model.parameters()).device), labels)
        folder = Path(runner.work_dir) / 'samples'
        folder.mkdir(parents=True, exist_ok=True)
        for images in of_resolutions:
            height, width = images.shape[2:]
            enlarge = max(1, of_resolutions[-1].shape[2] // height)
            pictures = list(images.permute(0, 2, 3, 1).cpu().numpy())
            grid = image_grid(pictures, columns=self.columns, enlarge=enlarge)
            with written_aside(folder / f'{iteration:07d}_{height}x{width}.png') as partial:
                mmcv.imwrite(grid, str(partial))
