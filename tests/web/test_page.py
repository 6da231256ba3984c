"""The page in a browser: Debian's Chromium, driven by Playwright; skipped where they are not."""

import json
import shutil
import socket
import threading
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from par_plugins.inference.detectors import PersonBoxes
from par_plugins.search import IndexJob, PersonEmbedder
from par_plugins.testing.toy_video import write_video
from tests.inference.toy_model import config
from tests.web.web_server import PEOPLE, inferencer_in, picture

playwright = pytest.importorskip('playwright.sync_api', reason='needs playwright')
httpx = pytest.importorskip('httpx', reason='needs httpx')
uvicorn = pytest.importorskip('uvicorn', reason='needs the extra web')
CHROMIUM = shutil.which('chromium')
if CHROMIUM is None:
    pytest.skip('needs the program chromium', allow_module_level=True)

BOXES = np.array([[20.0, 20, 84, 148], [120, 30, 184, 158]])


@dataclass
class TwoPeople:
    """A detector that finds two people in every picture."""

    boxes: np.ndarray

    def detect(self, frame):
        height, width = frame.image.shape[:2]
        scale = [width / 220, height / 180] * 2
        return PersonBoxes(self.boxes * scale, np.array([0.9, 0.8]))


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('page')
    scene = np.full((180, 220, 3), 120, np.uint8)
    for number, (left, top, right, bottom) in enumerate(BOXES.astype(int)):
        scene[top:bottom, left:right] = cv2.resize(PEOPLE.image(number), (64, 128))
    cv2.imwrite(str(folder / 'scene.png'), scene)
    write_video(folder / 'walk.avi')
    return folder


@pytest.fixture(scope='module')
def server(folder, tmp_path_factory):
    """Its address; it answers as long as the tests of this file run."""
    from par_plugins.web import create_app

    inferencer = inferencer_in(folder, detector=TwoPeople(BOXES), thresholds='half')
    for number in range(len(PEOPLE)):
        (folder / f'{number}.png').write_bytes(picture(number))
    inputs = [str(folder / f'{number}.png') for number in range(len(PEOPLE))]
    embedder = PersonEmbedder(config(), folder / 'toy.pth')
    app = create_app(
        inferencer,
        index=IndexJob(embedder, folder / 'people').run(inputs).index,
        folder=tmp_path_factory.mktemp('uploads') / 'private',
    )
    listening = socket.create_server(('127.0.0.1', 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level='error'))
    thread = threading.Thread(target=running.run, kwargs={'sockets': [listening]})
    thread.start()
    yield f'http://127.0.0.1:{listening.getsockname()[1]}'
    running.should_exit = True
    thread.join(60)


