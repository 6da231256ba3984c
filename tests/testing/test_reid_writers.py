"""The toy benchmark in the layouts of Market-1501 and DukeMTMC-reID."""

from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.io import loadmat

from par_plugins.apis.check_dataset import check_dataset
from par_plugins.datasets import DukeMTMCreID, Market1501
from par_plugins.structures import InputError
from par_plugins.testing import write_toy_benchmark
from par_plugins.testing.layouts.duke_mtmc_reid import RULES as DUKE_RULES
from par_plugins.testing.layouts.market1501 import RULES as MARKET_RULES
from par_plugins.testing.toy_appearance import sample_pedestrian
from tests.datasets.official_files import DUKE_FIELDS, MARKET_FIELDS

SIZES = {'num_train': 36, 'num_test': 27, 'image_size': (32, 16)}
BENCHMARKS = {
    'market': (Market1501, 'market_attribute', MARKET_FIELDS, 6),
    'duke': (DukeMTMCreID, 'duke_attribute', DUKE_FIELDS, 8),
}
every_benchmark = pytest.mark.parametrize('name', BENCHMARKS)


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    made = {}
    for name, (cls, *_) in BENCHMARKS.items():
        root = tmp_path_factory.mktemp(name)
        made[name] = root, write_toy_benchmark(root, cls.__name__, **SIZES)
    return made


def trait(data, attribute):
    return data.targets[:, data.metainfo['schema'].index(attribute)].tolist()


@every_benchmark
def test_the_file_of_attributes_has_the_shapes_of_the_official_one(written, name):
    _, variable, fields, _ = BENCHMARKS[name]
    struct = loadmat(written[name][0] / f'{variable}.mat')[variable]
    assert struct.shape == (1, 1) and struct.dtype.names == tuple(fields)
    for part, names in fields.items():
        inner = struct[0, 0][part][0, 0]
        assert inner.dtype.names == (*names, 'image_index')
        index = [cell.item() for cell in inner['image_index'].ravel()]
        assert index == sorted(set(index)) and all(len(pid) == 4 for pid in index)
        assert inner['image_index'].shape == inner[names[0]].shape == (1, len(index))
        assert inner[names[0]].dtype == np.uint8


def test_every_field_has_a_rule():
    assert set(MARKET_RULES) == set(MARKET_FIELDS['train']) == set(MARKET_FIELDS['test'])
    assert set(DUKE_RULES) == set(DUKE_FIELDS['train']) == set(DUKE_FIELDS['test'])


@every_benchmark
def test_the_reader_of_the_real_files_reads_it(written, name):
    root, sets = written[name]
    cls, _, _, num_cameras = BENCHMARKS[name]
    train = cls(data_root=root)
    people = sorted(sets['train'], key=lambda who: (who.identity, who.camid))  # as files sort
    assert train.pids.tolist() == [who.identity for who in people]
    assert train.camids.tolist() == [who.camid for who in people]
    assert set(train.camids) == set(range(1, num_cameras + 1))
    assert trait(train, 'female') == [who.gender == 'female' for who in people]
    assert trait(train, 'backpack') == [who.backpack for who in people]
    test = cls(data_root=root, split='test')
    assert len(test) == 27 + len(sets['distractors' if name == 'market' else 'gallery_only'])
    assert not set(train.pids) & set(test.pids)
    for data in (train, test):
        pictures = [cv2.imread(data[i]['img_path']) for i in range(len(data))]
        assert all(picture is not None for picture in pictures)


@every_benchmark
def test_every_query_has_another_camera_in_the_gallery(written, name):
    root, _ = written[name]
    cls = BENCHMARKS[name][0]
    query, gallery = (cls(data_root=root, split=split) for split in ('query', 'gallery'))
    cameras = defaultdict(set)
    for pid, camid in zip(gallery.pids, gallery.camids, strict=True):
        cameras[pid].add(camid)
    assert len(query) >= 3
    for pid, camid in zip(query.pids, query.camids, strict=True):
        assert cameras[pid] - {camid}
    counts = Counter(zip(query.pids, query.camids, strict=True))
    assert set(counts.values()) == {1}


def test_market_has_distractors_and_junk_and_duke_has_people_of_the_gallery_alone(written):
    root, sets = written['market']
    files = [path.name for path in (root / 'bounding_box_test').iterdir()]
    assert sum(name.startswith('0000_') for name in files) == len(sets['distractors']) == 5
    assert sum(name.startswith('-1_') for name in files) == len(sets['junk']) == 5
    gallery = Market1501(data_root=root, split='gallery')
    assert (gallery.pids == 0).sum() == 5 and (gallery.targets[gallery.pids == 0] == -1).all()

    root, sets = written['duke']
    query, gallery = (DukeMTMCreID(data_root=root, split=s) for s in ('query', 'gallery'))
    assert set(gallery.pids) - set(query.pids) == {who.identity for who in sets['gallery_only']}
    assert (gallery.targets >= 0).any(axis=1).all()


def test_images_of_another_run_are_not_mixed_in(tmp_path):
    for _ in range(2):
        write_toy_benchmark(tmp_path, 'Market1501', num_train=4, num_test=4, image_size=(32, 16))
    with pytest.raises(InputError, match=r'not one of the images to write; choose another folder'):
        write_toy_benchmark(tmp_path, 'Market1501', num_train=3, num_test=4, image_size=(32, 16))


def test_some_colors_are_unknown_in_a_larger_set():
    who = [sample_pedestrian(0, identity, 0) for identity in range(300)]
    upper = np.array([[MARKET_RULES[f'up{c}'](w) for c in ('white', 'black', 'red')] for w in who])
    patterned = np.array([w.upper_pattern in ('plaid', 'splice') for w in who])
    assert patterned.any() and (upper[patterned] == 1).all() and (upper == 2).any()
    lower = np.array(
        [[DUKE_RULES[f](w) for f in DUKE_FIELDS['test'] if f.startswith('down')] for w in who]
    )
    assert set((lower == 2).sum(axis=1)) == {0, 1, 2}


@every_benchmark
def test_the_checker_finds_no_problem(written, name):
    report = check_dataset(BENCHMARKS[name][0].__name__, str(written[name][0]))
    assert report.problems == []
    assert set(report.sizes) == {'train', 'query', 'gallery'} and report.sizes['train'] == 36


@every_benchmark
def test_progress_and_repetition(tmp_path, name):
    dataset, calls = BENCHMARKS[name][0].__name__, []
    for folder in ('one', 'two'):
        write_toy_benchmark(
            tmp_path / folder, dataset, **SIZES, seed=3, on_image=lambda: calls.append(None)
        )
    assert len(calls) == 2 * (36 + 27)
    files = sorted(path.relative_to(tmp_path / 'one') for path in (tmp_path / 'one').rglob('*.jpg'))
    assert len(files) > 63
    for path in files:
        one, two = (Path(tmp_path / folder / path).read_bytes() for folder in ('one', 'two'))
        assert one == two
    with pytest.raises(InputError, match='must be at least 1, got 0'):
        write_toy_benchmark(tmp_path / 'three', dataset, num_train=0, num_test=4)
