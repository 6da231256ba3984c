import numpy as np
import pytest
from mmengine.registry import TRANSFORMS

from par_plugins.datasets.transforms import CropBox, LoadPersonImage
from par_plugins.structures import InputError

PICTURE = np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8)


def cropped(box, picture=PICTURE, **options):
    return CropBox(**options)({'img': picture, 'img_path': 'a.jpg', 'gt_box': box})


@pytest.mark.parametrize('picture', [PICTURE, PICTURE[..., 0]])
def test_the_box_is_cut_out(picture):
    result = cropped((3, 5, 20, 31), picture)
    np.testing.assert_array_equal(result['img'], picture[5:31, 3:20])
    assert result['img_shape'] == (26, 17) and 'gt_box' not in result


def test_a_box_of_the_whole_image_and_one_of_a_pixel():
    np.testing.assert_array_equal(cropped((0, 0, 30, 40))['img'], PICTURE)
    np.testing.assert_array_equal(cropped((29, 39, 30, 40))['img'], PICTURE[39:, 29:])


def test_padding_widens_the_box_as_far_as_the_image_goes():
    # A tenth of 10 x 20 pixels on each side.
    np.testing.assert_array_equal(cropped((5, 10, 15, 30), padding=0.1)['img'], PICTURE[8:32, 4:16])
    np.testing.assert_array_equal(cropped((0, 10, 28, 30), padding=0.5)['img'], PICTURE[:40, :30])


def test_a_box_may_stand_out_by_the_pixel_of_a_rounding():
    np.testing.assert_array_equal(cropped((20, 30, 31, 41))['img'], PICTURE[30:, 20:])
    np.testing.assert_array_equal(cropped((-1, -1, 5, 5))['img'], PICTURE[:5, :5])
    with pytest.raises(InputError, match='not inside'):
        cropped((20, 30, 31, 41), tolerance=0)


@pytest.mark.parametrize(
    'box',
    [(0, 0, 32, 10), (0, 0, 10, 42), (-2, 0, 9, 9), (30, 0, 31, 9), (5, 5, 5, 9), (9, 5, 5, 9)],
)
def test_another_box_is_one_sentence_naming_image_and_sizes(box):
    with pytest.raises(InputError, match='is not inside the image of 30 x 40 pixels') as caught:
        cropped(box)
    assert 'a.jpg' in str(caught.value) and str(box) in str(caught.value)


def test_a_sample_without_a_box_is_refused():
    with pytest.raises(InputError, match=r'a\.jpg has no gt_box'):
        CropBox()({'img': PICTURE, 'img_path': 'a.jpg'})


def test_an_image_that_could_not_be_read_is_left_grey(tmp_path):
    sample = {'img_path': str(tmp_path / 'none.jpg'), 'gt_box': (100, 100, 200, 200)}
    result = CropBox()(LoadPersonImage(on_error='skip')(sample))
    assert (result['img'] == 128).all() and 'image_error' in result


@pytest.mark.parametrize('name', ['padding', 'tolerance'])
def test_negative_arguments_are_refused(name):
    with pytest.raises(ValueError, match=f'{name} must be at least 0, got -1'):
        CropBox(**{name: -1})


def test_a_config_finds_it_by_its_bare_name():
    assert TRANSFORMS.get('CropBox') is CropBox
