"""200 damaged files of each format: each loads right or ends in one sentence naming the file."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from par_plugins.apis.check_dataset import check_dataset
from par_plugins.datasets import (
    PA100K,
    PETA,
    AttributeCSV,
    CelebA,
    DeepFashion,
    DukeMTMCreID,
    LongTailedCIFAR100,
    Market1501,
    MNISTDigits,
    RAPv1,
    RAPv2,
)
from par_plugins.structures import InputError
from par_plugins.testing.reliability.damage import damage_bytes, damage_text
from tests.datasets.official_files import (
    PA100K_NAMES,
    PETA_EVALUATED,
    celeba,
    cifar100,
    deepfashion,
    duke,
    market1501,
    mnist,
    pa100k,
    peta,
    rapv1,
    rapv2,
    touch,
    write_bytes,
    write_texts,
)

NUM_CASES = 200
TABLE = 'image,split,person,Female,Hat,Age\n' + ''.join(
    f'a/{i}.jpg,{("train", "val", "test")[i % 3]},{i // 2},{i % 2},{"" if i == 4 else 1},'
    f'{("old", "young")[i % 2]}\n'
    for i in range(12)
)
MATLAB = {
    'PA100K': (PA100K, 'annotation.mat', pa100k((4, 3, 3)).content),
    'PETA': (PETA, 'PETA.mat', peta((4, 3, 3)).content),
    'RAPv1': (RAPv1, 'RAP_annotation.mat', rapv1((6, 4)).content),
    'RAPv2': (RAPv2, 'RAP_annotation.mat', rapv2((4, 3, 3)).content),
    'Market1501': (Market1501, 'market_attribute.mat', market1501().content),
    'DukeMTMCreID': (DukeMTMCreID, 'duke_attribute.mat', duke().content),
}
FOLDERS = {'Market1501': market1501().images, 'DukeMTMCreID': duke().images}
TEXT = {
    'CelebA': (CelebA, celeba().files),
    'CelebA-CSV': (CelebA, celeba(csv=True).files),
    'AttributeCSV': (AttributeCSV, {'labels.csv': TABLE}),
    'DeepFashion': (DeepFashion, deepfashion().files),
    'DeepFashion-fine': (DeepFashion, deepfashion(fine=True).files),
}
ARRAYS = {
    'CIFAR-100': (LongTailedCIFAR100, cifar100(1, num_test=5).files),
    'MNIST': (MNISTDigits, mnist().files),
    'MNIST-gz': (MNISTDigits, mnist(form='gz').files),
    'MNIST-npz': (MNISTDigits, mnist(form='npz').files),
}
WITH_CHECKSUM = ('MNIST-gz', 'MNIST-npz')
OPTIONS = {
    'PETA': {'identities': True},
    'AttributeCSV': {'pid_column': 'person'},
    'LongTailedCIFAR100': {'gamma': None, 'num_val': 0},
    'MNISTDigits': {'num_val': 5},
}


def options_of(cls, root):
    if cls is DeepFashion and (root / 'Anno_fine').is_dir():
        return {'annotation': 'fine'}
    return OPTIONS.get(cls.__name__, {})


def read(cls, root, split=None):
    """What a reader makes of a folder; None if it says in one sentence what is wrong with it."""
    try:
        data = cls(data_root=str(root), split=split, serialize_data=False, **options_of(cls, root))
    except InputError as error:
        assert str(root) in str(error) and '\n' not in str(error), error
        return None
    sizes = np.array(data.metainfo['schema'].num_values)
    assert len(data) == len(data.targets) > 0
    assert ((data.targets >= -1) & (data.targets < sizes)).all()
    pids = data.pids.tolist() if 'gt_pid' in data[0] else None
    images = [data[i]['img_path'] for i in range(len(data))]
    return images, data.targets.tolist(), pids, data.metainfo['schema'].names


def read_and_check(cls, root, splits=('train', 'test')):
    """What was read of each split; the checker has a problem exactly where it should."""
    found = [read(cls, root, split) for split in splits]
    images = [image for part in found if part for image in part[0]]
    report = check_dataset(
        cls.__name__,
        str(root),
        splits=splits,
        read_images=False,
        options={'serialize_data': False, **options_of(cls, root)},
    )
    assert bool(report.problems) == (None in found or len(set(images)) < len(images))
    return found


@pytest.mark.parametrize('compress', [True, False], ids=['compressed', 'plain'])
@pytest.mark.parametrize('name', MATLAB)
def test_damaged_bytes_of_matlab_files(tmp_path, name, compress):
    cls, file_name, content = MATLAB[name]
    touch(tmp_path, FOLDERS.get(name, []))
    path, rng = tmp_path / file_name, np.random.default_rng(sum(map(ord, name)))
    savemat(path, content, do_compression=compress)
    sound = path.read_bytes()
    right, refused = [read(cls, tmp_path, split) for split in ('train', 'test')], 0
    for _ in range(NUM_CASES):
        path.write_bytes(damage_bytes(sound, rng))
        found = read_and_check(cls, tmp_path)
        refused += None in found
        if compress:  # a checksum guards the whole content
            assert all(
                part in (None, expected) for part, expected in zip(found, right, strict=True)
            )
    assert refused > NUM_CASES // 4


def leaves(content, way=()):
    """The ways to every dict entry and cell of a MATLAB content."""
    if isinstance(content, dict):
        places = content
    elif isinstance(content, np.ndarray) and content.dtype == object:
        places = [tuple(map(int, place)) for place in np.ndindex(content.shape)]
    else:
        return
    for place in places:
        yield (*way, place)
        yield from leaves(content[place], (*way, place))


def other_values(value, rng):
    """Things that somebody could have stored instead."""
    strange = [0, -1, 2.5, np.nan, 1e300, 'text', '', [], {'a': 1}, np.zeros((0, 0)), 1 + 2j, True]
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.size:
        cut, longer = value[:-1], np.concatenate([value, value])
        strange += [value.T, cut, longer, value[:, :-1], value[:, ::-1], value.ravel()]
        if value.dtype != object and value.dtype.kind != 'U':
            cast = rng.choice(['int8', 'uint16', 'float32', 'complex64', 'bool', 'int64', 'U3'])
            spoiled = value.astype(float)
            place = tuple(int(rng.integers(size)) for size in value.shape)
            spoiled[place] = rng.choice([np.nan, np.inf, -1, 0, 0.5, 3, 1e18])
            strange += [value.astype(cast), spoiled, value + 1, -value.astype(float)]
            strange += [np.array([[value]], dtype=object)]
    return strange


def changed_content(content, rng):
    """Remove, rename, swap or replace something in a MATLAB content."""
    content = copy.deepcopy(content)
    ways = list(leaves(content))
    if rng.random() < 0.6:  # else the many cells of names take all the cases
        ways = [way for way in ways if len(way) <= 2]
    *outer, last = ways[int(rng.integers(len(ways)))]
    holder = content
    for place in outer:
        holder = holder[place]
    if isinstance(holder, dict) and rng.random() < 0.25:
        if rng.random() < 0.5 and len(holder) > 1:
            del holder[last]
        else:
            holder[f'a{last}'] = holder.pop(last)
    else:
        values = other_values(holder[last], rng)
        holder[last] = values[int(rng.integers(len(values)))]
    return content


def published_access(name, path, part):
    """Images and targets of partition 0 as the published loaders reach them."""
    content = loadmat(path)
    if name in FOLDERS:
        struct = next(v for k, v in content.items() if k.endswith('_attribute'))[0, 0][part][0, 0]
        return published_join(name, struct, part)
    if name == 'PA100K':
        images = strings(content[f'{part}_images_name'])
        names, wanted = strings(content['attributes']), PA100K_NAMES
        return images, content[f'{part}_label'][:, [names.index(n) for n in wanted]]
    if name == 'PETA':
        data, names, _, partitions = list(content['peta'][0][0])[:4]
        vector = partitions.ravel()[0][0][0][{'train': 0, 'test': 2}[part]]
        columns = [4 + strings(names).index(n) for n in PETA_EVALUATED]
        rows = vector.ravel().astype(int) - 1
        return [f'{row + 1:05d}.png' for row in rows], data[rows][:, columns]
    rap = content['RAP_annotation'][0][0]
    if name == 'RAPv1':
        vector = rap[0].ravel()[0][0][0][{'train': 0, 'test': 1}[part]]
        columns = [strings(rap[3]).index(n) for n in strings(rap[6])]
        data, images = rap[1], strings(rap[5])
    else:
        vector = rap['partition_attribute'].ravel()[0][0][0][f'{part}_index']
        columns = rap['selected_attribute'].ravel().astype(int) - 1
        data, images = rap['data'], strings(rap['name'])
        images = [str(Path(image).with_suffix('.png')) for image in images]
    rows = vector.ravel().astype(int) - 1
    labels = data[rows][:, columns].astype(int)
    return [images[row] for row in rows], np.where(labels == 2, -1, labels)


def published_join(name, struct, part):
    """Images and targets by identity, as the published loaders join them."""
    cls = {'Market1501': Market1501, 'DukeMTMCreID': DukeMTMCreID}[name]
    folders = {'train': ['bounding_box_train'], 'test': ['query', 'bounding_box_test']}[part]
    images = [Path(i) for f in folders for i in sorted(FOLDERS[name]) if i.startswith(f + '/')]
    images = [image.name for image in images if not image.name.startswith('-1')]
    index = [int(pid) for pid in strings(struct['image_index'])]
    targets = []
    for image in images:
        row = []
        for item in cls.ATTRIBUTES:
            if int(image[:4]) == 0:
                row.append(-1)
                continue
            codes = [int(struct[f].ravel()[index.index(int(image[:4]))]) for f in item.fields]
            if len(codes) == 1:
                row.append(codes[0] - 1)
            else:
                row.append(codes.index(2) if codes.count(2) == 1 and 0 not in codes else -1)
        targets.append(row)
    return images, np.array(targets)


def strings(cells):
    return [inner.item().strip() for inner in cells.ravel()]


@pytest.mark.parametrize('name', MATLAB)
def test_changed_content_of_matlab_files(tmp_path, name):
    cls, file_name, content = MATLAB[name]
    touch(tmp_path, FOLDERS.get(name, []))
    path, rng = tmp_path / file_name, np.random.default_rng(sum(map(ord, name)))
    read_right = refused = 0
    for _ in range(NUM_CASES):
        changed = changed_content(content, rng)
        if not changed:
            continue
        savemat(path, changed)
        for part, found in zip(('train', 'test'), read_and_check(cls, tmp_path), strict=True):
            if found is None:
                refused += 1
                continue
            images, targets = published_access(name, path, part)
            assert [Path(image).name for image in found[0]] == [Path(i).name for i in images]
            np.testing.assert_array_equal(found[1], targets)
            read_right += 1
    assert refused > NUM_CASES // 4 and read_right > NUM_CASES // 8


@pytest.mark.parametrize('name', TEXT)
def test_damaged_text_files(tmp_path, name):
    cls, files = TEXT[name]
    write_texts(tmp_path, files)
    rng = np.random.default_rng(sum(map(ord, name)))
    refused = loaded = 0
    for _ in range(NUM_CASES):
        path = list(files)[int(rng.integers(len(files)))]
        (tmp_path / path).write_bytes(damage_text(files[path], rng))
        found = read_and_check(cls, tmp_path)
        (tmp_path / path).write_text(files[path], encoding='utf-8')
        refused += None in found
        loaded += None not in found
    assert refused > NUM_CASES // 4 and loaded > NUM_CASES // 20


@pytest.mark.parametrize('name', ARRAYS)
def test_damaged_bytes_of_array_files(tmp_path, name):
    cls, files = ARRAYS[name]
    write_bytes(tmp_path, files)
    rng = np.random.default_rng(sum(map(ord, name)))
    right, refused = [read(cls, tmp_path, split) for split in ('train', 'test')], 0
    assert None not in right
    for _ in range(NUM_CASES):
        path = list(files)[int(rng.integers(len(files)))]
        (tmp_path / path).write_bytes(damage_bytes(files[path], rng))
        found = read_and_check(cls, tmp_path)
        (tmp_path / path).write_bytes(files[path])
        refused += None in found
        if name in WITH_CHECKSUM:
            assert all(part in (None, other) for part, other in zip(found, right, strict=True))
    assert refused > NUM_CASES // 4


class Touches:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize('name', [*MATLAB, *TEXT, *ARRAYS])
def test_files_made_to_run_code_do_nothing(tmp_path, name):
    if name in MATLAB:
        cls, file_name, _ = MATLAB[name]
        touch(tmp_path, FOLDERS.get(name, []))
        files = {file_name: ''}
    elif name in ARRAYS:
        cls, files = ARRAYS[name]
        write_bytes(tmp_path, files)
        files = dict.fromkeys(files, '')
    else:
        cls, files = TEXT[name]
        write_texts(tmp_path, files)
    victim = tmp_path / 'executed'
    payload = pickle.dumps(Touches(victim))
    code = f"=cmd|' /C touch {victim}'!A0,__import__('pathlib').Path('{victim}').touch()\n".encode()
    for path, text in files.items():
        for content in (payload, code * 3, text.encode().replace(b'-1', b'open("executed","w")')):
            (tmp_path / path).write_bytes(content)
            read_and_check(cls, tmp_path)
            assert not list(tmp_path.rglob('executed*'))