@pytest.fixture(scope='module')
def browser():
    fake_camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=['--no-sandbox', *fake_camera]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, server):
    """The page, which must not complain of anything or ask anybody else."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    complaints, asked = [], []
    page.on('pageerror', lambda error: complaints.append(str(error)))
    page.on('console', lambda message: complaints.append(message.text))
    page.on('request', lambda request: asked.append(request.url))
    page.goto(server)
    yield page
    refused = 'Failed to load resource: the server responded with a status of 422'
    assert [text for text in complaints if not text.startswith(refused)] == []
    assert all(url.startswith((server, 'blob:', 'data:')) for url in asked)
    page.close()


def wait_until(page, condition):
    """Wait for what the page becomes; its policy forbids that it evaluates text itself."""
    for _ in range(2400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f'never: {condition}')


def drop(page, *paths):
    page.set_input_files('#picture-files', [str(path) for path in paths])
    wait_until(page, 'document.querySelector("#status").textContent.includes(" in ")')
    page.wait_for_selector('#answers tbody tr')


def answers(page):
    rows = page.locator('#answers tbody tr')
    cells = [row.split('\t') for row in rows.all_inner_texts()]
    return {name: said for name, said, *_ in cells}


def spoken(answer):
    word = {True: 'yes', False: 'no', None: 'unknown'}[answer['value']]
    return word if answer['value'] is None else f'{word} {100 * answer["confidence"]:.0f} %'


def predicted(page, server, path, query=''):
    upload = {'name': path.name, 'mimeType': 'image/png', 'buffer': path.read_bytes()}
    answer = page.request.post(f'{server}/predict{query}', multipart={'files': upload})
    return answer.json()['pictures'][0]['people']


def test_people_are_boxed_and_a_click_shows_the_answers_of_one(page, server, folder):
    drop(page, folder / 'scene.png')
    people = predicted(page, server, folder / 'scene.png')
    boxes = page.locator('#scene button')
    assert boxes.count() == 2
    picture = page.locator('#scene img').bounding_box()
    drawn = boxes.nth(1).bounding_box()
    scale = picture['width'] / 220
    assert drawn['x'] - picture['x'] == pytest.approx(people[1]['box'][0] * scale, abs=1)
    assert drawn['width'] == pytest.approx(64 * scale, abs=1)
    boxes.nth(1).click()
    assert page.locator('#person-title').inner_text() == 'Person 2'
    expected = {name: spoken(a) for name, a in people[1]['attributes'].items()}
    assert answers(page) == expected


@pytest.mark.parametrize('strictness', ['-2', '1.5'])
def test_the_slider_says_what_the_server_says_at_this_strictness(page, server, folder, strictness):
    drop(page, folder / 'scene.png')
    people = predicted(page, server, folder / 'scene.png', f'?strictness={strictness}')
    before = answers(page)
    page.locator('#strictness').fill(strictness)
    expected = {name: spoken(a) for name, a in people[0]['attributes'].items()}
    assert answers(page) == expected != before


def test_bars_have_threshold_and_probability_where_they_are_said(page, server, folder):
    drop(page, folder / 'scene.png')
    people = predicted(page, server, folder / 'scene.png')
    for bar in page.locator('#answers .bar').all():
        name = bar.get_attribute('aria-label').partition(':')[0]
        answer = people[0]['attributes'][name]
        width = bar.locator('.much').evaluate('e => parseFloat(e.style.width)')
        assert width == pytest.approx(100 * answer['probability'], abs=0.1)
        left = bar.locator('.threshold').evaluate('e => parseFloat(e.style.left)')
        assert left == pytest.approx(100 * answer['threshold'], abs=0.1)


def test_why_shows_a_heat_map(page, folder):
    drop(page, folder / 'scene.png')
    page.get_by_role('button', name='Why Hat').click()
    wait_until(page, 'document.querySelector("#why img").naturalWidth === 64')
    assert 'Hat' in page.locator('#why figcaption').inner_text()


def test_a_network_that_cannot_explain_is_not_asked_why(page, server, folder):
    known = page.request.get(f'{server}/model').json()
    page.route('**/model', lambda route: route.fulfill(json={**known, 'heat_maps': False}))
    page.reload()
    drop(page, folder / 'scene.png')
    assert not page.get_by_role('columnheader', name='Why').is_visible()
    assert page.get_by_role('button', name='Why').count() == 0


def test_everything_is_reached_and_done_with_the_keyboard(page, folder):
    drop(page, folder / 'scene.png')
    page.locator('#scene button').nth(0).focus()
    page.keyboard.press('Tab')
    page.keyboard.press('Enter')
    assert page.locator('#person-title').inner_text() == 'Person 2'
    page.locator('#strictness').focus()
    page.keyboard.press('ArrowRight')
    assert page.locator('#strictness-value').inner_text() == '0.25'
    unnamed = page.evaluate(
        """[...document.querySelectorAll('button, input, img, video, table, progress')]
        .filter((e) => e.checkVisibility()).filter((e) => !(e.textContent.trim()
        || e.getAttribute('aria-label') || e.querySelector('[alt]:not([alt=""])')
        || e.alt !== undefined || e.labels?.length))
        .map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    assert page.locator('#status').get_attribute('role') == 'status'


@pytest.mark.parametrize('kind', ['json', 'csv', 'png'])
def test_answers_are_saved(page, server, folder, kind, tmp_path):
    drop(page, folder / 'scene.png')
    with page.expect_download() as saved:
        page.locator(f'#export [data-form={kind}]').click()
    saved.value.save_as(tmp_path / 'saved')
    if kind == 'png':
        drawn = cv2.imread(str(tmp_path / 'saved'))
        assert drawn.shape == (180, 220, 3)
        assert (drawn != cv2.imread(str(folder / 'scene.png'))).any()
    elif kind == 'json':
        document = json.loads((tmp_path / 'saved').read_text(encoding='utf-8'))
        assert document['pictures'][0]['people'] == predicted(page, server, folder / 'scene.png')
    else:
        assert len((tmp_path / 'saved').read_text(encoding='utf-8').splitlines()) == 3


def test_a_picture_is_pasted_and_one_dropped(page, folder):
    encoded = list((folder / 'scene.png').read_bytes())
    event = """([bytes, kind]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], `${kind}.png`, {type: 'image/png'}));
        const options = {bubbles: true, cancelable: true};
        if (kind === 'paste') {
            const event = new ClipboardEvent(kind, {...options, clipboardData: data});
            document.dispatchEvent(event);
        } else {
            const event = new DragEvent(kind, {...options, dataTransfer: data});
            document.querySelector('#pictures .drop p').dispatchEvent(event);
        }
    }"""
    for number, kind in enumerate(['paste', 'drop'], start=1):
        page.evaluate(event, [encoded, kind])
        wait_until(
            page, f'document.querySelector("#status").textContent.startsWith("{kind}.png: 2")'
        )
        assert page.locator('#picture-list button').count() == number


