import numpy as np
import pytest
from mmengine.dataset import ClassBalancedDataset, ConcatDataset, RepeatDataset
from torch.utils.data import Subset

from par_plugins.datasets import AttributeCSV
from par_plugins.datasets.identity_sources import keep_identities_apart
from par_plugins.datasets.samplers import ClassBalancedSampler, DAISampler, IdentitySampler
from par_plugins.datasets.training_labels import (
    label_statistics_of,
    labels_of,
    schema_of,
    sources_of,
)
from par_plugins.structures import InputError

ROWS = [  # person, camera, Hat, Age
    ('5', '1', '1', 'old'),
    ('5', '2', '0', 'old'),
    ('-1', '1', '0', 'child'),
    ('9', '3', '0', 'child'),
]


def shop(folder, rows=ROWS, **options):
    folder.mkdir(exist_ok=True)
    lines = [f'{n}.jpg,train,{",".join(row)}' for n, row in enumerate(rows)]
    text = '\n'.join(['image,split,person,camera,Hat,Age', *lines])
    (folder / 'labels.csv').write_text(text, encoding='utf-8')
    columns = dict(pid_column='person', camid_column='camera')
    return AttributeCSV(data_root=str(folder), **columns, **options)


def wrappers(tmp_path):
    """Wrapped datasets, each with the images that it gives and those that it holds."""
    a, b = shop(tmp_path / 'a'), shop(tmp_path / 'b', [('5', '1', '1', 'child'), ROWS[0]])
    balanced = ClassBalancedDataset(a, oversample_thr=1.0)
    nested = RepeatDataset(dict(type=RepeatDataset, dataset=a, times=2), 2)
    return {
        'itself': (a, [*range(4)]),
        'repeated': (RepeatDataset(a, 3), [*range(4)] * 3),
        'repeated twice': (nested, [*range(4)] * 4),
        'a subset of the repeated': (Subset(RepeatDataset(a, 2), [6, 1, 1]), [2, 1, 1]),
        'joined with itself': (ConcatDataset([a, a]), [*range(4)] * 2),
        # Hat is on 1 image of 4: it comes twice (sqrt 4). Old and child are on half of them
        # (sqrt 2, rounded up).
        'balanced': (balanced, [0, 0, 1, 1, 2, 2, 3, 3]),
        'joined': (ConcatDataset([a, b]), [0, 1, 2, 3, 4, 5]),
    }


@pytest.mark.parametrize(
    'name',
    [
        'itself',
        'repeated',
        'repeated twice',
        'a subset of the repeated',
        'joined with itself',
        'balanced',
        'joined',
    ],
)
def test_labels_come_as_the_wrapper_gives_the_images_or_once_each(tmp_path, name):
    data, given = wrappers(tmp_path)[name]
    every = [[1, 1], [0, 1], [0, 0], [0, 0], [1, 0], [1, 1]]
    assert labels_of(data, 'targets').tolist() == [every[row] for row in given]
    assert len(data) == len(given)
    once = labels_of(data, 'targets', repeated=False).tolist()
    assert once == [every[row] for row in sorted(set(given))]
    # Every sample has the label of its place.
    for name, key in (('targets', 'gt_attributes'), ('pids', 'gt_pid'), ('camids', 'gt_camid')):
        labels = labels_of(data, name).tolist()
        samples = [np.asarray(data[index][key]).tolist() for index in range(len(data))]
        assert labels == samples
    assert label_statistics_of(data).num_images == len(set(given))
    assert schema_of(data).names == ('Hat', 'Age')


def test_people_of_different_files_are_different_and_unknown_ones_stay_unknown(tmp_path):
    data = ConcatDataset([shop(tmp_path / 'a'), shop(tmp_path / 'b')])
    pids, cameras = labels_of(data, 'pids'), labels_of(data, 'camids')
    assert pids[:4].tolist() == [5, 5, -1, 9]  # as the first file says
    assert pids[4] == pids[5] and pids[6] == -1 and len(set(pids.tolist()) - {-1}) == 4
    assert len(set(cameras.tolist())) == 6
    again = labels_of(data, 'pids')
    assert again.tolist() == pids.tolist()


def test_people_are_joined_where_the_source_is_the_same_or_said_to_be(tmp_path):
    said = [shop(tmp_path / name, identity_source='city') for name in 'ab']
    assert labels_of(ConcatDataset(said), 'pids').tolist() == [5, 5, -1, 9] * 2
    same = [shop(tmp_path / 'a'), shop(tmp_path / 'a', attributes=['Hat', 'Age'])]
    assert labels_of(ConcatDataset(same), 'pids').tolist() == [5, 5, -1, 9] * 2


class Foreign:
    """A dataset of another project, whose numbers nobody can move."""

    def __init__(self, pids):
        self.pids = self.targets = np.array(pids)

    def __len__(self):
        return len(self.pids)


def test_equal_numbers_of_a_dataset_that_cannot_move_them_are_refused(tmp_path):
    ours = shop(tmp_path / 'a')
    keep_identities_apart([ours, Foreign([1, 2])])
    with pytest.raises(InputError, match=r'Foreign and another .* both have pids 9: '):
        keep_identities_apart([ours, Foreign([1, 9])])


def test_samplers_draw_from_what_wrappers_give(tmp_path):
    joined = ConcatDataset(
        [dict(type=RepeatDataset, dataset=shop(tmp_path / 'a'), times=2), shop(tmp_path / 'b')]
    )
    for sampler in (
        DAISampler(joined, size=6, seed=0),
        ClassBalancedSampler(joined, 0.5, seed=0),
        IdentitySampler(joined, 2, seed=0),
    ):
        assert len(sampler.weights) == 12 and max(sampler) < 12
    plan = np.array(list(sampler)).reshape(-1, 2)
    people = [[joined[int(index)]['gt_pid'] for index in pair] for pair in plan]
    assert all(one == other for one, other in people)
    assert len({one for one, _ in people}) == 4


def test_a_wrapper_that_gives_unknown_images_is_named(tmp_path):
    class Half:
        def __init__(self, dataset):
            self.dataset = dataset

        def __len__(self):
            return 2

    with pytest.raises(InputError, match='Half gives 2 of 4 images, and does not say which'):
        labels_of(Half(shop(tmp_path / 'a')), 'targets')


def test_joined_datasets_of_other_attributes_are_refused(tmp_path):
    one, other = shop(tmp_path / 'a'), shop(tmp_path / 'b', attributes=['Age', 'Hat'])
    with pytest.raises(InputError, match='joined datasets has the same attributes in another'):
        schema_of(ConcatDataset([one, other], ignore_keys='schema'))
    assert sources_of(RepeatDataset(one, 2)) == [one]
