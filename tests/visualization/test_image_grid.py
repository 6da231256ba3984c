import numpy as np

from par_plugins.visualization import image_grid


def test_images_stand_row_by_row_and_the_rest_is_black():
    images = [np.full((2, 3, 1), value, np.uint8) for value in (1, 2, 3)]
    grid = image_grid(images, columns=2)
    row = [[1] * 3 + [2] * 3] * 2 + [[3] * 3 + [0] * 3] * 2
    np.testing.assert_array_equal(grid[:, :, 0], row)
    assert grid.dtype == np.uint8


def test_a_pixel_becomes_a_square():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    grid = image_grid([image], columns=1, enlarge=3)
    assert grid.shape == (6, 6, 3)
    for y in range(6):
        for x in range(6):
            np.testing.assert_array_equal(grid[y, x], image[y // 3, x // 3])
