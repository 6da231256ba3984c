import cv2
import numpy as np
import pytest
from PIL import Image

from par_plugins.datasets.transforms import LoadPersonImage, PackAttributeInputs
from par_plugins.structures import InputError

PICTURE = np.random.default_rng(0).integers(0, 255, (40, 20, 3), dtype=np.uint8)
JPEG, PNG = (cv2.imencode(suffix, PICTURE)[1].tobytes() for suffix in ('.jpg', '.png'))


def sample(path):
    return {'img_path': str(path), 'gt_attributes': np.array([1, 0, -1]), 'gt_pid': 3}


def written(path, content):
    path.write_bytes(content)
    return path


def test_a_png_comes_back_pixel_by_pixel_and_a_jpeg_as_opencv_decodes_it(tmp_path):
    png = LoadPersonImage()(sample(written(tmp_path / 'a.png', PNG)))
    np.testing.assert_array_equal(png['img'], PICTURE)
    assert png['img_shape'] == png['ori_shape'] == (40, 20)
    jpeg = LoadPersonImage()(sample(written(tmp_path / 'a.jpg', JPEG)))
    np.testing.assert_array_equal(jpeg['img'], cv2.imdecode(np.frombuffer(JPEG, np.uint8), 1))


BROKEN = {
    'cut JPEG': (JPEG[: len(JPEG) // 2], r'truncated \(\d+ bytes\)'),
    'JPEG without its last two bytes': (JPEG[:-2], 'truncated'),
    'cut PNG': (PNG[: len(PNG) // 2], 'truncated'),
    'empty': (b'', 'not a readable image'),
    'text': (b'<html>404</html>', 'not a readable image'),
}


@pytest.mark.parametrize('case', BROKEN)
def test_a_broken_image_is_one_sentence_naming_the_file(tmp_path, case):
    content, sentence = BROKEN[case]
    path = written(tmp_path / 'b.jpg', content)
    with pytest.raises(InputError, match=sentence) as caught:
        LoadPersonImage()(sample(path))
    assert str(path) in str(caught.value) and '\n' not in str(caught.value)


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(InputError, match=r'c\.jpg: no such file'):
        LoadPersonImage()(sample(tmp_path / 'c.jpg'))


def test_trailing_bytes_after_a_whole_image_do_no_harm(tmp_path):
    result = LoadPersonImage()(sample(written(tmp_path / 'd.jpg', JPEG + bytes(10))))
    assert result['img'].shape == (40, 20, 3)


def test_a_skipped_image_keeps_its_place_but_no_label(tmp_path):
    results = sample(tmp_path / 'c.jpg')
    labels = results['gt_attributes']
    skipped = LoadPersonImage(on_error='skip')(results)
    assert skipped['gt_attributes'].tolist() == [-1, -1, -1] and skipped['gt_pid'] == -1
    assert labels.tolist() == [1, 0, -1]  # the dataset's own array is left alone
    packed = PackAttributeInputs()(skipped)['data_samples']
    assert 'c.jpg' in packed.image_error
    assert packed.gt_attributes.tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    ('options', 'shape', 'dtype'),
    [({'to_float32': True}, 3, np.float32), ({'color_type': 'grayscale'}, 2, np.uint8)],
)
def test_a_skipped_image_fits_into_the_batch_of_the_others(tmp_path, options, shape, dtype):
    loader = LoadPersonImage(on_error='skip', **options)
    whole = loader(sample(written(tmp_path / 'a.png', PNG)))['img']
    skipped = loader({'img_path': str(tmp_path / 'c.jpg')})['img']
    assert whole.ndim == skipped.ndim == shape and whole.dtype == skipped.dtype == dtype


def test_an_unknown_way_to_deal_with_errors_is_refused():
    with pytest.raises(ValueError, match="raise, skip, got 'ignore'"):
        LoadPersonImage(on_error='ignore')


@pytest.mark.parametrize('to_float32', [False, True])
@pytest.mark.parametrize('key', ['img', 'img_path'])
def test_an_array_in_place_of_a_path_stays_as_it_is(key, to_float32):
    loaded = LoadPersonImage(to_float32=to_float32)({key: PICTURE})
    np.testing.assert_array_equal(loaded['img'], PICTURE)
    assert loaded['img'].dtype == (np.float32 if to_float32 else np.uint8)
    assert loaded['img_shape'] == loaded['ori_shape'] == PICTURE.shape[:2]


def test_what_is_neither_a_path_nor_an_image_is_refused():
    with pytest.raises(InputError, match='neither img_path nor an array img'):
        LoadPersonImage()({})


@pytest.mark.parametrize('color_type', ['color', 'grayscale'])
def test_an_array_comes_out_as_the_same_picture_from_a_file_does(tmp_path, color_type):
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'a.png'), image)
    load = LoadPersonImage(color_type=color_type)
    read = load({'img_path': str(tmp_path / 'a.png')})
    given = load({'img': image, 'img_path': ''})
    assert given['img_shape'] == read['img_shape'] == (9, 7)
    assert np.abs(given['img'].astype(int) - read['img']).max() <= 1  # rounding of the grey value
    grey = load({'img': image[:, :, 0], 'img_path': ''})['img']
    assert grey.shape == read['img'].shape


@pytest.mark.parametrize(
    'wrong',
    [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8), 'a.jpg'],
)
def test_an_array_that_is_no_picture_is_refused(wrong):
    with pytest.raises(InputError, match='frame 3: expected pixels as uint8'):
        LoadPersonImage()({'img': wrong, 'img_path': 'frame 3'})


