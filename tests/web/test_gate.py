"""Who may ask, and how much at once."""

import asyncio
import threading

import pytest

from par_plugins.structures import InputError
from tests.web.web_server import inferencer_in, picture

from fastapi.testclient import TestClient  # isort: skip (skipped above where it is not there)

from par_plugins.web import WebLimits, create_app  # isort: skip
from par_plugins.web.gate import RETRY_AFTER, SECURITY  # isort: skip


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory):
    return inferencer_in(tmp_path_factory.mktemp('server'))


@pytest.fixture
def application(inferencer, tmp_path):
    def made(token=None, **limits):
        folder = tmp_path / 'private'
        return create_app(inferencer, limits=WebLimits(**limits), token=token, folder=folder)

    return made


def client_of(app, base_url='http://localhost'):
    return TestClient(app, base_url=base_url)


UPLOAD = [('files', ('a.png', picture()))]


@pytest.mark.parametrize('path', ['/', '/page/main.js', '/health', '/predict', '/nowhere'])
def test_every_answer_has_the_headers_that_keep_browsers_safe(application, path):
    with client_of(application()) as client:
        for answer in (client.get(path), client.get(path, headers={'host': 'evil.example'})):
            assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    policy = SECURITY['content-security-policy']
    assert 'unsafe' not in policy and "default-src 'none'" in policy


def test_the_page_asks_for_nothing_of_other_sites_and_has_no_code_or_style_in_its_text(application):
    with client_of(application()) as client:
        text = client.get('/').text
        for name in 'main server pictures video search model strictness'.split():
            script = client.get(f'/page/{name}.js')
            assert script.headers['content-type'].startswith('text/javascript')
            text += script.text
        text += client.get('/page/style.css').text
    assert '://' not in text and '<style' not in text and ' style=' not in text
    assert 'eval(' not in text and 'innerHTML' not in text


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1:8000', '[::1]:8000', '[::1]'])
def test_names_of_this_computer_are_answered_without_token(application, host):
    with client_of(application()) as client:
        assert client.get('/health', headers={'host': host}).status_code == 200


@pytest.mark.parametrize(
    'host', ['evil.example', 'localhost.evil.example:80', '192.168.0.7:8000', '', 'x@evil:80']
)
def test_another_name_is_not_so_that_no_site_can_pretend_to_be_here(application, host):
    with client_of(application()) as client:
        assert client.get('/model', headers={'host': host}).status_code == 403


def test_pages_of_other_sites_cannot_ask(application):
    with client_of(application()) as client:
        for site, status in (('cross-site', 403), ('same-site', 403), ('same-origin', 200)):
            headers = {'sec-fetch-site': site}
            assert client.post('/predict', files=UPLOAD, headers=headers).status_code == status
        own = str(client.base_url)
        for origin, status in (('http://evil.example', 403), ('null', 403), (own, 200)):
            headers = {'origin': origin}  # all that older browsers tell
            assert client.post('/predict', files=UPLOAD, headers=headers).status_code == status


@pytest.mark.parametrize('token', ['', ' '])
def test_an_empty_token_is_refused_and_does_not_open_the_door_to_everybody(application, token):
    with pytest.raises(InputError, match='token is empty'):
        application(token=token)


def test_with_a_token_nothing_about_data_is_answered_without_it(application):
    with client_of(application(token='sesame'), 'http://192.168.0.7:8000') as client:
        for path in ('/predict', '/tracks', '/explain', '/search'):
            assert client.post(path).status_code == 401
        for path in ('/model', '/metrics', '/search/picture', '/nowhere', '/pagename'):
            assert client.get(path).status_code == 401
            wrong = client.get(path, headers={'authorization': 'Bearer sesam'})
            assert wrong.status_code == 401 and wrong.headers['www-authenticate'] == 'Bearer'
        for path in ('/', '/page/main.js', '/health', '/openapi.json'):
            assert client.get(path).status_code == 200
        right = {'authorization': 'Bearer sesame'}
        assert client.post('/predict', files=UPLOAD, headers=right).status_code == 200


def test_more_at_once_than_allowed_are_told_when_to_come_back(application, monkeypatch):
    arrived, go = threading.Semaphore(0), threading.Event()

    def wait(self, *args, **kwargs):
        arrived.release()
        assert go.wait(60)
        return '{}'

    monkeypatch.setattr('par_plugins.web.web_answers.WebAnswers.predict', wait)
    with client_of(application(at_once=2)) as client:
        statuses = []

        def ask():
            statuses.append(client.post('/predict', files=UPLOAD).status_code)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert all(arrived.acquire(timeout=60) for _ in threads)
        refused = client.post('/predict', files=UPLOAD)
        assert client.get('/health').json()['in_work'] == 2
        go.set()
        for thread in threads:
            thread.join(60)
        assert (refused.status_code, refused.headers['retry-after']) == (429, str(RETRY_AFTER))
        assert statuses == [200, 200]
        assert client.get('/health').json()['in_work'] == 0
        assert client.post('/predict', files=UPLOAD).status_code == 200


def test_a_place_is_free_again_after_an_upload_that_never_ends(application):
    app = application(at_once=1, seconds=0.2)
    head = {'type': 'http.request', 'body': b'--x\r\n', 'more_body': True}

    async def ask(receive):
        sent = []

        async def send(message):
            sent.append(message)

        headers = [
            (b'host', b'localhost'),
            (b'content-type', b'multipart/form-data; boundary=x'),
            (b'content-length', b'100'),
        ]
        scope = {
            'type': 'http',
            'asgi': {'version': '3.0'},
            'http_version': '1.1',
            'method': 'POST',
            'scheme': 'http',
            'path': '/predict',
            'raw_path': b'/predict',
            'query_string': b'',
            'root_path': '',
            'headers': headers,
        }
        await app(scope, receive, send)
        return sent[0]['status']

    async def slow():
        messages = [head]

        async def receive():
            if messages:
                return messages.pop()
            await asyncio.sleep(60)

        return await ask(receive)

    async def gone():
        messages = [{'type': 'http.disconnect'}, head]

        async def receive():
            return messages.pop()

        return await ask(receive)

    async def both():
        return await slow(), await slow(), await gone(), await slow()

    first, second, _, last = asyncio.run(both())
    assert (first, second, last) == (408, 408, 408)  # never 429


@pytest.mark.parametrize('limit', ['bytes', 'pixels', 'seconds', 'at_once', 'files'])
def test_a_limit_of_nothing_is_refused(limit):
    with pytest.raises(InputError, match=limit):
        WebLimits(**{limit: 0})
