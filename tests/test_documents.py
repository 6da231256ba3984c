"""What the documents say is finished."""

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
    missing = [x for x in links if x and '://' not in x and not (path.parent / x).exists()]
    assert not missing
