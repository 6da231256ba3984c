"""Frames of a video file, a camera or a stream."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from mmengine.logging import print_log

from par_plugins.inference.frame import Frame
from par_plugins.inference.output_files import path_for_opencv
from par_plugins.structures import InputError, checked_number

MAX_BROKEN = 25
"""Frames in a row that cannot be read before a file counts as over."""


@dataclass(frozen=True)
class VideoSource:
    """Frames of one video, camera or stream, in the order of their times.

    Attributes:
        source: A file, a camera's number, or an address (``rtsp://``, ``http://``).
        every: Take each n-th frame.
        start: Seconds at which to begin; of files.
        end: Seconds at which to end, None for the whole.
        retries: Times that a camera or stream is opened again, one after another, when it gives no
            frame; a frame that comes starts the count anew.
        wait: Seconds before it is opened again, doubled each time up to 30.
        open_capture: Makes what reads it, for tests and for other readers than OpenCV's.
    """

    source: str | int
    every: int = 1
    start: float = 0.0
    end: float | None = None
    retries: int = 5
    wait: float = 1.0
    open_capture: Callable[[Any], Any] = cv2.VideoCapture

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError(f'every={self.every}: take each frame (1) or each n-th (n)')
        checked_number('start', self.start, at_least=0)
        if self.end is not None:
            checked_number('end', self.end)
        if self.is_file:
            path_for_opencv(str(self.source))
        if self.end is not None and self.end <= self.start:
            raise InputError(f'end={self.end} is not after start={self.start}')
        if self.is_file and not Path(str(self.source)).is_file():
            raise InputError(f'{self.source}: there is no such video')

    @property
    def is_file(self) -> bool:
        """Whether it has an end of its own, and seconds to begin at."""
        return isinstance(self.source, str) and '://' not in self.source

    def properties(self) -> tuple[float, int]:
        """Frames a second (25 where it does not say) and number of frames that it claims (or 0).

        Raises:
            InputError: If it cannot be opened.
        """
        capture = self._opened()
        rate = capture.get(cv2.CAP_PROP_FPS)
        count = int(max(0, capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        capture.release()
        return (rate if 0 < rate < 1000 else 25.0), count if self.is_file else 0

    def frames(self, on_broken: Callable[[int], object] = lambda number: None) -> Iterator[Frame]:
        """Read the frames, turned upright as the file says.

        Args:
            on_broken: Called with the number of each frame that cannot be read; it is passed over.

        Raises:
            InputError: If it cannot be opened, or a camera stays away.
        """
        read = self._file_frames(on_broken) if self.is_file else self._live_frames()
        for frame in read:
            if frame.number % self.every == 0 and frame.seconds >= self.start:
                yield frame

    def _file_frames(self, on_broken: Callable[[int], object]) -> Iterator[Frame]:
        capture = self._opened()
        rate, claimed = self.properties()
        number, broken, seconds = 0, 0, 0.0
        if self.start > 0 and capture.set(cv2.CAP_PROP_POS_MSEC, self.start * 1000):
            number = int(capture.get(cv2.CAP_PROP_POS_FRAMES))
        try:
            while broken < MAX_BROKEN:
                # A file with frames of different length says when each is shown, after it is read.
                read, image = capture.read()
                shown = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                seconds = shown if shown > seconds or number == 0 else number / rate
                if self.end is not None and seconds >= self.end:
                    return
                if read and image is not None:
                    broken = 0
                    yield Frame(image, str(self.source), number, round(seconds, 6))
                elif claimed and number >= claimed:
                    return
                else:
                    broken += 1
                    if number < claimed:
                        on_broken(number)
                number += 1
        finally:
            capture.release()

    def _live_frames(self) -> Iterator[Frame]:
        began, number, tries = time.monotonic(), 0, 0
        while True:
            capture = self.open_capture(self.source)
            while capture.isOpened():
                read, image = capture.read()
                seconds = time.monotonic() - began
                if self.end is not None and seconds >= self.end:
                    capture.release()
                    return
                if not read or image is None:
                    break
                tries = 0
                yield Frame(image, str(self.source), number, seconds)
                number += 1
            capture.release()
            if tries == self.retries:
                raise InputError(
                    f'{self.source}: no picture from this camera or stream after {tries} tries'
                )
            pause = min(30.0, self.wait * 2**tries)
            tries += 1
            print_log(
                f'{self.source}: no picture; trying again in {pause:.0f} s ({tries} of '
                f'{self.retries})',
                logger='current',
                level=logging.WARNING,
            )
            time.sleep(pause)

    def _opened(self) -> Any:
        # FFmpeg writes a line for each damaged block; what could not be read is counted here.
        os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
        capture = self.open_capture(self.source)
        if not capture.isOpened():
            capture.release()
            raise InputError(f'{self.source}: not a video that can be read, or no such camera')
        return capture
