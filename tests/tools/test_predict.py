"""One command from pictures and videos to files, whatever is wrong with some of them."""

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from unittest.mock import ANY

import cv2
import numpy as np
import pytest

from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.inference import AttributeInferencer, read_records
from par_plugins.inference.predict_job import PredictJob
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_video import write_boxes, write_video
from tests.inference.toy_model import config, stored
from tests.tools.toy_run import ROOT, TIME_LIMIT

TOOL = ROOT / 'tools/predict.py'
PEOPLE = ToyPedestrians(4)


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp('model')
    config().dump(folder / 'toy.py')
    return folder / 'toy.py', stored(config(), folder / 'toy.pth')


@pytest.fixture
def inputs(tmp_path):
    """Pictures, some of them bad, and a video."""
    folder = tmp_path / 'in'
    (folder / 'deeper').mkdir(parents=True)
    for number in range(4):
        path = folder / ('deeper' if number % 2 else '.') / f'{number // 2}.PNG'
        cv2.imwrite(str(path), PEOPLE.image(number))
    (folder / 'text.jpg').write_text('no picture', encoding='utf-8')
    (folder / 'notes.txt').write_text('no picture', encoding='utf-8')
    write_video(folder / 'walk.avi', 12)
    return folder


def predict(model, *arguments, **options):
    command = [sys.executable, TOOL, *map(str, arguments), '--model', model[0], '--weights']
    return subprocess.run(
        [*command, model[1]], capture_output=True, text=True, timeout=TIME_LIMIT, **options
    )


def test_help_is_there_at_once():
    began = time.perf_counter()
    done = subprocess.run([sys.executable, TOOL, '--help'], capture_output=True, text=True)
    bare = time.perf_counter()
    subprocess.run([sys.executable, '-c', 'import argparse'], check=True)
    start_of_python = time.perf_counter() - bare
    assert done.returncode == 0 and '--thresholds' in done.stdout
    assert bare - began < 1 + start_of_python


def test_a_folder_gives_all_forms_the_same_and_says_what_it_skipped(model, inputs, tmp_path):
    out = tmp_path / 'out'
    done = predict(model, inputs, '--out', out, '--draw', '--crops', '--thresholds', 'half')
    assert done.returncode == 0, done.stderr
    assert '4 pictures, 12 frames' in done.stdout and 'walk.avi: 12 frames' in done.stdout
    assert 'text.jpg: not a readable image' in done.stderr and 'notes.txt' in done.stderr
    assert {path.name for path in out.iterdir()} == {
        'pictures.json', 'walk.json', 'walk.tracks.json', 'walk.mp4', 'drawn', 'crops',
    }  # fmt: skip
    assert len(list((out / 'drawn').iterdir())) == 4
    assert len(list(VideoSource(str(out / 'walk.mp4')).frames())) == 12
    content = json.loads((out / 'pictures.json').read_text(encoding='utf-8'))
    reasons = {item['source'].rpartition('/')[2]: item['reason'] for item in content['skipped']}
    assert reasons == {'text.jpg': ANY, 'notes.txt': 'not a picture'}
    assert reasons['text.jpg'].startswith('not a readable image')  # the path stands beside it
    job = PredictJob(AttributeInferencer(*map(str, model), thresholds='half'), tmp_path / 'b')
    for form in ('jsonl', 'csv'):
        job = PredictJob(job.inferencer, tmp_path / 'b', form=form)
        job.run([str(inputs)])
        for name in ('pictures', 'walk'):
            expected = [record.to_dict() for record in read_records(out / f'{name}.json')]
            found = read_records(tmp_path / 'b' / f'{name}.{form}', SCHEMA)
            assert [record.to_dict() for record in found] == expected


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['nowhere'], 'nowhere: there is no such file'),
        (['EMPTY'], 'no picture and no video in it'),
        (['97'], 'no such camera'),
        (['TEXT'], 'not a readable image'),
        (['PICTURE', '--detector', 'magic'], "'magic' is no detector of people"),
        (['PICTURE', '--thresholds', 'best'], "has no thresholds 'best', only half"),
        (['PICTURE', 'VIDEO', '--every', '0'], 'every=0'),
    ],
)
def test_what_is_wrong_is_one_sentence(
    model, inputs, tmp_path, arguments, message, capsys, monkeypatch
):
    (tmp_path / 'empty').mkdir()
    names = {
        'EMPTY': tmp_path / 'empty',
        'TEXT': inputs / 'text.jpg',
        'PICTURE': inputs / '0.PNG',
        'VIDEO': inputs / 'walk.avi',
    }
    command = [TOOL, *(names.get(a, a) for a in arguments), '--out', tmp_path / 'out']
    command += ['--model', model[0], '--weights', model[1]]
    monkeypatch.setattr(sys, 'argv', list(map(str, command)))
    ending = ''
    try:
        runpy.run_path(str(TOOL))['main']()
    except SystemExit as error:
        ending = str(error)
    lines = [*capsys.readouterr().err.splitlines(), ending]
    assert sum(message in line for line in lines) == 1
    assert (ending == '') == ('VIDEO' in arguments)  # the picture is done