def large_jpeg(path, height=1024, width=768):
    """Shapes and fine noise, as pictures have."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(0, 256, (16, 12, 3)).astype(np.float32)
    noise = generator.normal(0, 20, (height, width, 3))
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) + noise
    cv2.imwrite(str(path), picture.clip(0, 255).astype(np.uint8))
    return path


def test_enough_pixels_are_close_to_the_average_of_all_of_them(tmp_path):
    path = large_jpeg(tmp_path / 'a.jpg')
    whole = LoadPersonImage()(sample(path))['img']
    enough = LoadPersonImage(min_size=(192, 256))(sample(path))['img']
    assert whole.shape == (1024, 768, 3) and enough.shape == (256, 192, 3)
    average = whole.reshape(256, 4, 192, 4, 3).mean(axis=(1, 3))
    resized = cv2.resize(whole, (192, 256))
    assert np.abs(enough - average).mean() < 2 < np.abs(resized - average).mean()


@pytest.mark.parametrize(
    ('min_size', 'shape'),
    [((768, 1024), (1024, 768)), ((385, 1), (1024, 768)), ((384, 512), (512, 384)),
     ((1, 1), (128, 96)), ((100, 100), (256, 192))],
)  # fmt: skip
def test_no_picture_gets_smaller_than_is_enough(tmp_path, min_size, shape):
    path = large_jpeg(tmp_path / 'a.jpg')
    loader = LoadPersonImage(min_size=min_size)
    assert loader(sample(path))['img_shape'] == shape
    assert loader({**sample(path), 'gt_box': (0, 0, 9, 9)})['img_shape'] == (1024, 768)


def test_a_picture_stored_on_its_side_keeps_enough_pixels(tmp_path):
    path, turned = large_jpeg(tmp_path / 'a.jpg', 512, 384), tmp_path / 'b.jpg'
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.open(path).save(turned, exif=exif)
    shape = LoadPersonImage(min_size=(192, 256))(sample(turned))['img_shape']
    assert shape == (384, 512)  # half of it would be 192 high


@pytest.mark.parametrize('min_size', [(0, 5), (-1, -1), (5, 0)])
def test_a_size_that_is_none_is_refused(min_size):
    with pytest.raises(InputError, match='min_size'):
        LoadPersonImage(min_size=min_size)
