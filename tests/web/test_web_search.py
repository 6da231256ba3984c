"""The people of an index are found over HTTP as they are by the room that searches."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from par_plugins.search import IndexJob, PersonEmbedder, search_people
from tests.inference.toy_model import config
from tests.web.web_server import PEOPLE, inferencer_in, picture

from fastapi.testclient import TestClient  # isort: skip (skipped above where it is not there)

from par_plugins.web import create_app  # isort: skip


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('searched')
    for number in range(len(PEOPLE)):
        (folder / f'{number}.png').write_bytes(picture(number))
    return folder


@pytest.fixture(scope='module')
def inferencer(folder):
    return inferencer_in(folder)


@pytest.fixture(scope='module')
def index(folder, inferencer):
    embedder = PersonEmbedder(config(), folder / 'toy.pth')
    inputs = [str(folder / f'{number}.png') for number in range(len(PEOPLE))]
    return IndexJob(embedder, folder / 'people').run(inputs).index


@pytest.fixture
def client(inferencer, index, tmp_path):
    app = create_app(inferencer, index=index, folder=tmp_path / 'private')
    with TestClient(app, base_url='http://localhost') as client:
        yield client


def test_words_find_whom_they_find_there_and_say_how_they_were_read(client, index):
    words = 'hat, no backpack, blorft'
    answer = client.post('/search', data={'words': words, 'count': 2}).json()
    expected = search_people(index, words=words, count=2)
    assert [person['row'] for person in answer['people']] == expected.rows.tolist()
    assert [person['score'] for person in answer['people']] == expected.scores.tolist()
    assert answer['score'] == 'probability'
    assert answer['understood'] == list(map(str, expected.query.conditions))
    assert 'blorft' in answer['not_understood'][0]


def test_a_picture_finds_itself_first_and_a_box_its_person(client, index):
    upload = {'file': ('somebody.png', picture(1))}
    answer = client.post('/search', files=upload).json()
    assert answer['score'] == 'distance' and answer['people'][0]['row'] == 1
    assert answer['people'][0]['score'] == pytest.approx(0, abs=1e-3)
    assert answer['people'][0]['source'] == '1.png'
    image = PEOPLE.image(2)
    height, width = image.shape[:2]
    scene = np.zeros((height + 40, width + 60, 3), np.uint8)
    scene[20 : 20 + height, 30 : 30 + width] = image
    upload = {'file': ('scene.png', cv2.imencode('.png', scene)[1].tobytes())}
    box = {'box': [30, 20, 30 + width, 20 + height]}
    (first, *_) = client.post('/search', files=upload, data=box).json()['people']
    assert first['row'] == 2 and first['score'] == pytest.approx(0, abs=1e-3)


def test_people_found_are_shown_and_those_who_are_not_there_are_not(client, folder):
    answer = client.get('/search/picture?row=0')
    assert answer.headers['content-type'] == 'image/jpeg'
    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == PEOPLE.image(0).shape
    for row in (-1, 3, 10**30):
        assert client.get(f'/search/picture?row={row}').status_code == 404
    assert client.get('/search/picture?row=x').status_code == 422


def test_a_picture_that_is_gone_is_said_without_a_path(client, folder):
    path = folder / '2.png'
    path.rename(folder / 'away')
    try:
        answer = client.get('/search/picture?row=2')
    finally:
        (folder / 'away').rename(path)
    assert (answer.status_code, answer.json()) == (
        404,
        {'detail': 'there is no picture of person 2'},
    )


@pytest.mark.parametrize(
    'form',
    [{}, {'words': 'blorft'}, {'words': 'hat', 'count': '0'}, {'words': 'x' * 2000}, {'box': '1'}],
)
def test_what_cannot_be_searched_for_is_one_sentence_without_a_path(client, form, folder):
    answer = client.post('/search', data=form)
    assert answer.status_code == 422
    assert str(folder) not in answer.text


def test_a_box_outside_the_picture_is_refused(client):
    upload, box = {'file': ('a.png', picture())}, {'box': [0, 0, 5000, 5]}
    answer = client.post('/search', files=upload, data=box)
    assert answer.status_code == 422 and 'is not in a picture of' in answer.json()['detail']


def test_weights_that_are_gone_are_said_without_a_path(inferencer, index, folder, tmp_path):
    app = create_app(inferencer, index=index, folder=tmp_path / 'private')
    weights = Path(index.model.weights)
    weights.rename(folder / 'away.pth')
    try:
        with TestClient(app, base_url='http://localhost') as client:
            answer = client.post('/search', files={'file': ('a.png', picture())})
    finally:
        (folder / 'away.pth').rename(weights)
    assert answer.status_code == 422 and str(folder) not in answer.text


def test_without_an_index_there_is_no_search(inferencer, tmp_path):
    app = create_app(inferencer, folder=tmp_path / 'private')
    with TestClient(app, base_url='http://localhost') as client:
        assert client.post('/search', data={'words': 'hat'}).status_code == 404
        assert client.get('/search/picture?row=0').status_code == 404
        assert client.get('/model').json()['people_in_index'] is None
