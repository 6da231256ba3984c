import numpy as np
import pytest

from par_plugins.datasets import DeepFashion
from par_plugins.structures import InputError
from tests.datasets.official_files import CLOTHES, DRESSES, PARTS, deepfashion, write_texts


def expected_labels(made, unknown=-1):
    return np.select([made.labels == 1, made.labels == -1], [1, 0], unknown)


def rows_of(made, part):
    return [row for row, of in enumerate(made.parts) if of == part]


@pytest.mark.parametrize('folder', ['Anno_coarse', 'Anno'])
def test_the_coarse_lists_are_joined_by_the_name_of_the_image(tmp_path, folder):
    made = deepfashion(folder=folder)
    write_texts(tmp_path, made.files)
    for part in PARTS:
        data, rows = DeepFashion(data_root=tmp_path, split=part), rows_of(made, part)
        assert [data[i]['img_path'] for i in range(len(data))] == [
            str(tmp_path / 'Img' / made.image_names[row]) for row in rows
        ]
        assert data.targets[:, 0].tolist() == [made.categories[row] - 1 for row in rows]
        np.testing.assert_array_equal(data.targets[:, 1:], expected_labels(made)[rows])
        assert [data[i]['gt_box'] for i in range(len(data))] == [
            tuple(made.boxes[row]) for row in rows
        ]
        assert data[0]['gt_attributes'].dtype == np.int64 and data.targets.dtype == np.int8


def test_the_fine_files_are_aligned_line_by_line_and_mean_no_by_zero(tmp_path):
    made = deepfashion(fine=True)
    write_texts(tmp_path, made.files)
    data = DeepFashion(data_root=tmp_path, split=None, annotation='fine')
    assert [data[i]['img_path'] for i in range(len(data))] == [
        str(tmp_path / 'Img' / name) for name in made.image_names
    ]
    np.testing.assert_array_equal(data.targets[:, 1:], made.labels)
    assert data.targets[:, 0].tolist() == [number - 1 for number in made.categories]
    assert data[3]['gt_box'] == tuple(made.boxes[3])
    train = DeepFashion(data_root=tmp_path, annotation='fine')
    assert len(train) == len(rows_of(made, 'train'))


def test_zero_beside_minus_one_is_unknown_in_fine_files_too(tmp_path):
    made = deepfashion(fine=True)
    path = tmp_path / 'Anno_fine/train_attr.txt'
    write_texts(tmp_path, made.files)
    path.write_text(path.read_text(encoding='utf-8').replace('1', '-1', 1), encoding='utf-8')
    data = DeepFashion(data_root=tmp_path, annotation='fine')
    assert (data.targets == -1).sum() == (made.labels[rows_of(made, 'train')] == 0).sum()


def test_the_schema_has_the_files_names_values_and_groups(tmp_path):
    write_texts(tmp_path, deepfashion().files)
    schema = DeepFashion(data_root=tmp_path).metainfo['schema']
    assert schema.names == ('category', *DRESSES) and 'a-line dress' in DRESSES
    assert schema.attributes[0].values == tuple(CLOTHES) and len(CLOTHES) == 50
    groups = [attribute.group for attribute in schema.attributes]
    expected = ['category', 'shape', 'shape', 'texture', 'fabric', 'part', 'style', 'texture']
    assert groups == expected


def test_the_fine_annotation_has_six_groups_of_its_own(tmp_path):
    made = deepfashion(fine=True)
    path = 'Anno_fine/list_attr_cloth.txt'
    made.files[path] = made.files[path].replace('boho chic                      5', 'loose 6')
    write_texts(tmp_path, made.files)
    schema = DeepFashion(data_root=tmp_path, annotation='fine').metainfo['schema']
    groups = [attribute.group for attribute in schema.attributes[1:]]
    assert groups == ['length', 'length', 'texture', 'sleeve', 'neckline', 'fit', 'texture']