def test_one_bad_input_among_good_ones_loses_nothing(model, inputs, tmp_path):
    whole = (inputs / 'walk.avi').read_bytes()
    (inputs / 'cut.avi').write_bytes(whole[: len(whole) // 2])
    (inputs / 'bad.avi').write_text('no video', encoding='utf-8')
    inferencer = AttributeInferencer(*map(str, model))
    names = [str(inputs), 'nowhere', '98']
    report = PredictJob(inferencer, tmp_path / 'out').run(names)
    assert report.pictures == 4 and 12 < report.frames < 24
    reasons = dict(report.skipped)
    assert {'nowhere', '98', str(inputs / 'bad.avi'), str(inputs / 'text.jpg')} <= set(reasons)


def test_300_attributes_go_through(tmp_path, inputs):
    schema = AttributeSchema(f'attribute number {number}' for number in range(300))
    cfg = config(dict(type='AttributeHead', in_channels=1280, num_attributes=300))
    inferencer = AttributeInferencer(cfg, stored(cfg, tmp_path / 'a.pth', schema))
    report = PredictJob(inferencer, tmp_path / 'out', form='csv', draw=True).run([str(inputs)])
    records = read_records(tmp_path / 'out' / 'pictures.csv', schema)
    assert report.pictures == 4
    assert sum(len(person.attributes) for r in records for person in r.people) == 4 * 300


def test_a_form_that_is_none_is_refused(model, inputs, tmp_path):
    inferencer = AttributeInferencer(*map(str, model))
    with pytest.raises(InputError, match='form must be one of json, jsonl, csv'):
        PredictJob(inferencer, tmp_path, form='xml').run([str(inputs)])


@pytest.mark.usefixtures('interrupts_reach_children')
def test_an_interrupt_leaves_whole_files_with_what_was_done(model, tmp_path):
    boxes = write_video(tmp_path / 'long.avi', 40)
    for _ in range(7):  # long enough to be in the middle of it
        boxes = np.concatenate([boxes, boxes])
    write_boxes(tmp_path / 'boxes.csv', boxes)
    frames = [frame.image for frame in VideoSource(str(tmp_path / 'long.avi')).frames()]
    writer = cv2.VideoWriter(
        str(tmp_path / 'long.avi'), cv2.VideoWriter.fourcc(*'MJPG'), 10.0, (160, 96)
    )
    for number in range(len(boxes)):
        writer.write(frames[number % 40])
    writer.release()
    out = tmp_path / 'out'
    command = [sys.executable, TOOL, tmp_path / 'long.avi', '--out', out, '--format', 'json']
    command += ['--model', model[0], '--weights', model[1], '--draw']
    command += ['--detector', f'boxes:{tmp_path / "boxes.csv"}']
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ)
    path = out / 'long.json'
    deadline = time.monotonic() + TIME_LIMIT
    while not (path.is_file() and path.stat().st_size > 100_000):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 130 and 'interrupted: what was done is in' in said
    records = read_records(path)
    assert [record.frame for record in records] == list(range(len(records)))
    assert 0 < len(records) < len(boxes)
    drawn = len(list(VideoSource(str(out / 'long.mp4')).frames()))
    assert abs(drawn - len(records)) <= 1
    tracks = json.loads((out / 'long.tracks.json').read_text(encoding='utf-8'))['tracks']
    assert [track['track'] for track in tracks] == [1, 2]
