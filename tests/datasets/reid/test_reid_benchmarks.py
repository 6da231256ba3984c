"""Market-1501 and DukeMTMC-reID."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from par_plugins.datasets import DukeMTMCreID, Market1501
from par_plugins.datasets.transforms import PackAttributeInputs
from par_plugins.structures import Attribute, InputError
from tests.datasets.official_files import DUKE_FIELDS, MARKET_FIELDS, duke, market1501, touch

OFFICIAL = Path(__file__).parents[3] / '../shared/data/market_attribute.mat'
UPPER = 'black white red purple gray blue green yellow'.split()
LOWER = 'black white pink gray blue green brown yellow purple'.split()


def write(root, made):
    variable = next(iter(made.content))
    savemat(root / f'{variable}.mat', made.content)
    return touch(root, made.images)


@pytest.fixture
def market(tmp_path):
    made = market1501()
    return write(tmp_path, made), made


def names_of(dataset):
    return [Path(dataset[i]['img_path']).name for i in range(len(dataset))]


def expected_market(codes):
    """The targets of an identity, written out."""
    upper = [codes[f'up{color}'] for color in UPPER]
    lower = [codes[f'down{color}'] for color in LOWER]
    yes_or_no = 'up down clothes hat backpack bag handbag'.split()
    return [
        codes['gender'] - 1,
        codes['hair'] - 1,
        codes['age'] - 1,
        *(codes[field] - 1 for field in yes_or_no),
        upper.index(2) if 2 in upper else -1,
        lower.index(2) if 2 in lower else -1,
    ]


@pytest.mark.parametrize('split', ['train', 'query', 'gallery', 'test', None])
def test_images_are_joined_with_attributes_by_the_number_in_their_name(market, split):
    root, made = market
    data = Market1501(data_root=root, split=split)
    part = 'train' if split == 'train' else 'test'
    folders = {
        'train': ['bounding_box_train'],
        'query': ['query'],
        'gallery': ['bounding_box_test'],
        'test': ['query', 'bounding_box_test'],
        None: ['bounding_box_train', 'query', 'bounding_box_test'],
    }[split]
    wanted = [
        path
        for f in folders
        for path in sorted(made.images)
        if path.startswith(f) and '-1' not in path
    ]
    assert [data[i]['img_path'] for i in range(len(data))] == [str(root / path) for path in wanted]
    codes = made.codes['train'] | made.codes['test'] if split is None else made.codes[part]
    for path, pid, camid, row in zip(wanted, data.pids, data.camids, data.targets, strict=True):
        assert path.split('/')[1].startswith(f'{pid:04d}_c{camid}')
        assert row.tolist() == (expected_market(codes[pid]) if pid else [-1] * 12)


def test_the_schema_has_the_order_of_the_authors_evaluation(market):
    schema = Market1501(data_root=market[0]).metainfo['schema']
    assert schema.names == (
        *('female', 'long_hair', 'age', 'short_sleeve', 'short_lower_body', 'pants', 'hat'),
        *('backpack', 'bag', 'handbag', 'upper_color', 'lower_color'),
    )
    assert schema.attributes[2] == Attribute('age', ('young', 'teenager', 'adult', 'old'), 'age')
    assert schema.attributes[10].values == tuple(UPPER) and schema.num_values[11] == 9
    assert len({attribute.group for attribute in schema.attributes}) == 12


def test_colors_as_binary_attributes_keep_what_the_file_says(market):
    root, made = market
    data = Market1501(data_root=root, split='query', color_as='binary')
    schema = data.metainfo['schema']
    assert len(schema) == 27 and set(schema.names[10:]) < set(MARKET_FIELDS['test'])
    assert {a.group for a in schema.attributes[10:18]} == {'upper-body color'}
    for field in ('upred', 'downbrown', 'handbag'):
        expected = [made.codes['test'][pid][field] - 1 for pid in data.pids]
        assert data.targets[:, schema.index(field)].tolist() == expected
    with pytest.raises(InputError, match='color_as must be one of categorical, binary'):
        Market1501(data_root=root, color_as='softmax')


def test_a_color_that_nobody_or_several_have_is_unknown(tmp_path):
    made = duke()
    codes = made.content['duke_attribute']['test']
    codes['downred'][0], codes['downblue'][0] = [2, 1, 1, 1], [2, 2, 1, 1]
    for field in DUKE_FIELDS['test'][8:15]:
        if field not in ('downred', 'downblue'):
            codes[field][0] = 1
    data = DukeMTMCreID(
        data_root=write(tmp_path, made), split='gallery', attributes=['lower_color']
    )
    blue = data.metainfo['schema'].attributes[0].values.index('blue')
    expected = {2: -1, 5: blue, 23: -1, 7000: -1}  # two, one, none, none
    assert data.targets[:, 0].tolist() == [expected[pid] for pid in data.pids]
    binary = DukeMTMCreID(
        data_root=tmp_path, split='gallery', color_as='binary', attributes=['downred', 'downblue']
    )
    assert binary.targets[binary.pids == 2].tolist() == [[1, 1]] * 8


def test_what_nobody_labelled_is_unknown(tmp_path):
    made = duke()
    made.content['duke_attribute']['train']['top'][0] = [2, 0, 0]
    data = DukeMTMCreID(data_root=write(tmp_path, made), attributes=['long_upper_body'])
    assert set(zip(data.pids, data.targets[:, 0], strict=True)) == {(1, 1), (370, -1), (679, -1)}


def test_queries_are_marked_and_reach_the_data_sample(market):
    data = Market1501(data_root=market[0], split='test')
    marks = [data[i]['is_query'] for i in range(len(data))]
    assert all(type(mark) is bool for mark in marks) and marks == sorted(marks, reverse=True)
    assert sum(marks) == len(Market1501(data_root=market[0], split='query')) == 12
    packed = PackAttributeInputs()(data[0] | {'img': np.zeros((4, 2, 3), np.uint8)})
    assert packed['data_samples'].is_query is True and packed['data_samples'].gt_pid == 1
    assert 'is_query' not in Market1501(data_root=market[0], split='train')[0]


def test_validation_identities_are_held_out_and_have_a_query_under_each_camera(market):
    root, made = market
    # Under camera c as many images as one query and c others, so that the roles can be told apart.
    more = [
        path.replace('_03', f'_{number:02d}')
        for path in made.images
        if 'train' in path
        for number in range(4, 4 + int(path.partition('_c')[2][0]))
    ]
    touch(root, more)
    options = {'data_root': root, 'num_val_identities': 2}
    val = Market1501(split='val', **options)
    rest = Market1501(split='train_without_val', **options)
    assert len(set(val.pids)) == 2 and set(val.pids) | set(rest.pids) == {2, 7, 10, 11}
    assert not set(val.pids) & set(rest.pids) and 'is_query' not in rest[0]
    samples = [val[i] for i in range(len(val))]
    queries, gallery = (
        Counter((s['gt_pid'], s['gt_camid']) for s in samples if s['is_query'] is role)
        for role in (True, False)
    )
    sightings = [(pid, cam) for pid in set(val.pids) for cam in range(1, 7)]
    assert queries == dict.fromkeys(sightings, 1)
    assert gallery == {(pid, cam): cam for pid, cam in sightings}
    again = Market1501(split='val', **options)
    roles = [again[i]['is_query'] for i in range(len(again))]
    assert roles == [sample['is_query'] for sample in samples]
    drawn = {tuple(set(Market1501(split='val', val_seed=s, **options).pids)) for s in range(9)}
    assert len(drawn) > 1
    with pytest.raises(InputError, match=r'num_val_identities must be in 1\.\.3.*got 100'):
        Market1501(data_root=root, split='val')


def test_further_distractors_join_the_gallery_alone(market):
    root, _ = market
    touch(root, ['images/0000_c4s1_1.jpg', 'images/00000001.jpg', 'images/9_c1.png'])
    gallery = Market1501(data_root=root, split='gallery', distractors='images')
    assert gallery.pids[-3:].tolist() == [0, 0, 0] and gallery.camids[-3:].tolist() == [-1, 4, 1]
    assert (gallery.targets[-3:] == -1).all() and not gallery[len(gallery) - 1]['is_query']
    whole = Market1501(data_root=root, split='test', distractors='images')
    assert len(whole) == len(gallery) + 12
    assert len(Market1501(data_root=root, split='query', distractors='images')) == 12


def test_other_files_and_numbers_that_are_not_official_are_no_error(market, caplog):
    root, _ = market
    (root / 'query/Thumbs.db').touch()
    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            'par_plugins.datasets.reid.reid_benchmark.print_log',
            lambda line, **_: lines.append(line),
        )
        assert len(Market1501(data_root=root, split='query')) == 12
        patch.setattr(Market1501, 'OFFICIAL', {'query': (12, 2)})
        Market1501(data_root=root, split='query')
    assert lines == [
        f'{root}/query: 12 images of 2 identities; the official Market1501 has 3368 of 750'
    ]


def without(content, part, field):
    del content['market_attribute'][part][field]


def set_entry(content, part, field, entry, value):
    content['market_attribute'][part][field][0, entry] = value


BAD = {
    'no hat': (lambda c: without(c, 'train', 'hat'), r'market_attribute, train, hat is missing'),
    'no index': (lambda c: without(c, 'train', 'image_index'), 'image_index is missing'),
    'code 3': (lambda c: set_entry(c, 'train', 'hat', 1, 3), r'hat entry 2 is 3, expected 0\.\.2'),
    'age 5': (lambda c: set_entry(c, 'train', 'age', 0, 5), r'age entry 1 is 5, expected 0\.\.4'),
    'colour 3': (lambda c: set_entry(c, 'train', 'upred', 2, 3), r'upred entry 3 is 3'),
    'twice': (
        lambda c: set_entry(c, 'train', 'image_index', 1, np.array(['2'])),
        "image_index cell 2, '2', is not the number of one identity",
    ),
    'letters': (
        lambda c: set_entry(c, 'train', 'image_index', 1, np.array(['x'])),
        "cell 2, 'x', is not the number",
    ),
    'an identity without attributes': (
        lambda c: set_entry(c, 'train', 'image_index', 1, np.array(['0008'])),
        r'no attributes of identity 7, which bounding_box_train/0007_c1s1_000451_03\.jpg shows',
    ),
    'short': (
        lambda c: c['market_attribute']['train'].update(bag=np.ones((1, 3), np.uint8)),
        'bag has 3 entries for 4 identities',
    ),
}


@pytest.mark.parametrize('case', BAD)
def test_another_file_of_attributes_is_one_sentence_naming_it(tmp_path, case):
    made = market1501()
    change, sentence = BAD[case]
    change(made.content)
    with pytest.raises(InputError, match=sentence) as caught:
        Market1501(data_root=write(tmp_path, made))
    assert str(tmp_path / 'market_attribute.mat') in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('name', 'sentence'),
    [
        ('0001.jpg', 'does not start with an identity and a camera'),
        ('0001_c7s1.jpg', r'identity 1, camera 7; expected .* camera in 1\.\.6'),
        ('-2_c1s1.jpg', r'identity -2, camera 1; expected an identity of at least -1'),
        ('0002_c1s1.jpg', 'no attributes of identity 2'),
    ],
)
def test_an_image_that_cannot_be_of_the_part_is_named(market, name, sentence):
    root, _ = market
    touch(root, [f'query/{name}'])
    with pytest.raises(InputError, match=sentence) as caught:
        Market1501(data_root=root, split='query')
    assert f'query/{name}' in str(caught.value)


def test_missing_folders_and_files_are_named(market):
    root, _ = market
    with pytest.raises(InputError, match=r'nowhere: cannot be listed \(No such file'):
        Market1501(data_root=root, split='gallery', distractors='nowhere')
    (root / 'empty').mkdir()
    with pytest.raises(InputError, match='empty: there is no image in it'):
        Market1501(data_root=root, split='gallery', distractors='empty')
    (root / 'market_attribute.mat').unlink()
    with pytest.raises(InputError, match=r'market_attribute\.mat: no such file; Market1501 needs'):
        Market1501(data_root=root)


@pytest.mark.skipif(
    not OFFICIAL.is_file(), reason='the official Market-1501 attributes are not here'
)
def test_the_official_attributes_have_their_known_numbers(tmp_path):
    content = loadmat(OFFICIAL)['market_attribute'][0, 0]
    folders = {'train': 'bounding_box_train', 'test': 'query'}
    for part, folder in folders.items():
        for cell in content[part][0, 0]['image_index'].ravel():
            touch(tmp_path, [f'{folder}/{cell.item()}_c1s1_000001_00.jpg'])
    (tmp_path / 'market_attribute.mat').write_bytes(OFFICIAL.read_bytes())
    ages = {'train': [14, 569, 160, 8], 'query': [2, 640, 103, 5]}
    no_color = {'train': (78, 30), 'query': (69, 44)}
    for split, size in {'train': 751, 'query': 750}.items():
        data = Market1501(data_root=tmp_path, split=split)
        assert len(data) == len(set(data.pids)) == size
        assert np.bincount(data.targets[:, 2]).tolist() == ages[split]
        assert tuple((data.targets[:, 10:] == -1).sum(axis=0)) == no_color[split]
        assert (data.targets[:, :10] >= 0).all()
    binary = Market1501(data_root=tmp_path, split='query', color_as='binary')
    schema = binary.metainfo['schema']
    assert binary.targets[:, schema.index('downpurple')].sum() == 0
    assert binary.targets[:, schema.index('downyellow')].sum() == 1
