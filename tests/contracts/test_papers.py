"""The printed numbers of the papers stand in one place a paper, to which leaves point."""

import re

import pytest
import yaml

from tests.contracts.config_leaves import CONFIGS, LEAVES, name_of

PAPERS = {
    path: yaml.safe_load(path.read_text(encoding='utf-8'))
    for path in sorted(CONFIGS.glob('*/paper*.yml'))
}
POINTER = re.compile(
    r'([\w./-]*paper[\w-]*\.yml)(?:, (tables? \d+(?: and (?:table )?\d+)?|figure \d+))?'
)


def tables(paper):
    """The rows of each table, by ``table 3`` or ``figure 11``."""
    return {
        f'table {t["Table"]}' if isinstance(t['Table'], int) else t['Table']: t['Rows']
        for t in PAPERS[paper]['Tables']
    }


def test_the_papers_are_found():
    assert len(PAPERS) == 6
    assert sum(len(paper['Tables']) for paper in PAPERS.values()) == 28


@pytest.mark.parametrize('paper', PAPERS, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_every_row_of_ours_is_a_leaf_and_has_a_number_for_each_column(paper):
    stems = {path.stem for path in LEAVES}
    for table in PAPERS[paper]['Tables']:
        for row in table['Rows']:
            assert row.get('Leaf') is None or row['Leaf'] in stems, row
            assert row['Name'] and len(row.get('Values', table['Columns'])) == len(table['Columns'])


@pytest.mark.parametrize('path', LEAVES, ids=name_of)
def test_a_leaf_is_in_the_table_that_it_points_to(path):
    head = ' '.join(
        line.removeprefix('# ')
        for line in path.read_text(encoding='utf-8').split('_base_')[0].splitlines()
    )
    for pointer in POINTER.finditer(head):
        paper = (path.parent / pointer[1]).resolve()
        assert paper in PAPERS, pointer[1]
        if pointer[2] is None or 'does not compare' in head:
            continue
        kind, *numbers = re.findall(r'table|figure|\d+', pointer[2].replace('and table', 'and'))
        for number in numbers:
            rows = tables(paper)[f'{kind} {number}']
            assert path.stem in {row.get('Leaf') for row in rows}, f'{pointer[0]}: {path.stem}'


def test_every_leaf_of_a_row_points_to_its_paper():
    heads = {path.stem: path.read_text(encoding='utf-8').split('_base_')[0] for path in LEAVES}
    for paper in PAPERS:
        named = {row['Leaf'] for rows in tables(paper).values() for row in rows if row.get('Leaf')}
        assert named
        assert [stem for stem in named if paper.name not in heads[stem]] == []