def test_attributes_and_boxes_may_be_left_out_with_their_files(tmp_path):
    made = deepfashion()
    write_texts(tmp_path, made.files)
    for name in ('list_category_img.txt', 'list_category_cloth.txt', 'list_bbox.txt'):
        (tmp_path / 'Anno_coarse' / name).unlink()
    data = DeepFashion(data_root=tmp_path, split='test', with_category=False, with_box=False)
    assert data.metainfo['schema'].names == tuple(DRESSES) and 'gt_box' not in data[0]
    np.testing.assert_array_equal(data.targets, expected_labels(made)[rows_of(made, 'test')])
    with pytest.raises(InputError, match=r'list_category_cloth\.txt: no such file'):
        DeepFashion(data_root=tmp_path)


def test_attributes_are_chosen_by_name(tmp_path):
    made = deepfashion()
    write_texts(tmp_path, made.files)
    data = DeepFashion(data_root=tmp_path, attributes=['print', 'category'])
    rows = rows_of(made, 'train')
    np.testing.assert_array_equal(data.targets[:, 0], expected_labels(made)[rows][:, 2])
    assert data.targets[:, 1].tolist() == [made.categories[row] - 1 for row in rows]


def test_an_unknown_label_may_count_as_no(tmp_path):
    made = deepfashion()
    write_texts(tmp_path, made.files)
    data = DeepFashion(data_root=tmp_path, unknown='negative')
    expected = expected_labels(made, unknown=0)[rows_of(made, 'train')]
    np.testing.assert_array_equal(data.targets[:, 1:], expected)


def test_images_may_lie_beside_the_annotation(tmp_path):
    write_texts(tmp_path, deepfashion().files)
    (tmp_path / 'img').mkdir()
    path = DeepFashion(data_root=tmp_path)[0]['img_path']
    assert path.startswith(str(tmp_path / 'img/Toy_Dress'))


@pytest.mark.parametrize('change', [('  ', '\t'), (' 1', '   1'), ('\n', '\r\n'), ('-1 ', '-1  ')])
def test_any_white_space_parts_the_labels(tmp_path, change):
    made = deepfashion()
    files = {path: text.replace(*change) for path, text in made.files.items()}
    write_texts(tmp_path, files)
    np.testing.assert_array_equal(
        DeepFashion(data_root=tmp_path).targets[:, 1:],
        expected_labels(made)[rows_of(made, 'train')],
    )


COARSE = {kind: f'Anno_coarse/list_{kind}.txt' for kind in ('attr_img', 'category_img', 'bbox')}
NAMES, PARTITION = 'Anno_coarse/list_attr_cloth.txt', 'Eval/list_eval_partition.txt'


def on_line(number, change):
    """Change one line, counted from 1."""

    def changed(text):
        lines = text.splitlines()
        lines[number - 1] = change(lines[number - 1])
        return '\n'.join(lines) + '\n'

    return changed


def in_place_of_values(values):
    """Write this behind every image of a list."""

    def changed(text):
        lines = text.splitlines()
        return '\n'.join([*lines[:2], *(f'{line.split()[0]} {values}' for line in lines[2:])])

    return changed


def without_last_line(text):
    return '12' + text.rstrip().rsplit('\n', 1)[0][2:]


BAD = {
    'count': (COARSE['bbox'], on_line(1, lambda t: '14'), 'announces 14 lines, but 13 follow'),
    'no count': (PARTITION, on_line(1, lambda t: 'name'), "line 1: 'name' is no number of lines"),
    'empty': (NAMES, lambda t: '', "line 1: '' is no number of lines"),
    'no type': (NAMES, on_line(3, lambda t: 'a-line'), "line 3: 'a-line' is no name with"),
    'type 6': (NAMES, lambda t: t.replace(' 5', ' 6'), "type 6 of 'boho chic' is not one of 1..5"),
    'name twice': (NAMES, lambda t: t.replace('print', 'denim'), "line 6: the name 'denim' for"),
    'part': (
        PARTITION,
        lambda t: t.replace('  val', '  dev'),
        'no image with train or val or test',
    ),
    'image more': (
        COARSE['attr_img'],
        on_line(4, lambda t: f'x{t}'),
        r"line 4: image 'ximg/Toy_Dress_.*\.jpg' is not in the partition",
    ),
    'image less': (
        COARSE['category_img'],
        without_last_line,
        '12 lines for the 13 images of the partition, 1 of the split are missing',
    ),
    'image twice': (
        COARSE['category_img'],
        lambda t: '14' + t[2:] + t.splitlines()[-1],
        'line 16: image .* for the second time',
    ),
    'partition twice': (
        PARTITION,
        lambda t: '14' + t[2:] + t.splitlines()[-1],
        'line 16: image .* for the second time',
    ),
    'category 0': (COARSE['category_img'], in_place_of_values('0'), r'category 0 of .* 1\.\.50'),
    'category 51': (COARSE['category_img'], in_place_of_values('51'), 'category 51 of .* is not'),
    'no category': (COARSE['category_img'], in_place_of_values(''), "'', expected 1 whole numbers"),
    'empty box': (
        COARSE['bbox'],
        in_place_of_values('5 5 5 9'),
        r'box \[5, 5, 5, 9\] of .* no area',
    ),
    'half pixel': (
        COARSE['bbox'],
        in_place_of_values('5 5 9.5 9'),
        "'5 5 9.5 9', expected 4 whole",
    ),
    'box below 0': (COARSE['bbox'], in_place_of_values('-5 5 9 9'), "'-5 5 9 9', expected 4 whole"),
}


