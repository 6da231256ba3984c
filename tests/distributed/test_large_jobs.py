"""predict.py and embed.py in several processes do what one does, and go on where they stopped."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from par_plugins.inference import AttributeInferencer, read_records
from par_plugins.inference.predict_job import JOB, PredictJob
from par_plugins.search import PersonIndex
from par_plugins.structures import InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_video import write_video
from tests.inference.toy_model import config, stored
from tests.tools.toy_run import ROOT, TIME_LIMIT

SHARD = 4


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp('model')
    config().dump(folder / 'toy.py')
    return folder / 'toy.py', stored(config(), folder / 'toy.pth')


@pytest.fixture(scope='module')
def inputs(tmp_path_factory):
    """Ten pictures in three shards, one of them no picture; a text; two videos."""
    folder = tmp_path_factory.mktemp('inputs')
    people = ToyPedestrians(9)
    for number in range(9):
        cv2.imwrite(str(folder / f'{number}.png'), people.image(number))
    (folder / 'bad.png').write_bytes(b'no picture')
    (folder / 'notes.txt').write_text('no picture', encoding='utf-8')
    write_video(folder / 'walk.avi', 6)
    write_video(folder / 'stroll.avi', 4, seed=1)
    return folder


def run(processes, tool, inputs, model, *arguments):
    """The command, its shards made small."""
    script = (
        'import runpy, sys; from par_plugins.inference import job_processes as jobs;'
        f'jobs.SHARD_SIZE = {SHARD}; sys.argv = sys.argv[1:];'
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable]
    launcher = []
    if processes > 1:
        command += ['-m', 'torch.distributed.run', '--standalone', '--local-addr=127.0.0.1']
        command += [f'--nproc-per-node={processes}', '--no-python', sys.executable]
        launcher = ['--launcher', 'pytorch']
    command += ['-c', script, ROOT / f'tools/{tool}.py', inputs, '--model', model[0]]
    command += ['--weights', model[1], '--batch-size', '2', *arguments, *launcher]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=TIME_LIMIT, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_three_processes_predict_the_same_rows_as_one(model, inputs, tmp_path):
    said = {
        number: run(number, 'predict', inputs, model, '--out', tmp_path / str(number))
        for number in (1, 3)
    }
    files = sorted(path.name for path in (tmp_path / '1').iterdir())
    assert files == sorted(path.name for path in (tmp_path / '3').iterdir())
    assert {'pictures.json', 'walk.json', 'stroll.tracks.json'} <= set(files) and JOB not in files
    for name in files:
        one, three = (json.loads((tmp_path / n / name).read_text(encoding='utf-8')) for n in '13')
        assert one == three, name
    assert all('9 pictures, 10 frames' in text for text in said.values())


def test_three_processes_make_the_same_index_as_one(model, inputs, tmp_path):
    for number in (1, 3):
        run(number, 'embed', inputs, model, '--index', tmp_path / str(number))
    one, three = PersonIndex(tmp_path / '1'), PersonIndex(tmp_path / '3')
    assert len(one) == 11 and list(one.people()) == list(three.people())
    np.testing.assert_array_equal(one.embeddings, three.embeddings)
    np.testing.assert_array_equal(one.probabilities, three.probabilities)


def job_of(model, out, **options):
    inferencer = AttributeInferencer(*map(str, model), thresholds='half')
    return PredictJob(inferencer, out, batch_size=2, shard_size=SHARD, **options)


@pytest.mark.parametrize('form', ['json', 'jsonl', 'csv'])
def test_a_killed_job_goes_on_where_it_stopped(model, inputs, tmp_path, form, monkeypatch):
    whole = job_of(model, tmp_path / 'whole', form=form).run([str(inputs)])
    count = 0

    def stop(name, done, total, rate, left):
        nonlocal count
        count += name == 'pictures'
        if count == 2 * SHARD - 1:  # in the middle of the second shard
            raise KeyboardInterrupt

    job = job_of(model, tmp_path / 'out', form=form, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        job.run([str(inputs)])
    schema = job.inferencer.schema
    written = read_records(tmp_path / 'out' / f'pictures.{form}', schema)
    assert len(written) == 2 * SHARD - 1  # a whole file with what was done
    looked = []
    stream = AttributeInferencer.stream
    monkeypatch.setattr(
        AttributeInferencer,
        'stream',
        lambda self, given, *rest, **more: stream(
            self, looked.extend(given) or given, *rest, **more
        ),
    )
    found = job_of(model, tmp_path / 'out', form=form).run([str(inputs)])
    assert len(looked) == 10 - SHARD
    assert (found.pictures, found.frames, found.skipped) == (
        whole.pictures,
        whole.frames,
        whole.skipped,
    )
    for path in (tmp_path / 'whole').iterdir():
        assert (tmp_path / 'out' / path.name).read_bytes() == path.read_bytes()


def test_a_job_with_other_options_does_not_go_on_with_shards_of_another(model, inputs, tmp_path):
    def stop(name, done, total, rate, left):
        if done == 2 * SHARD - 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job_of(model, tmp_path / 'out', progress=stop).run([str(inputs)])
    inferencer = AttributeInferencer(*map(str, model), thresholds=0.9)
    PredictJob(inferencer, tmp_path / 'out', shard_size=SHARD).run([str(inputs)])
    for record in read_records(tmp_path / 'out' / 'pictures.json'):
        for person in record.people:
            assert all(answer.threshold == 0.9 for answer in person.attributes.values())


def test_a_launcher_that_says_too_little_is_one_sentence(monkeypatch):
    from par_plugins.engine.launched_process import LaunchedProcess

    for name in ('RANK', 'WORLD_SIZE'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match='--launcher pytorch: the environment variable RANK'):
        LaunchedProcess.of_launcher('pytorch')
