"""What is asked over HTTP is answered as the command line writes it, and nothing of it stays."""

import csv
import io
import json
import logging
import re
import time

import cv2
import numpy as np
import pytest

from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.predict_job import PredictJob
from par_plugins.inference.video_prediction import VideoPrediction
from par_plugins.structures import InputError
from par_plugins.testing.reliability.damage import damage_bytes
from par_plugins.testing.toy_video import write_boxes, write_video
from par_runtime.answers import AnswerRule
from tests.web.web_server import PEOPLE, inferencer_in, picture

from fastapi.testclient import TestClient  # isort: skip (skipped above where it is not there)

from par_plugins.web import WebLimits, create_app  # isort: skip
from par_plugins.web.uploads import keep_video  # isort: skip

HERE = 'http://localhost'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Holds the weights and a video with the boxes of its people."""
    folder = tmp_path_factory.mktemp('server')
    write_boxes(folder / 'boxes.csv', write_video(folder / 'walk.avi'))
    return folder


@pytest.fixture(scope='module')
def inferencer(folder):
    return inferencer_in(folder)


@pytest.fixture(scope='module')
def of_videos(folder):
    return inferencer_in(folder, detector=f'boxes:{folder / "boxes.csv"}')


@pytest.fixture
def ask(tmp_path):
    """Make a client of an application whose uploads are in ``tmp_path / 'private'``."""
    clients = []

    def made(inferencer, **options):
        limits = WebLimits(**options)
        app = create_app(inferencer, limits=limits, folder=tmp_path / 'private')
        clients.append(TestClient(app, base_url=HERE).__enter__())
        return clients[-1]

    yield made
    for client in clients:
        client.__exit__(None, None, None)
    assert [path.name for path in (tmp_path / 'private').iterdir()] == ['lock']


def files(*contents, field='files'):
    return [(field, (f'{number}.png', content)) for number, content in enumerate(contents)]


def as_written(inferencer, folder, form, inputs):
    PredictJob(inferencer, folder / 'out', form=form).run([str(path) for path in inputs])
    return folder / 'out'


@pytest.fixture
def pictures(tmp_path):
    """Three files, of which the second is none."""
    contents = [picture(0), b'no picture', picture(2)]
    paths = [tmp_path / f'{number}.png' for number in range(3)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return contents, paths


@pytest.mark.parametrize('form', ['json', 'jsonl', 'csv'])
def test_pictures_are_answered_as_the_command_line_writes_them(
    form, inferencer, ask, pictures, tmp_path, folder
):
    contents, paths = pictures
    answer = ask(inferencer).post(f'/predict?form={form}', files=files(*contents))
    assert answer.status_code == 200
    written = as_written(inferencer, tmp_path, form, paths) / f'pictures.{form}'
    text = written.read_text(encoding='utf-8')
    # No folder of this computer is in the answer.
    assert answer.text == text.replace(f'{tmp_path}/', '').replace(f'{folder}/', '')


def test_tracks_are_answered_as_the_command_line_writes_them(of_videos, ask, folder, tmp_path):
    content = (folder / 'walk.avi').read_bytes()
    upload = {'file': ('../../etc/walk.avi', content)}  # a name with folders
    answer = ask(of_videos).post('/tracks', files=upload)
    out = as_written(of_videos, tmp_path, 'json', [folder / 'walk.avi'])
    expected = json.loads((out / 'walk.tracks.json').read_text(encoding='utf-8'))
    for track in expected['tracks']:
        track['source'] = 'walk.avi'
    assert answer.json() == expected
    assert len(expected['tracks']) == 2


def test_a_start_far_behind_the_end_of_a_video_is_one_sentence(of_videos, ask, folder):
    upload = {'file': ('walk.avi', (folder / 'walk.avi').read_bytes())}
    answer = ask(of_videos).post('/tracks?start=1e308', files=upload)
    assert answer.status_code == 422
    assert 'no frame of it can be read in this stretch of time' in answer.json()['detail']


def test_who_takes_lines_hears_how_far_a_video_is(of_videos, ask, folder, monkeypatch):
    monkeypatch.setattr('par_plugins.web.web_answers.SECONDS_BETWEEN_LINES', 0)
    client, upload = ask(of_videos), {'file': ('a', (folder / 'walk.avi').read_bytes())}
    lines = client.post('/tracks?crops=true', files=upload, headers={'accept': LINES}).text
    *progress, document = map(json.loads, lines.splitlines())
    assert progress == [{'frames': n, 'total': 30} for n in range(1, 31)]
    images = [best.pop('image') for track in document['tracks'] for best in track['best']]
    assert images and all(image.startswith('data:image/jpeg;base64,') for image in images)
    assert document == client.post('/tracks', files=upload).json()


LINES = 'application/x-ndjson'


def test_strictness_and_thresholds_are_those_of_a_request(inferencer, ask):
    client = ask(inferencer)

    def asked(query):
        (seen,) = client.post(f'/predict?{query}', files=files(picture())).json()['pictures']
        answers = seen['people'][0]['attributes']
        return {name: (a['value'], a['threshold']) for name, a in answers.items()}

    first = asked('')
    (seen,) = inferencer.outputs_of(inferencer.prepare_people(*one_person(), 'a person')[0])
    probabilities = seen.probabilities[None]
    for query, options in {
        'strictness=1.5': {'strictness': 1.5, 'thresholds': 'half'},
        'thresholds=0.2': {'thresholds': 0.2},
    }.items():
        rule = AnswerRule.of_checkpoint({}, inferencer.schema, source='', **options)
        said = rule.answer(probabilities).of_person(0)
        expected = {name: (a.value, pytest.approx(a.threshold)) for name, a in said.items()}
        assert asked(query) == expected
    assert asked('') == first
    refused = client.post('/predict?thresholds=best', files=files(picture()))
    assert refused.status_code == 422 and "no thresholds 'best'" in refused.json()['detail']


def one_person():
    image = PEOPLE.image(0)
    box = np.array([[0.0, 0, image.shape[1], image.shape[0]]])
    return image, PersonBoxes(box, np.ones(1))


def test_why_is_a_picture_of_the_size_of_the_person(inferencer, ask):
    fields = {'left': 2, 'top': 3, 'right': 30, 'bottom': 50, 'attribute': 'Hat'}
    upload = {'file': ('a.png', picture())}
    answer = ask(inferencer).post('/explain', files=upload, data=fields)
    assert answer.headers['content-type'] == 'image/png'
    drawn = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert drawn.shape == (47, 28, 3)


def test_the_model_says_the_thresholds_that_its_answers_have(inferencer, ask):
    client = ask(inferencer)
    rows = {row['name']: row for row in client.get('/model').json()['attributes']}
    (seen,) = client.post('/predict', files=files(picture())).json()['pictures']
    answers = seen['people'][0]['attributes']
    assert list(rows) == list(answers)
    assert {n: a['threshold'] for n, a in answers.items()} == {
        n: row['threshold'] for n, row in rows.items()
    }
    assert rows['Front']['one_of'] and not rows['Hat']['one_of']


def test_the_description_names_every_address(inferencer, ask):
    described = ask(inferencer).get('/openapi.json').json()['paths']
    expected = '/predict /tracks /explain /search /search/picture /model /health /metrics'
    assert set(described) == set(expected.split())


def test_metrics_count_answers_by_path_and_status(inferencer, ask):
    client = ask(inferencer)
    client.post('/predict', files=files(picture()))
    client.post('/predict', files=files(b'nothing'))
    client.get('/a-name-that-somebody-made-up')
    text = client.get('/metrics').text
    assert 'par_requests_total{path="/predict",status="200"} 1\n' in text
    assert 'par_requests_total{path="/predict",status="422"} 1\n' in text
    assert 'par_requests_total{path="other",status="404"} 1\n' in text
    assert int(re.search(r'par_memory_peak_bytes (\d+)', text)[1]) > 10**7


# What is refused.

HLS = b'#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n'
CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\n"
LISTS = {  # with what a video has somewhere in its head
    'AVI': b'#EXTM3U\nAVI .ts\n' + HLS[8:],
    'MPEG-TS': CONCAT.ljust(188, b'#') + b'G\n',
    'MP4': b'v=0\nftyp\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 33\n',
}


@pytest.mark.parametrize('content', LISTS.values(), ids=LISTS)
def test_a_list_of_other_files_is_never_given_to_a_video_library(content, tmp_path, monkeypatch):
    monkeypatch.setattr(cv2, 'VideoCapture', None)  # calling it would be a TypeError
    with pytest.raises(InputError, match='walk.avi: not a video'):
        keep_video(io.BytesIO(content), 'walk.avi', tmp_path, max_pixels=10**6)
    assert not list(tmp_path.iterdir())


def test_a_video_that_cannot_be_opened_leaves_nothing(tmp_path):
    broken = io.BytesIO(b'RIFF....AVI broken')
    with pytest.raises(InputError, match='walk.avi: '):
        keep_video(broken, 'walk.avi', tmp_path, max_pixels=10**6)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('content', [HLS, CONCAT, b'', b'RIFF....AVI broken', picture()])
def test_what_is_no_video_is_one_sentence(content, of_videos, ask):
    answer = ask(of_videos).post('/tracks', files={'file': ('walk.avi', content)})
    assert answer.status_code == 422
    assert answer.json()['detail'].startswith('walk.avi: ')


def test_pixels_are_limited_for_all_pictures_of_a_request_and_for_frames(
    inferencer, of_videos, ask, folder
):
    height, width = PEOPLE.image(0).shape[:2]
    client = ask(inferencer, pixels=2 * height * width)
    (one, two, three) = client.post('/predict', files=files(*3 * [picture()])).json()['pictures']
    assert one['error'] is None and two['error'] is None
    assert 'more than max_pixels' in three['error']
    too_large = {'file': ('a.avi', (folder / 'walk.avi').read_bytes())}
    answer = ask(of_videos, pixels=95 * 160).post('/tracks', files=too_large)
    assert answer.status_code == 422 and '160 x 96' in answer.json()['detail']


def test_bytes_are_limited_whether_declared_or_not(inferencer, ask):
    client = ask(inferencer, bytes=1000)
    assert client.post('/predict', files=files(bytes(2000))).status_code == 413
    body = (bytes(100) for _ in range(20))
    headers = {'content-type': 'multipart/form-data; boundary=x'}
    assert client.post('/predict', content=body, headers=headers).status_code == 413


def test_the_number_of_pictures_is_limited(inferencer, ask):
    assert ask(inferencer, files=1).post('/predict', files=files(b'a', b'b')).status_code == 413


def test_a_video_ends_when_its_time_is_over_and_says_how_far_it_came(of_videos, ask, folder):
    client = ask(of_videos, seconds=0.2)
    real = VideoPrediction.__iter__

    def slow(self):
        for item in real(self):
            time.sleep(0.05)
            yield item

    upload = {'file': ('a.avi', (folder / 'walk.avi').read_bytes())}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VideoPrediction, '__iter__', slow)
        answer = client.post('/tracks', files=upload)
    assert answer.status_code == 422
    assert re.match(r'a.avi: \d+ of 30 frames were done in the 0.2 s', answer.json()['detail'])


def test_an_error_of_ours_tells_strangers_and_logs_nothing_of_the_request(
    inferencer, ask, monkeypatch, caplog
):
    def broken(*args, **kwargs):
        raise RuntimeError('secret-name.png at /home/somebody')

    monkeypatch.setattr('par_plugins.web.web_answers.WebAnswers.predict', broken)
    with caplog.at_level(logging.DEBUG, 'par_plugins.web'):
        upload = [('files', ('secret-name.png', picture()))]
        answer = ask(inferencer).post('/predict', files=upload)
    assert (answer.status_code, answer.json()) == (500, {'detail': 'an error of the server'})
    assert 'secret' not in caplog.text and 'somebody' not in caplog.text
    assert 'failed: RuntimeError in test_web_answers.py:' in caplog.text


def test_the_log_has_paths_of_addresses_statuses_and_times_only(inferencer, ask, caplog):
    with caplog.at_level(logging.DEBUG, 'par_plugins.web'):
        client = ask(inferencer)
        client.post('/predict', files=[('files', ('private.png', picture()))])
        client.get('/private.png')
    pattern = r'(/predict 200|other 404) \d+\.\d{3} s'
    assert all(re.fullmatch(pattern, r.message) for r in caplog.records)
    assert len(caplog.records) == 2


def test_the_table_has_one_row_for_each_person(inferencer, ask):
    text = ask(inferencer).post('/predict?form=csv', files=files(picture(), picture(1))).text
    assert [row['source'] for row in csv.DictReader(io.StringIO(text))] == ['0.png', '1.png']


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.bmp', '.webp'])
def test_damaged_pictures_are_answered_or_refused_by_a_sentence(suffix, inferencer, ask):
    client, rng = ask(inferencer, pixels=100_000), np.random.default_rng(0)
    whole = picture(0, suffix)
    statuses = set()
    for _ in range(25):
        answer = client.post('/predict', files=files(damage_bytes(whole, rng)))
        statuses.add(answer.status_code)
        if answer.status_code == 422:
            assert re.fullmatch(r'0\.png: .+', answer.json()['detail'])
    assert 422 in statuses <= {200, 422}


def test_damaged_videos_are_answered_or_refused_by_a_sentence(of_videos, ask, folder):
    client, rng = ask(of_videos), np.random.default_rng(0)
    whole = (folder / 'walk.avi').read_bytes()
    statuses = set()
    for _ in range(15):
        upload = {'file': ('a.avi', damage_bytes(whole, rng))}
        answer = client.post('/tracks', files=upload)
        statuses.add(answer.status_code)
        assert str(folder) not in answer.text and 'private' not in answer.text
    assert statuses <= {200, 422}


def test_a_few_bytes_that_claim_a_large_picture_are_refused_before_they_are_decoded(
    inferencer, ask
):
    claims = bytearray(picture(0, '.bmp'))
    claims[18:26] = (6000).to_bytes(4, 'little') * 2  # width and height
    answer = ask(inferencer).post('/predict', files=files(bytes(claims)))
    assert answer.status_code == 422
    assert '6000 x 6000 pixels, more than max_pixels' in answer.json()['detail']