@pytest.mark.parametrize('case', BAD)
def test_a_bad_file_is_one_sentence_naming_it(tmp_path, case):
    path, change, sentence = BAD[case]
    made = deepfashion()
    made.files[path] = change(made.files[path])
    with pytest.raises(InputError, match=sentence) as caught:
        DeepFashion(data_root=write_texts(tmp_path, made.files), split=None)
    assert str(tmp_path / path) in str(caught.value) and '\n' not in str(caught.value)


@pytest.mark.parametrize('word', ['2', '11', '-', '--1', '-11', '1-1', 'x', '1.0', '-1-1', '٣'])
@pytest.mark.parametrize('column', [0, 3, 6])
def test_a_label_that_is_none_is_named(tmp_path, word, column):
    made = deepfashion()
    lines = made.files[COARSE['attr_img']].splitlines()
    for number in range(2, len(lines)):
        words = lines[number].split()
        words[1 + column] = word
        lines[number] = ' '.join(words)
    made.files[COARSE['attr_img']] = '\n'.join(lines)
    with pytest.raises(InputError, match=f'label .{word}. in column {column} is neither'):
        DeepFashion(data_root=write_texts(tmp_path, made.files))


@pytest.mark.parametrize('words', ['-1 1', '', '- 1 11 1 1 1 1', '1 1 1 1 1 1 1 1'])
def test_more_or_fewer_labels_are_refused(tmp_path, words):
    made = deepfashion()
    lines = made.files[COARSE['attr_img']].splitlines()
    lines = [line if i < 2 else f'{line.split()[0]} {words}' for i, line in enumerate(lines)]
    made.files[COARSE['attr_img']] = '\n'.join(lines)
    with pytest.raises(InputError, match=r'list_attr_img\.txt, line \d+: (\d labels for 7|label)'):
        DeepFashion(data_root=write_texts(tmp_path, made.files))


@pytest.mark.parametrize('kind', ['attr', 'cate', 'bbox'])
def test_fine_files_of_different_lengths_are_refused(tmp_path, kind):
    for more in (True, False):
        made = deepfashion(fine=True)
        path = f'Anno_fine/train_{kind}.txt'
        first, rest = made.files[path].split('\n', 1)
        made.files[path] = f'{first}\n{first}\n{rest}' if more else rest
        with pytest.raises(InputError, match=rf'train_{kind}\.txt: \d+ lines for \d+ images'):
            DeepFashion(data_root=write_texts(tmp_path, made.files), annotation='fine')


def test_missing_files_and_unknown_options_are_named(tmp_path):
    with pytest.raises(InputError, match=r'list_attr_cloth\.txt: no such file; DeepFashion needs'):
        DeepFashion(data_root=tmp_path)
    with pytest.raises(InputError, match="annotation must be one of coarse, fine, got 'rough'"):
        DeepFashion(data_root=tmp_path, annotation='rough')
    with pytest.raises(InputError, match="unknown must be one of unknown, negative, got 'no'"):
        DeepFashion(data_root=tmp_path, unknown='no')
