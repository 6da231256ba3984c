"""Frames come in order with their times; what breaks is counted, what goes away is opened again."""

import http.server
import struct
import threading
from fractions import Fraction

import cv2
import numpy as np
import pytest

from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError
from par_plugins.testing.toy_video import RATE, write_video


class Camera:
    """A camera that gives some frames each time it is opened."""

    def __init__(self, frames_each_time):
        self.times, self.opened, self.left = list(frames_each_time), 0, 0

    def __call__(self, source):
        self.opened += 1
        self.left = self.times.pop(0) if self.times else -1
        return self

    def isOpened(self):
        return self.left >= 0

    def read(self):
        self.left -= 1
        return (True, np.zeros((4, 4, 3), np.uint8)) if self.left >= 0 else (False, None)

    def get(self, what):
        return 0.0

    def release(self):
        pass


@pytest.fixture
def video(tmp_path):
    write_video(tmp_path / 'a.avi', 30)
    return str(tmp_path / 'a.avi')


def numbers(source):
    return [frame.number for frame in source.frames()]


def test_seconds_are_written_in_no_more_digits_than_they_have(video):
    seconds = [frame.seconds for frame in VideoSource(video).frames()]
    assert seconds == [number / RATE for number in range(30)]


def test_every_nth_frame_between_two_times(video):
    assert VideoSource(video).properties() == (RATE, 30)
    assert numbers(VideoSource(video)) == list(range(30))
    assert numbers(VideoSource(video, every=4, start=1.0, end=2.0)) == [12, 16]
    frames = list(VideoSource(video, start=1.0).frames())
    assert [frame.number for frame in frames] == list(range(10, 30))
    assert [frame.seconds for frame in frames] == pytest.approx(np.arange(10, 30) / RATE)


def test_a_video_cut_in_the_middle_gives_what_is_there(video, tmp_path):
    whole = (tmp_path / 'a.avi').read_bytes()
    (tmp_path / 'cut.avi').write_bytes(whole[: len(whole) // 2])
    broken = []
    frames = list(VideoSource(str(tmp_path / 'cut.avi')).frames(broken.append))
    assert 5 < len(frames) < 25
    assert [frame.number for frame in frames] == list(range(len(frames)))


class Flickering:
    """A file with 9 frames of which some cannot be read."""

    def __init__(self, bad):
        self.bad, self.at = bad, -1

    def __call__(self, source):
        return Flickering(self.bad)

    def isOpened(self):
        return True

    def read(self):
        self.at += 1
        good = self.at < 9 and self.at not in self.bad
        return good, np.zeros((4, 4, 3), np.uint8) if good else None

    def get(self, what):
        return {cv2.CAP_PROP_FPS: 10.0, cv2.CAP_PROP_FRAME_COUNT: 9.0}.get(what, 0.0)

    def release(self):
        pass


def test_broken_frames_are_counted_and_passed_over(video):
    broken = []
    source = VideoSource(video, open_capture=Flickering({2, 3, 7}))
    assert [frame.number for frame in source.frames(broken.append)] == [0, 1, 4, 5, 6, 8]
    assert broken == [2, 3, 7]


def test_a_camera_that_stops_is_opened_again_and_one_that_stays_away_is_an_error():
    camera = Camera([3, 0, 2])
    frames = []
    with pytest.raises(InputError, match='0: no picture from this camera or stream after 2 tries'):
        for frame in VideoSource(0, retries=2, wait=0.0, open_capture=camera).frames():
            frames.append(frame.number)
    assert frames == [0, 1, 2, 3, 4]
    assert camera.opened == 5  # twice with frames, once empty between, twice in vain at the end


def test_no_such_camera_or_video_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match='there is no such video'):
        VideoSource(str(tmp_path / 'no.avi'))
    (tmp_path / 'text.avi').write_text('no video', encoding='utf-8')
    with pytest.raises(InputError, match='not a video that can be read'):
        VideoSource(str(tmp_path / 'text.avi')).properties()
    with pytest.raises(InputError, match='no such camera'):
        VideoSource(7, open_capture=Camera([])).properties()


@pytest.mark.parametrize('options', [dict(every=0), dict(start=2.0, end=1.0)])
def test_times_that_are_none_are_refused(video, options):
    with pytest.raises(InputError):
        VideoSource(video, **options)


def test_a_stream_over_http_is_read_and_read_again_when_it_is_cut():
    picture = cv2.imencode('.jpg', np.full((32, 32, 3), 200, np.uint8))[1].tobytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header('Content-Type', 'multipart/x-mixed-replace; boundary=frame')
            self.end_headers()
            for _ in range(8):
                self.wfile.write(b'--frame\r\nContent-Type: image/jpeg\r\n')
                self.wfile.write(b'Content-Length: %d\r\n\r\n' % len(picture) + picture + b'\r\n')

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f'http://127.0.0.1:{server.server_port}/a.mjpg'
    try:
        if not cv2.VideoCapture(address).isOpened():
            pytest.skip('this OpenCV reads no streams')
        frames = []
        for frame in VideoSource(address, retries=3, wait=0.0).frames():
            frames.append(frame)
            if len(frames) == 12:  # more than one connection gives
                break
    finally:
        server.shutdown()
        server.server_close()
    assert [frame.number for frame in frames] == list(range(12))
    assert abs(int(frames[-1].image.mean()) - 200) < 5


def write_phone_video(path, rotation):
    """Frames that are wider than high and say how they are to be turned, as phones write them.

    The corner at the top on the left is red as it is stored.
    """
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), 10.0, (160, 96))
    image = np.full((96, 160, 3), 90, np.uint8)
    image[:32, :32] = (0, 0, 255)
    for _ in range(4):
        writer.write(image)
    writer.release()
    content = bytearray(path.read_bytes())
    matrix = content.index(b'tkhd') + 44  # a box of version 0
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation]
    one = 1 << 16
    cells = (cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30)
    content[matrix : matrix + 36] = struct.pack('>9i', *cells)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ('rotation', 'shape', 'corner'),
    [
        (0, (96, 160), (0, 0)),
        (90, (160, 96), (0, -1)),
        (180, (96, 160), (-1, -1)),
        (270, (160, 96), (-1, 0)),
    ],
)
def test_videos_of_phones_are_turned_upright(tmp_path, rotation, shape, corner):
    path = tmp_path / 'phone.mp4'
    write_phone_video(path, rotation)
    frames = list(VideoSource(str(path)).frames())
    assert len(frames) == 4
    for frame in frames:
        assert frame.image.shape[:2] == shape
        redness = frame.image[:, :, 2].astype(int) - frame.image[:, :, 0]
        red = {
            (0, 0): redness[8, 8],
            (0, -1): redness[8, -8],
            (-1, 0): redness[-8, 8],
            (-1, -1): redness[-8, -8],
        }
        assert max(red, key=red.__getitem__) == corner and red[corner] > 100


def test_frames_of_uneven_length_have_the_times_at_which_they_are_shown(tmp_path):
    av = pytest.importorskip('av', reason='needs PyAV to write frames of uneven length')
    times = [0, 40, 80, 280, 320, 900, 1000, 1500]  # milliseconds
    path = tmp_path / 'uneven.mp4'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for time in times:
            image = np.full((96, 160, 3), 90, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    frames = list(VideoSource(str(path)).frames())
    assert [frame.seconds for frame in frames] == pytest.approx([t / 1000 for t in times], abs=2e-3)
    late = list(VideoSource(str(path), start=0.3, end=0.95).frames())
    assert [frame.seconds for frame in late] == pytest.approx([0.32, 0.9], abs=2e-3)
