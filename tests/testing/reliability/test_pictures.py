"""The pictures that are damaged are many, and sound before."""

import numpy as np

from par_plugins.datasets.picture_file import decode_picture
from par_plugins.testing.reliability.pictures import (
    OTHER_FILES,
    SIDES,
    sound_pictures,
    try_pictures,
)


def test_every_format_and_mode_is_read_before_it_is_damaged():
    pictures = sound_pictures(np.random.default_rng(0))
    assert len({content[:4] for content in pictures}) >= 7 and len(pictures) > 30
    for content in pictures:
        assert sorted(decode_picture(content, 'a').shape) == [3, *sorted(SIDES)]


def test_what_is_no_picture_is_tried_too_and_refused(tmp_path, monkeypatch):
    monkeypatch.setattr('par_plugins.testing.reliability.pictures.SHARE_OF_OTHERS', 1.0)
    tally = try_pictures(tmp_path, 4 * len(OTHER_FILES), seed=0)
    assert tally.refused == 4 * len(OTHER_FILES), tally.faults
