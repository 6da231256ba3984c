import gc
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.sample_table import SampleTable
from par_plugins.structures import Attribute, AttributeSchema

NAMES = ['b.jpg', 'a/ü.jpg', os.fsdecode(b'\xff.jpg'), 'c.jpg']
TARGETS = np.array([[0, 1], [1, -1], [-1, 0], [1, 1]])


def dataset(schema=None, **options):
    read = Annotations(NAMES, TARGETS, 'labels', pids=np.array([7, 8, -1, 7]))
    return AttributeDataset(
        'root', None, file_schema=schema or AttributeSchema(['x', 'y']), annotations=read, **options
    )


def test_a_record_has_what_the_files_say_of_its_image():
    for row, name in enumerate(NAMES):
        for index in (row, row - len(NAMES)):
            sample = dataset().get_data_info(index)
            assert sample['img_path'] == os.path.join('root', name)
            assert sample['gt_attributes'].tolist() == TARGETS[row].tolist()
            assert sample['gt_attributes'].dtype == np.int64
            assert sample['gt_pid'] == [7, 8, -1, 7][row] and type(sample['gt_pid']) is int
            assert sample['sample_idx'] == row


@pytest.mark.parametrize(
    ('num_values', 'dtype'), [(2, np.int8), (128, np.int8), (129, np.int16), (40_000, np.int32)]
)
def test_labels_are_of_the_smallest_type_that_holds_them(num_values, dtype):
    wide = Attribute('y', tuple(map(str, range(num_values))))
    assert dataset(AttributeSchema(['x', wide])).targets.dtype == dtype


@pytest.mark.parametrize('indices', [2, -3, [3, 0, 0], (1,), np.array([2, 1])])
def test_subsets_are_those_of_a_list(indices):
    rows = list(range(len(NAMES)))
    if isinstance(indices, int):
        rows = rows[:indices] if indices > 0 else rows[indices:]
    else:
        rows = [rows[i] for i in indices]
    changed = dataset()
    changed.get_subset_(indices)
    for data in (dataset(indices=indices), dataset().get_subset(indices), changed):
        assert len(data) == len(rows)
        assert data.targets.tolist() == TARGETS[rows].tolist()
        paths = [os.path.join('root', NAMES[row]) for row in rows]
        assert data.image_paths.tolist() == paths
        assert [data.get_data_info(i)['img_path'] for i in range(len(data))] == paths


def test_a_sample_can_be_changed_without_changing_the_dataset():
    data = dataset()
    data.get_data_info(0)['gt_attributes'][:] = 5
    data.get_data_info(0)['img_path'] = 'other'
    assert data.targets.tolist() == TARGETS.tolist()
    assert data.image_paths[0] == os.path.join('root', NAMES[0])


def test_labels_are_held_once_and_no_python_object_stands_for_a_sample():
    data = dataset()
    assert data.targets is data.targets  # the matrix itself
    copy = pickle.loads(pickle.dumps(data.data_list))  # what a spawned worker gets
    assert copy[1]['img_path'] == data.data_list[1]['img_path']
    names = [f'{row:06d}.jpg' for row in range(10_000)]
    columns = {'img_path': SampleTable.paths(names), 'gt_attributes': np.zeros((10_000, 2))}
    before = len(gc.get_objects())
    table = SampleTable(columns, 'folder')
    assert len(gc.get_objects()) - before < 10 and len(table) == 10_000


def test_building_collects_no_garbage(monkeypatch):
    # It would walk over every object of the process, for each dataset.
    monkeypatch.setattr(gc, 'collect', lambda *_: pytest.fail('gc.collect was called'))
    assert len(dataset()) == 4


@pytest.mark.parametrize('folder', ['', '.', 'root', 'root/', './root//of', '../up', '/top'])
@pytest.mark.parametrize('name', ['a.jpg', './a.jpg', 'b//a.jpg', '../a.jpg', '/elsewhere/a.jpg'])
def test_paths_are_written_as_pathlib_writes_them(folder, name):
    table = SampleTable({'img_path': SampleTable.paths([name])}, folder)
    assert table[0]['img_path'] == str(Path(folder) / name)
