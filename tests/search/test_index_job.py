"""From pictures and videos to an index, over any number of runs and processes."""

import shutil

import cv2
import numpy as np
import pytest

from par_plugins.inference.detectors import build_person_detector
from par_plugins.search import IndexJob, PersonEmbedder, PersonIndex, search_people
from par_plugins.search import index_job as module
from par_plugins.search.contact_sheet import contact_sheet, person_picture
from par_plugins.structures import InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_video import write_boxes, write_video
from tests.inference.toy_model import config, stored

ROUNDING = 1e-3  # of batches of another size, far below what tells two pictures apart


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    return config(), stored(config(), tmp_path_factory.mktemp('model') / 'toy.pth')


@pytest.fixture
def pictures(tmp_path):
    """Ten pictures, one of which is none, and a text."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    people = ToyPedestrians(10)
    for number in range(9):
        cv2.imwrite(str(folder / f'{number}.png'), people.image(number))
    (folder / 'bad.png').write_bytes(b'no picture')
    (folder / 'notes.txt').write_text('no picture', encoding='utf-8')
    return folder


def job_of(model, folder, **options):
    return IndexJob(PersonEmbedder(*model), folder, batch_size=2, shard_size=4, **options)


def test_pictures_are_indexed_and_what_is_none_is_named(model, pictures, tmp_path):
    report = job_of(model, tmp_path / 'index').run([str(pictures)])
    names = [str(pictures / f'{number}.png') for number in range(9)]
    assert [person.source for person in report.index.people()] == names
    reasons = {source.rpartition('/')[2]: reason for source, reason in report.skipped}
    assert reasons['notes.txt'] == 'not a picture'
    assert reasons['bad.png'].startswith('not a readable image')
    assert not list((tmp_path / 'index').glob('.*'))  # nothing of the job is left
    embedder = PersonEmbedder(*model)
    for row, prediction in enumerate(embedder.stream(names)):
        (sample,) = prediction.samples
        np.testing.assert_allclose(
            report.index.embeddings[row], sample.pred_embedding.numpy(), atol=ROUNDING
        )
        np.testing.assert_allclose(
            report.index.probabilities[row],
            embedder.loaded.probabilities([sample]).numpy()[0],
            atol=ROUNDING,
        )


def test_an_index_remembers_its_model(model, pictures, tmp_path):
    index = job_of(model, tmp_path / 'index').run([str(pictures)]).index
    (prediction,) = PersonIndex(index.folder).model.embedder().stream([str(pictures / '4.png')])
    embedding = prediction.samples[0].pred_embedding.numpy()
    np.testing.assert_allclose(embedding, index.embeddings[4], atol=ROUNDING)
    assert search_people(index, embedding=embedding, count=1).rows.tolist() == [4]
    moved = shutil.copy(model[1], tmp_path / 'moved.pth')
    index.model.embedder(moved)
    other = stored(config(), tmp_path / 'other.pth', note='other weights')
    with pytest.raises(InputError, match=r'other\.pth: other weights than those of the index'):
        index.model.embedder(other)
    with pytest.raises(InputError, match='other weights than'):
        job_of((model[0], other), index.folder).run([str(pictures)])


def test_a_folder_that_has_grown_is_looked_at_where_it_is_new(model, pictures, tmp_path):
    shutil.move(pictures / '3.png', tmp_path / '3.png')
    first = job_of(model, tmp_path / 'index').run([str(pictures)])
    shutil.move(tmp_path / '3.png', pictures / '3.png')
    again = job_of(model, tmp_path / 'index').run([str(pictures)])
    assert (first.people, again.people, again.known) == (8, 1, 8)
    assert [person.source[-5:] for person in again.index.people()][-1] == '3.png'
    assert len({person.source for person in again.index.people()}) == 9


@pytest.mark.parametrize('moment', ['while looking', 'while appending'])
def test_a_job_that_was_killed_goes_on_where_it_stopped(
    model, pictures, tmp_path, moment, monkeypatch
):
    whole = job_of(model, tmp_path / 'whole').run([str(pictures)]).index
    looked, calls = [], []

    def counted(self, given):
        looked.extend(given)
        return look(self, given)

    def killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    look = IndexJob._look_at_pictures
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if moment == 'while looking':
            real = module._write_shard
            patch.setattr(module, '_write_shard', killed)
        else:
            real = PersonIndex.append
            patch.setattr(PersonIndex, 'append', killed)
        job_of(model, tmp_path / 'index').run([str(pictures)])
    monkeypatch.setattr(IndexJob, '_look_at_pictures', counted)
    found = job_of(model, tmp_path / 'index').run([str(pictures)]).index
    assert list(found.people()) == list(whole.people())
    np.testing.assert_array_equal(found.embeddings, whole.embeddings)
    assert len(looked) == (6 if moment == 'while looking' else 0)  # of ten, four to a shard


def test_tracks_of_a_video_have_times_and_crops(model, tmp_path):
    boxes = write_video(tmp_path / 'walk.avi', 20)
    write_boxes(tmp_path / 'boxes.csv', boxes)
    detector = build_person_detector(f'boxes:{tmp_path / "boxes.csv"}', device='cpu')
    embedder = PersonEmbedder(*model, detector=detector)
    job = IndexJob(embedder, tmp_path / 'index', look_every=0.5)
    index = job.run([str(tmp_path / 'walk.avi')]).index
    people = list(index.people())
    assert [person.track for person in people] == [1, 2]
    for person in people:
        assert (person.first, person.last) == (0.0, pytest.approx(1.9))
        height, width = person_picture(index, person).shape[:2]
        left, top, right, bottom = person.box
        assert (height, width) == (bottom - top, right - left)
    crops = [person_picture(index, person)[:, :, ::-1] for person in people]
    embeddings = np.stack([p.samples[0].pred_embedding for p in PersonEmbedder(*model).stream(
        [np.ascontiguousarray(crop) for crop in crops])])  # fmt: skip
    nearest = [search_people(index, embedding=each, count=1).rows[0] for each in embeddings]
    assert nearest == [0, 1]
    result = search_people(index, words='woman or man', count=2)
    sheet = contact_sheet(index, result)
    titles = [axes.get_title() for axes in sheet.axes if axes.get_title()]
    assert titles == [
        f'{rank}: walk\n{people[row].times}' for rank, row in enumerate(result.rows, start=1)
    ]
    sheet.savefig(tmp_path / 'sheet.png')
    assert (tmp_path / 'sheet.png').stat().st_size > 5_000
    assert job.run([str(tmp_path / 'walk.avi')]).known == 1
    assert len(PersonIndex(index.folder)) == 2


def test_people_of_a_scene_have_their_boxes(model, tmp_path):
    boxes = write_video(tmp_path / 'walk.avi', 1)
    image = cv2.VideoCapture(str(tmp_path / 'walk.avi')).read()[1]
    cv2.imwrite(str(tmp_path / 'scene.png'), image)
    write_boxes(tmp_path / 'boxes.csv', boxes, tracks=False)
    detector = build_person_detector(f'boxes:{tmp_path / "boxes.csv"}', device='cpu')
    embedder = PersonEmbedder(*model, detector=detector)
    index = IndexJob(embedder, tmp_path / 'index').run([str(tmp_path / 'scene.png')]).index
    people = list(index.people())
    assert [person.box for person in people] == [tuple(box) for box in boxes[0]]
    left, top, right, bottom = map(int, boxes[0][1])
    np.testing.assert_array_equal(
        person_picture(index, people[1]), image[top:bottom, left:right, ::-1]
    )


def test_where_nobody_can_be_seen_it_says_why(model, tmp_path):
    (tmp_path / 'bad.png').write_bytes(b'no picture')
    with pytest.raises(InputError, match=r'nobody can be seen .* first .*bad\.png: not a readable'):
        job_of(model, tmp_path / 'index').run([str(tmp_path / 'bad.png')])
