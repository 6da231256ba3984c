"""The checker, its figures and its command line."""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from par_plugins.apis.check_dataset import check_dataset
from par_plugins.datasets import RAPv1
from par_plugins.datasets.label_indicators import LabelIndicators
from par_plugins.structures import AttributeSchema, InputError
from par_plugins.testing import write_toy_benchmark
from par_plugins.visualization.co_occurrence_figure import co_occurrence_figure
from par_plugins.visualization.positive_ratio_figure import positive_ratio_figure

TOOL = Path(__file__).parents[2] / 'tools/dataset/check.py'
SMALL = {'num_train': 9, 'num_test': 5, 'image_size': (40, 20)}


@pytest.fixture(scope='module')
def check():
    spec = importlib.util.spec_from_file_location('check', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(check, monkeypatch, capsys, *arguments):
    """Exit status and output of the command line."""
    monkeypatch.setattr(sys, 'argv', ['check.py', *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        check.main()
    return ended.value.code, capsys.readouterr().out


@pytest.mark.parametrize('name', ['PETA', 'RAPv1', 'RAPv2', 'CelebA', 'DeepFashion'])
def test_a_sound_benchmark_has_no_problem(tmp_path, name):
    write_toy_benchmark(tmp_path, name, **SMALL)
    started, images = [], []
    report = check_dataset(
        name, tmp_path, on_start=started.append, on_image=lambda: images.append(None)
    )
    assert report.problems == [] and report.unreadable == {}
    sizes = {'train': 9, 'val': 16, 'test': 5}
    if name == 'RAPv1':
        del sizes['val']
    assert report.sizes == sizes
    assert started == [sum(sizes.values())] and len(images) == sum(sizes.values())


def test_every_damaged_image_is_found(tmp_path):
    """200 images, each damaged in its own way, among sound ones."""
    write_toy_benchmark(
        tmp_path, 'PETA', num_train=120, num_val=60, num_test=60, image_size=(32, 16)
    )
    rng = np.random.default_rng(0)
    certain, harmless = set(), set()
    for number in range(1, 201):
        path = tmp_path / f'images/{number:05d}.png'
        content = path.read_bytes()
        kind = number % 5
        if kind == 0:
            path.unlink()
        elif kind == 1:
            path.write_bytes(content[: int(rng.integers(len(content)))])
        elif kind == 2:
            path.write_bytes(rng.bytes(len(content)))
        elif kind == 3:
            path.unlink()
            path.mkdir()
        else:
            changed = bytearray(content)
            changed[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
            path.write_bytes(changed)
        (harmless if kind == 4 else certain).add(str(path))
    report = check_dataset('PETA', tmp_path)
    assert certain <= set(report.unreadable) <= certain | harmless
    assert all(path in sentence for path, sentence in report.unreadable.items())
    assert report.problems[0].startswith(f'{len(report.unreadable)} of 240 images cannot be read')


def test_a_box_outside_its_image_is_found(tmp_path):
    write_toy_benchmark(tmp_path, 'DeepFashion', **SMALL)
    path = tmp_path / 'Anno_coarse/list_bbox.txt'
    lines = path.read_text(encoding='utf-8').splitlines()
    image = lines[4].split()[0]
    lines[4] = f'{image} 300 300 400 400'
    path.write_text('\n'.join(lines), encoding='utf-8')
    report = check_dataset('DeepFashion', tmp_path)
    assert list(report.unreadable) == [str(tmp_path / 'Img' / image)]
    assert 'box (300, 300, 400, 400) is not inside the image' in report.problems[0]
    assert check_dataset('DeepFashion', tmp_path, options={'with_box': False}).problems == []


def test_images_listed_twice_are_a_problem(tmp_path):
    rows = 'image,split,Hat\n1.jpg,train,1\n2.jpg,train,0\n1.jpg,train,1\n2.jpg,test,0\n'
    (tmp_path / 'labels.csv').write_text(rows, encoding='utf-8')
    report = check_dataset('AttributeCSV', tmp_path, splits=['train', 'test'], read_images=False)
    assert report.problems == [
        f'train: 1 images are listed more than once, the first: {tmp_path}/1.jpg',
        f'train and test share 1 images, the first: {tmp_path}/2.jpg',
    ]


def test_the_splits_that_a_table_names_are_looked_at_one_by_one(tmp_path):
    rows = 'image,split,Hat\n1.png,train,1\n2.png,val,0\n3.png,test,1\n2.png,test,0\n4.png,,1\n'
    (tmp_path / 'labels.csv').write_text(rows, encoding='utf-8')
    for number in (1, 2, 3):  # the third is a copy of the first
        cv2.imwrite(str(tmp_path / f'{number}.png'), np.full((4, 4, 3), number % 3, np.uint8) * 80)
    (tmp_path / '3.png').write_bytes((tmp_path / '1.png').read_bytes())
    report = check_dataset('AttributeCSV', tmp_path)
    assert report.sizes == {'train': 1, 'val': 1, 'test': 2}
    assert report.problems == [
        f'val and test share 1 images, the first: {tmp_path}/2.png',
        'train and test share 1 images byte for byte under different names, the first: '
        f'{tmp_path}/1.png is {tmp_path}/3.png',
    ]


def test_what_may_be_meant_so_is_a_note(tmp_path):
    rows = 'image,split,person,Hat,Bag\n1.jpg,train,1,1,\n2.jpg,train,2,1,0\n3.jpg,test,2,0,1\n'
    (tmp_path / 'labels.csv').write_text(rows, encoding='utf-8')
    report = check_dataset(
        'AttributeCSV',
        tmp_path,
        splits=['train', 'test'],
        options={'pid_column': 'person'},
        read_images=False,
    )
    assert report.problems == []
    assert report.notes == [
        'train: nobody has Bag',
        'train: everybody has Hat',
        'train: 1 labels (25 %) are unknown',
        'test: nobody has Hat',
        'test: everybody has Bag',
        'train: 2 identities',
        'test: 1 identities',
        'train and test share 1 identities',
    ]


def test_a_missing_annotation_is_one_problem(tmp_path):
    report = check_dataset('RAPv2', tmp_path)
    assert len(report.problems) == 1 and 'no such file' in report.problems[0]
    assert report.sizes == {} and report.labels == {}


def test_an_unknown_dataset_or_option_is_named(tmp_path):
    with pytest.raises(InputError, match="no dataset 'Peta'; there are .*PETA, RAPv1, RAPv2"):
        check_dataset('Peta', tmp_path)
    write_toy_benchmark(tmp_path, 'RAPv1', **SMALL)
    report = check_dataset('RAPv1', tmp_path, options={'split_number': 2}, read_images=False)
    assert len(report.problems) == 1 and "'split_number'" in report.problems[0]


def test_the_command_line_prints_ratios_draws_figures_and_exits_with_0(
    check, monkeypatch, capsys, tmp_path
):
    write_toy_benchmark(tmp_path, 'RAPv1', **SMALL)
    status, output = run(
        check,
        monkeypatch,
        capsys,
        *('RAPv1', tmp_path, '--figures', tmp_path / 'figures'),
        *('--options', 'split_index=3', 'uncertain=negative'),
    )
    assert status == 0
    assert 'train (9)' in output and 'action-CarrybyHand' in output and 'images: 9 train' in output
    figures = sorted(path.name for path in (tmp_path / 'figures').iterdir())
    assert figures == [
        *(
            f'{name}_{split}.png'
            for name in ('co_occurrence', 'correlation')
            for split in ('test', 'train')
        ),
        'ratios.png',
    ]


def test_the_command_line_exits_with_1_and_names_what_is_wrong(
    check, monkeypatch, capsys, tmp_path
):
    write_toy_benchmark(tmp_path, 'PETA', **SMALL)
    (tmp_path / 'images/00007.png').unlink()
    status, output = run(check, monkeypatch, capsys, 'PETA', tmp_path)
    assert status == 1
    assert 'image: ' in output and '00007.png: no such file' in output
    assert 'problem: 1 of 30 images cannot be read' in output
    status, output = run(check, monkeypatch, capsys, 'PETA', tmp_path, '--no-images')
    assert status == 0


def test_copies_across_splits_are_a_problem_and_within_one_a_note(tmp_path):
    write_toy_benchmark(tmp_path, 'RAPv1', **SMALL)
    paths = {
        split: [data[index]['img_path'] for index in range(len(data))]
        for split in ('train', 'test')
        for data in [RAPv1(data_root=tmp_path, split=split)]
    }
    train, test = (sorted(paths[split]) for split in ('train', 'test'))
    assert not set(train) & set(test)
    for copy, original in ((test[1], train[2]), (test[3], train[2]), (train[5], train[4])):
        Path(copy).write_bytes(Path(original).read_bytes())
    report = check_dataset('RAPv1', tmp_path)
    assert report.problems == [
        'train and test share 1 images byte for byte under different names, the first: '
        f'{train[2]} is {test[1]}'
    ]
    assert 'train: 1 images are copies of others, byte for byte' in report.notes
    assert 'test: 1 images are copies of others, byte for byte' in report.notes


def test_figures_show_every_attribute_and_split():
    schema = AttributeSchema(['Hat', 'Bag', 'Skirt'])
    targets = np.array([[1, 0, -1], [0, 1, -1], [1, 1, -1]])
    labels = LabelIndicators.from_targets(targets, schema)
    figure = positive_ratio_figure(labels.names, {'train': labels.ratios, 'test': labels.ratios})
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ['Skirt', 'Hat', 'Bag']
    assert [line.get_label() for line in axes.lines] == ['train', 'test']
    np.testing.assert_allclose(axes.lines[0].get_xdata()[1:], 200 / 3)
    figure = co_occurrence_figure(labels.names, labels.co_occurrence)
    drawn = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(drawn[:2, :2], [[100, 50], [50, 100]])
    assert drawn.mask[2].all()