def test_the_camera_takes_a_picture_and_is_off_afterwards(page):
    page.get_by_role('button', name='use the camera').click()
    wait_until(page, 'document.querySelector("#camera-video").videoWidth > 0')
    page.get_by_role('button', name='take the picture').click()
    page.wait_for_selector('#scene button')
    assert page.locator('#picture-list img').get_attribute('alt') == 'snapshot.jpg'
    assert page.evaluate('document.querySelector("#camera-video").srcObject') is None


def test_a_video_becomes_a_time_line_of_its_people(page, server, folder):
    pytest.importorskip('trackers', reason='needs trackers')
    page.get_by_role('link', name='Video').click()
    page.set_input_files('#video-file', str(folder / 'walk.avi'))
    page.wait_for_selector('#timeline button')
    upload = {'name': 'a', 'mimeType': 'video/avi', 'buffer': (folder / 'walk.avi').read_bytes()}
    tracks = page.request.post(f'{server}/tracks', multipart={'file': upload}).json()['tracks']
    lanes = page.locator('#timeline button')
    assert lanes.all_inner_texts() == [f'#{track["track"]}' for track in tracks]
    lanes.nth(0).click()
    assert page.locator('#track-crops img').count() == len(tracks[0]['best'])
    assert page.locator('#track-answers li').count() > 0


def test_words_and_people_who_are_shown_are_searched_for(page, server, folder):
    page.get_by_role('link', name='Search').click()
    page.get_by_role('searchbox').fill('hat, blorft')
    page.keyboard.press('Enter')
    wait_until(page, 'document.querySelector("#status").textContent === "3 people."')
    found = page.request.post(f'{server}/search', multipart={'words': 'hat, blorft'}).json()
    names = [person['source'] for person in found['people']]
    assert page.locator('#search-found span:nth-child(2)').all_inner_texts() == names
    asked = page.locator('#search-asked').inner_text()
    assert found['understood'][0] in asked and 'blorft' in asked
    wait_until(
        page, '[...document.querySelectorAll("#search-found img")].every(i => i.naturalWidth)'
    )
    page.get_by_role('link', name='Pictures').click()
    drop(page, folder / 'scene.png')
    page.get_by_role('button', name='find people alike').click()
    wait_until(page, 'document.querySelector("#search-found").textContent.includes("distance")')
    picture_of_both = ('scene.png', (folder / 'scene.png').read_bytes())
    box = {'box': [str(side) for side in BOXES[0]]}
    found = httpx.post(f'{server}/search', files={'file': picture_of_both}, data=box).json()
    names = [person['source'] for person in found['people']]
    assert page.locator('#search-found span:nth-child(2)').all_inner_texts() == names


def test_what_is_no_picture_is_said_and_the_page_goes_on(page, folder):
    (folder / 'text.png').write_text('no picture', encoding='utf-8')
    page.set_input_files('#picture-files', str(folder / 'text.png'))
    page.wait_for_selector('#status.error')
    assert 'text.png: not a readable image' in page.locator('#status').inner_text()


def test_the_table_of_the_model_is_sorted_by_a_click(page, server):
    rows = page.request.get(f'{server}/model').json()['attributes']
    page.get_by_role('link', name='Model').click()
    page.wait_for_selector('#model-table tbody tr')
    names = page.locator('#model-table tbody td:first-child')
    ascending = names.all_inner_texts()
    assert sorted(ascending) == sorted(row['name'] for row in rows)
    page.get_by_role('button', name='Attribute', exact=True).click()
    assert names.all_inner_texts() == ascending[::-1]
    head = page.locator('#model-table th').nth(0)
    assert head.get_attribute('aria-sort') == 'descending'


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_a_phone_shows_all_of_it_without_scrolling_sideways(page, folder, scheme):
    page.set_viewport_size({'width': 360, 'height': 740})
    page.emulate_media(color_scheme=scheme)
    drop(page, folder / 'scene.png')
    width = page.evaluate('document.documentElement.scrollWidth')
    assert width <= 360
    ink, paper = (
        page.evaluate(f'getComputedStyle(document.body).{name}')
        for name in ('color', 'backgroundColor')
    )
    assert contrast(ink, paper) > 7
    assert (luminance(paper) > 0.5) == (scheme == 'light')


def luminance(color):
    """Of the web's guidelines for contrast."""
    numbers = np.array([float(n) for n in color[color.index('(') + 1 : -1].split(',')[:3]]) / 255
    linear = np.where(numbers <= 0.04045, numbers / 12.92, ((numbers + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
