import cv2
import numpy as np

from par_plugins.apis import build_runner
from tests.engine.hooks.mrgan_run import mrgan_config


def grids(folder, iteration):
    return {
        path.stem.rpartition('_')[2]: cv2.imread(str(path))
        for path in (folder / 'samples').glob(f'{iteration:07d}_*.png')
    }


def test_grids_of_every_resolution_are_drawn_of_the_same_noise_each_time(toy_root, tmp_path):
    cfg = mrgan_config(toy_root, tmp_path, **{'train_cfg.max_epochs': 2})
    cfg.default_hooks.sample_grid.update(interval=2, num_images=3, columns=2)
    runner = build_runner(cfg)
    runner.train()
    first, last = grids(tmp_path, 0), grids(tmp_path, 2)
    assert set(first) == set(last) == {'4x2', '8x4', '16x8', '32x16', '64x32', '128x64'}
    assert not grids(tmp_path, 1)
    assert {grid.shape for grid in (first | last).values()} == {(256, 128, 3)}
    for height, grid in ((4, last['4x2']), (128, last['128x64'])):
        side = 128 // height
        pixels = grid.reshape(2 * height, side, -1, side, 3)
        assert (pixels == pixels[:, :1, :, :1]).all()  # pixels became squares
        assert (grid[128:, 64:] == 0).all() and grid[:128].any()
    hook = next(hook for hook in runner.hooks if type(hook).__name__ == 'SampleGridHook')
    hook._write(runner, 7)
    again = grids(tmp_path, 7)
    assert all(np.array_equal(again[name], last[name]) for name in last)
    assert any(not np.array_equal(first[name], last[name]) for name in last)
