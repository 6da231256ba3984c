"""What the documents say is finished."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *ROOT.glob('*.md'),
    *ROOT.glob('docs/*.md'),
    *ROOT.glob('configs/**/*.md'),
    *ROOT.glob('projects/**/*.md'),
]


def test_the_documents_are_found():
    assert {'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize('path', DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_placeholder_is_left_and_every_link_leads_somewhere(path):
    text = path.read_text(encoding='utf-8')
    assert not re.search(r'@[A-Z]+@', text)
    links = [link.split('#')[0] for link in re.findall(r'\]\(([^)]+)\)', text)]
    local = [link for link in links if link and '://' not in link]
    assert not [x for x in local if not ((path.parent / x).exists() or written_by_make_docs(x))]
    for link in re.findall(r'\]\(([^)]+)\)', text):
        name, _, heading = link.partition('#')
        target = path.parent / name if name else path
        if heading and '://' not in link and target.suffix == '.md':
            assert heading in anchors(target.read_text(encoding='utf-8')), link


def written_by_make_docs(link):
    """Whether it is a page of the reference, of a module that there is."""
    page = re.fullmatch(r'reference/(par_\w+(?:\.\w+)*)\.rst', link)
    return page is not None and importlib.util.find_spec(page[1]) is not None


def anchors(text):
    """What headings are linked by, as GitHub and MyST make it."""
    headings = re.findall(r'^#+ (.+)$', text, re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', line.lower()).strip().replace(' ', '-') for line in headings}


def test_anchors_are_those_of_the_headings():
    assert anchors('# A b\n## Table 3: small, subsets\ntext') == {'a-b', 'table-3-small-subsets'}


FILE = re.compile(
    r'(?<![\w/.-])(?:tools|configs|projects|tests|docs|par_plugins)/[\w./{},*\[\]-]+\.(?:py|sh|yml|md)\b'
)
"""A file of the repository as commands and sentences name it, or a shell's pattern of some."""


def spelled_out(pattern):
    """The patterns that a shell makes of one with braces."""
    braces = re.search(r'\{([^{}]*)\}', pattern)
    if not braces:
        return [pattern]
    words = braces[1].split(',')
    made = [pattern[: braces.start()] + word + pattern[braces.end() :] for word in words]
    return [path for one in made for path in spelled_out(one)]


def test_braces_are_spelled_out_as_a_shell_does():
    assert set(spelled_out('a/{b,c_{d,e}}*.py')) == {'a/b*.py', 'a/c_d*.py', 'a/c_e*.py'}


@pytest.mark.parametrize('path', DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_is_there(path):
    named = FILE.findall(path.read_text(encoding='utf-8'))
    patterns = [one for name in named if 'LEAF' not in name for one in spelled_out(name)]
    assert [one for one in patterns if not any(ROOT.glob(one))] == []
