"""The command lines that make splits and toy benchmarks."""

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from par_plugins.datasets import PETA, AttributeCSV, CelebA, RAPv1
from par_plugins.testing import write_toy_benchmark

TOOLS = Path(__file__).parents[2] / 'tools/dataset'
SMALL = {'image_size': (32, 16)}


def tool(name):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def split():
    return tool('split')


@pytest.fixture(scope='module')
def make_toy():
    return tool('make_toy')


def run(module, monkeypatch, *arguments):
    monkeypatch.setattr(sys, 'argv', [module.__name__, *map(str, arguments)])
    module.main()


def rows_of(path):
    with path.open(encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_zero_shot_splits_of_peta_share_no_identity(split, monkeypatch, capsys, tmp_path):
    write_toy_benchmark(tmp_path, 'PETA', num_train=30, num_val=10, num_test=20, **SMALL)
    table = tmp_path / 'new/zero_shot.csv'
    arguments = ('PETA', tmp_path, table, '--by-identity', '--options', 'identities=True')
    run(split, monkeypatch, *arguments)
    rows = rows_of(table)
    people = {part: {row['person'] for row in rows if row['split'] == part} for part in
              ('train', 'val', 'test')}  # fmt: skip
    assert len(rows) == 60 and sum(map(len, people.values())) == 30
    assert len(set.union(*people.values())) == 30
    assert 'largest deviation' in capsys.readouterr().out
    first = table.read_bytes()
    run(split, monkeypatch, *arguments)
    assert table.read_bytes() == first
    run(split, monkeypatch, *arguments, '--seed', 1)
    assert table.read_bytes() != first
    data = AttributeCSV(data_root=tmp_path, ann_file='new/zero_shot.csv', pid_column='person')
    assert data.metainfo['schema'].names == PETA(data_root=tmp_path).metainfo['schema'].names
    assert Path(data[0]['img_path']).is_file()


def test_a_validation_split_is_held_out_of_rapv1(split, monkeypatch, capsys, tmp_path):
    write_toy_benchmark(tmp_path, 'RAPv1', num_train=40, num_test=10, **SMALL)
    table = tmp_path / 'with_val.csv'
    run(
        split,
        monkeypatch,
        *('RAPv1', tmp_path, table, '--split', 'train', '--parts', 'train=3', 'val=1'),
        *('--keep', 'test'),
    )
    counts = Counter(row['split'] for row in rows_of(table))
    assert counts['test'] == 10 and counts['train'] + counts['val'] == 40
    assert 8 <= counts['val'] <= 12
    official = RAPv1(data_root=tmp_path, split='test')
    kept = [row['image'] for row in rows_of(table) if row['split'] == 'test']
    assert kept == [f'RAP_dataset/{Path(official[i]["img_path"]).name}' for i in range(10)]


WRONG = {
    'no identities': (['--by-identity'], 'gives no identities: PETA does with identities=True'),
    'keep without split': (['--keep', 'test'], '--keep test needs --split'),
    'keep what is divided': (['--split', 'test', '--keep', 'test'], 'is a part or what is divided'),
    'share': (['--parts', 'train=1', 'val=0'], 'every part needs a positive share'),
    'split': (['--split', 'dev'], "PETA has no split 'dev'"),
    'option': (['--options', 'colour=1'], "PETA with the options {'colour': 1}"),
}


@pytest.mark.parametrize('case', WRONG)
def test_wrong_arguments_end_in_one_sentence(split, monkeypatch, tmp_path, case):
    arguments, sentence = WRONG[case]
    write_toy_benchmark(tmp_path, 'PETA', num_train=4, num_val=2, num_test=2, **SMALL)
    with pytest.raises(SystemExit) as ended:
        run(split, monkeypatch, 'PETA', tmp_path, tmp_path / 'new.csv', *arguments)
    assert ended.value.code.startswith('error: ') and sentence in ended.value.code
    assert not (tmp_path / 'new.csv').exists()


@pytest.mark.parametrize(('layout', 'read'), [('rapv1', RAPv1), ('celeba', CelebA), ('peta', PETA)])
def test_toys_are_written_in_the_layout_asked_for(
    make_toy, monkeypatch, capsys, tmp_path, layout, read
):
    sizes = ['--train', 5, '--test', 3, *([] if layout == 'rapv1' else ['--val', 2])]
    run(make_toy, monkeypatch, tmp_path, '--layout', layout, *sizes, '--sheet', tmp_path / 's.png')
    assert len(read(data_root=tmp_path)) == 5 and len(read(data_root=tmp_path, split='test')) == 3
    assert (tmp_path / 's.png').stat().st_size > 5_000
    assert f'in the layout of {layout}' in capsys.readouterr().out


def test_a_validation_split_for_rapv1_is_refused(make_toy, monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match='--val 3: rapv1 has no validation split'):
        run(make_toy, monkeypatch, tmp_path, '--layout', 'rapv1', '--val', 3)
