import numpy as np
import pytest

from par_plugins.datasets import CelebA
from par_plugins.datasets.attributes import celeba as celeba_module
from par_plugins.structures import InputError
from tests.datasets.official_files import CELEBA_NAMES, celeba, write_texts

PARTS = ('train', 'val', 'test')


@pytest.mark.parametrize('csv', [False, True], ids=['official text files', 'CSV variant'])
def test_images_labels_and_parts_are_joined_by_name(tmp_path, csv):
    made = celeba(csv=csv)
    write_texts(tmp_path, made.files)
    folder = 'img_align_celeba/img_align_celeba' if csv else 'Img/img_align_celeba'
    (tmp_path / folder).mkdir(parents=True)
    for number, part in enumerate(PARTS):
        data = CelebA(data_root=tmp_path, split=part)
        rows = [row for row, of in enumerate(made.parts) if of == number]
        assert [data[i]['img_path'] for i in range(len(data))] == [
            str(tmp_path / folder / made.image_names[row]) for row in rows
        ]
        np.testing.assert_array_equal(data.targets, made.labels[rows])
        assert data.metainfo['schema'].names == tuple(CELEBA_NAMES)
        if not csv:
            assert data.pids.tolist() == [made.identities[row] for row in rows]


def test_minus_one_means_no_and_the_spaces_are_irregular(tmp_path):
    made = celeba()
    text = made.files['Anno/list_attr_celeba.txt']
    assert '-1  1' in text and ' 1 -1' in text and text.splitlines()[0] == '12'
    data = CelebA(data_root=write_texts(tmp_path, made.files), split=None)
    assert set(np.unique(data.targets)) == {0, 1}
    np.testing.assert_array_equal(data.targets, made.labels)


def test_identities_are_optional(tmp_path):
    made = celeba()
    del made.files['Anno/identity_CelebA.txt']
    data = CelebA(data_root=write_texts(tmp_path, made.files))
    assert 'gt_pid' not in data[0]
    with pytest.raises(InputError, match=r'people\.txt: no such file'):
        CelebA(data_root=tmp_path, identity_file='people.txt')


def test_text_files_may_lie_beside_each_other(tmp_path):
    made = celeba()
    write_texts(tmp_path, {path.split('/')[1]: text for path, text in made.files.items()})
    data = CelebA(data_root=tmp_path, split='trainval')
    assert len(data) == made.parts.count(0) + made.parts.count(1)
    assert data.pids[0] == made.identities[0]


def test_columns_are_found_by_name(tmp_path):
    made = celeba(csv=True)
    lines = [line.split(',') for line in made.files['list_attr_celeba.csv'].splitlines()]
    swapped = ''.join(','.join([line[0], *line[:0:-1]]) + '\n' for line in lines)
    made.files['list_attr_celeba.csv'] = swapped
    data = CelebA(data_root=write_texts(tmp_path, made.files), split=None)
    np.testing.assert_array_equal(data.targets, made.labels)


def test_windows_lines_and_blank_ones_read_alike(tmp_path):
    made = celeba()
    write_texts(tmp_path, {p: t.replace('\n', '\r\n') + '\r\n' for p, t in made.files.items()})
    np.testing.assert_array_equal(CelebA(data_root=tmp_path, split=None).targets, made.labels)


ATTRIBUTES, PARTITION = 'Anno/list_attr_celeba.txt', 'Eval/list_eval_partition.txt'
IDENTITY = 'Anno/identity_CelebA.txt'
BAD = {
    'count': (ATTRIBUTES, lambda t: '13' + t[2:], 'line 1 announces 13 images, but 12 follow'),
    'no count': (ATTRIBUTES, lambda t: t.split('\n', 1)[1], 'line 1: .* is no number of images'),
    'names': (ATTRIBUTES, lambda t: t.replace('Bald', 'Bold'), 'line 2: attributes are .*Bold'),
    'a label less': (ATTRIBUTES, lambda t: t.rstrip()[:-2], 'line 14: 39 labels for 40 attributes'),
    'label 0': (ATTRIBUTES, lambda t: t.replace('-1', '0', 1), "label '0' is neither 1 nor -1"),
    'image twice': (
        ATTRIBUTES,
        lambda t: t.replace('000002', '000001'),
        "image '000001.jpg' for the second time",
    ),
    'an image more': (
        PARTITION,
        lambda t: t + '000013.jpg 2\n',
        "13 images, but 12 have attributes; '000013.jpg' is in one of the files only",
    ),
    'part 3': (PARTITION, lambda t: t.replace(' 2', ' 3'), r'whole number in 0\.\.2'),
    'a part less': (PARTITION, lambda t: t.replace(' 0', '', 1), 'line 1: .* is not an image with'),
    'part twice': (PARTITION, lambda t: t + t, "line 13: image '000001.jpg' for the second time"),
    'identity': (IDENTITY, lambda t: t.replace(' ', ' x', 1), 'line 1: .* with a whole number'),
    'identities': (IDENTITY, lambda t: t.split('\n', 1)[1], '11 images, but 12 have attributes'),
    'empty': (ATTRIBUTES, lambda t: '', "line 1: '' is no number of images"),
    'empty partition': (PARTITION, lambda t: '', '0 images, but 12 have attributes'),
}


@pytest.mark.parametrize('case', BAD)
def test_a_bad_file_is_one_sentence_naming_file_and_line(tmp_path, case):
    path, change, sentence = BAD[case]
    made = celeba()
    made.files[path] = change(made.files[path])
    with pytest.raises(InputError, match=sentence) as caught:
        CelebA(data_root=write_texts(tmp_path, made.files))
    assert str(tmp_path / path) in str(caught.value) and '\n' not in str(caught.value)


def test_a_csv_without_its_header_is_refused(tmp_path):
    made = celeba(csv=True)
    path = 'list_eval_partition.csv'
    made.files[path] = made.files[path].split('\n', 1)[1]
    with pytest.raises(InputError, match='line 1: the header is .* expected image_id first'):
        CelebA(data_root=write_texts(tmp_path, made.files))


def test_missing_and_foreign_files_are_named(tmp_path):
    with pytest.raises(InputError, match='no such file; CelebA needs Anno/list_attr_celeba.txt'):
        CelebA(data_root=tmp_path)
    write_texts(tmp_path, celeba().files)
    (tmp_path / ATTRIBUTES).write_bytes(b'12\n\xff\xfe')
    with pytest.raises(InputError, match=r'list_attr_celeba\.txt: not a text table in UTF-8'):
        CelebA(data_root=tmp_path)


def test_the_files_are_read_once_for_all_splits_and_anew_when_they_change(tmp_path, monkeypatch):
    made = celeba()
    write_texts(tmp_path, made.files)
    opened = []
    real = celeba_module.numbered_rows
    monkeypatch.setattr(
        celeba_module, 'numbered_rows', lambda path, *rest: opened.append(path) or real(path, *rest)
    )
    sizes = [len(CelebA(data_root=tmp_path, split=part)) for part in PARTS]
    assert sizes == [made.parts.count(number) for number in range(3)] and len(opened) == 3
    path = tmp_path / 'Anno/list_attr_celeba.txt'
    swapped = path.read_text(encoding='utf-8').replace('-1', '+').replace(' 1', ' -1')
    path.write_text(swapped.replace('+', '1'), encoding='utf-8')
    changed = CelebA(data_root=tmp_path, split=None)
    np.testing.assert_array_equal(changed.targets, 1 - made.labels)
