import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from par_plugins.datasets.picture_file import decode_picture, read_picture
from par_plugins.structures import InputError
from par_runtime.jpeg_size import jpeg_size

HEIGHT, WIDTH = 64, 48
PIXELS = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
ENCODERS = ('JPEG', 'PNG', 'BMP', 'WEBP', 'GIF', 'TIFF', 'PPM')


def encoded(name, size=None):
    picture = Image.fromarray(PIXELS) if size is None else Image.new('L', size)
    file = io.BytesIO()
    picture.save(file, name)
    return file.getvalue()


def resized_jpeg(width, height):
    """A small JPEG that declares another size in its frame header (SOF0)."""
    content = bytearray(encoded('JPEG'))
    at = content.index(b'\xff\xc0')
    content[at + 5 : at + 9] = struct.pack('>HH', height, width)
    return bytes(content)


def resized_png(width, height):
    content = bytearray(encoded('PNG'))
    content[16:24] = struct.pack('>II', width, height)
    content[29:33] = struct.pack('>I', zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize('name', ENCODERS)
def test_a_picture_of_just_the_allowed_size_is_decoded_and_a_larger_one_is_not(name):
    content = encoded(name)
    picture = decode_picture(content, 'a', max_pixels=HEIGHT * WIDTH)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    with pytest.raises(InputError, match='a: declares 48 x 64 pixels, more than max_pixels=3071'):
        decode_picture(content, 'a', max_pixels=HEIGHT * WIDTH - 1)


@pytest.mark.parametrize('options', [{}, {'progressive': True}, {'exif': b'Exif\0\0' + bytes(999)}])
def test_the_size_of_a_jpeg_is_that_of_pillow(options):
    for width, height in ((1, 1), (300, 2), (48, 513)):
        file = io.BytesIO()
        Image.new('RGB', (width, height)).save(file, 'JPEG', **options)
        assert jpeg_size(file.getvalue()) == (width, height)
        # A stray byte between segments, which decoders pass over: Pillow is asked then.
        stray = file.getvalue()[:2] + b'\0' + file.getvalue()[2:]
        assert jpeg_size(stray) is None
        with pytest.raises(InputError, match='declares|not a readable'):
            decode_picture(stray, 'a', max_pixels=width * height - 1)


@pytest.mark.parametrize(
    'content',
    [resized_jpeg(65_500, 16_000), resized_png(32_000, 32_000), resized_jpeg(8_000, 8_000)],
    ids=['JPEG', 'PNG', 'a little too large'],
)
def test_a_small_file_that_declares_a_huge_picture_takes_no_memory(content):
    assert len(content) < 20_000
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r'^huge: declares .* pixels'):
            decode_picture(content, 'huge')
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_a_jpeg_too_short_for_what_it_declares_is_no_picture():
    content = resized_jpeg(7000, 7000)
    assert 8 * len(content) * 64 < 7000**2  # a bit a block of 8 x 8 is the least there can be
    with pytest.raises(InputError, match='a: declares 7000 x 7000 pixels, more than .* bytes can'):
        decode_picture(content, 'a')


@pytest.mark.parametrize('mode', ['L', 'RGB'])
@pytest.mark.parametrize('progressive', [False, True])
def test_the_shortest_jpeg_of_a_size_is_read(mode, progressive):
    file = io.BytesIO()
    picture = Image.new(mode, (4000, 3000))
    picture.save(file, 'JPEG', optimize=True, progressive=progressive, quality=1)
    assert decode_picture(file.getvalue(), 'a').shape == (3000, 4000, 3)


def test_an_address_is_no_picture(tmp_path, monkeypatch):
    def nobody_connects(*_, **__):
        raise AssertionError

    monkeypatch.setattr('socket.socket.connect', nobody_connects)
    with pytest.raises(InputError, match='no such file'):
        read_picture('http://127.0.0.1:9/a.png')
    (tmp_path / 'zero.png').symlink_to('/dev/zero')
    with pytest.raises(InputError, match=r'zero\.png: is a device'):
        read_picture(tmp_path / 'zero.png')
