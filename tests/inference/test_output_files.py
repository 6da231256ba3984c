"""Whatever a source is called, what is written of it has a name, and nothing else is lost."""

import os

import cv2
import numpy as np
import pytest

from par_plugins.inference.output_files import output_stem, unique_names, write_picture
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError

IMAGE = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
NOT_UTF8 = os.fsdecode(b'x\xff')


def test_names_of_files_are_different():
    assert list(unique_names(['a/x.jpg', 'b/x.png', 'x_2.jpg', 'X.jpg'], '.png')) == [
        'x.png', 'x_2.png', 'x_2_2.png', 'X_3.png',
    ]  # fmt: skip


def test_every_source_gives_a_name_that_a_disk_takes(tmp_path):
    sources = [
        'n' * 251 + '.jpg',
        'n' * 251 + '.png',
        '\u540d' * 85,
        f'{NOT_UTF8}.jpg',
        'a\n\x1b.jpg',
    ]
    names = list(unique_names(sources, '_0.tracks.jsonl'))
    assert len(set(names)) == len(sources)
    for name in names:
        (tmp_path / f'.part-{name}').write_bytes(b'')
        assert name.isprintable()


def test_a_cut_name_is_not_cut_within_a_letter():
    assert set(output_stem('a' + '\u540d' * 85)) == {'a', '\u540d'}


@pytest.mark.skipif(os.name == 'nt', reason='names are of UTF-16 there')
def test_a_picture_is_written_whatever_its_folder_is_called(tmp_path):
    folder = tmp_path / NOT_UTF8
    folder.mkdir()
    write_picture(folder / 'x.png', IMAGE)
    content = np.frombuffer((folder / 'x.png').read_bytes(), np.uint8)
    assert np.array_equal(cv2.imdecode(content, cv2.IMREAD_COLOR), IMAGE)


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match='cannot be written'):
        write_picture(tmp_path / 'none' / 'x.png', IMAGE)


@pytest.mark.skipif(os.name == 'nt', reason='names are of UTF-16 there')
def test_a_video_that_opencv_would_die_of_is_refused(tmp_path):
    path = tmp_path / f'{NOT_UTF8}.mp4'
    path.write_bytes(b'')
    with pytest.raises(InputError, match='UTF-8'):
        VideoSource(str(path))


@pytest.mark.parametrize('times', [{'start': float('nan')}, {'start': -5.0}, {'end': float('nan')}])
def test_times_of_a_video_are_numbers(times, tmp_path):
    (tmp_path / 'x.mp4').write_bytes(b'')
    with pytest.raises(InputError, match='must be'):
        VideoSource(str(tmp_path / 'x.mp4'), **times)
