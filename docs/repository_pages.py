"""Pages of the site that are made from other files of the repository, so that each is said once.

A page includes a file by MyST's own directive::

    ```{include} ../configs/apr/README.md
    ```

Links of what is included, and of all pages, are turned to the pages of the site; a link to a file
that has no page becomes the file's name, and pictures are found where they lie. A page on which
``{zoo}`` stands as a directive has the table of all configs there, from the metafiles. The
reference is made of what the packages export.
"""

import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parent
ROOT = DOCS.parent
REFERENCE = DOCS / 'reference'
INCLUDE = re.compile(r'^```\{include\} (\S+)\n```$', re.MULTILINE)
ZOO = re.compile(r'^```\{zoo\}\n```$', re.MULTILINE)
LINK = re.compile(r'(!?)\[([^\]]+)\]\(([^)\s]+)\)')
FENCE = re.compile(r'^(```.*?^```$)', re.MULTILINE | re.DOTALL)


def pages_of_files() -> dict[Path, Path]:
    """Find the page of every file of the repository that has one; a folder has its README's."""
    pages = {page: page for page in DOCS.rglob('*.md') if '_build' not in page.parts}
    for page in list(pages):
        for name in INCLUDE.findall(page.read_text(encoding='utf-8')):
            included = (page.parent / name).resolve()
            pages[included] = page
            if included.name == 'README.md':
                pages[included.parent] = page
    pages[ROOT / 'README.md'] = DOCS / 'index.md'
    return pages


def with_links_of_the_site(text: str, source: Path, page: Path, pages: dict[Path, Path]) -> str:
    """Turn the links of a file to pages of the site.

    Args:
        text: Of the file, in Markdown.
        source: The file.
        page: On which it is shown.
        pages: See :func:`pages_of_files`.
    """

    def turned(link: re.Match[str]) -> str:
        mark, words, (name, hash_mark, heading) = link[1], link[2], link[3].partition('#')
        if '://' in name or not name:
            return link[0]
        target = (source.parent / name).resolve()
        if mark:  # a picture stays where it lies
            return f'![{words}]({os.path.relpath(target, page.parent)})'
        if target in pages:
            address = os.path.relpath(pages[target], page.parent)
            return f'[{words}]({address}{hash_mark}{heading})'
        file = target.relative_to(ROOT).as_posix()
        return f'`{file}`' if Path(file).stem in words.strip('`') else f'{words} (`{file}`)'

    pieces = FENCE.split(text)
    return ''.join(p if p.startswith('```') else LINK.sub(turned, p) for p in pieces)


def page_text(page: Path, text: str) -> str:
    """Return the text of a page with what it includes, all links turned."""
    pages = pages_of_files()

    def included(directive: re.Match[str]) -> str:
        source = (page.parent / directive[1]).resolve()
        content = source.read_text(encoding='utf-8')
        return with_links_of_the_site(content, source, page, pages).rstrip()

    # What is included comes last: its links are relative to another folder.
    own = with_links_of_the_site(text, page, page, pages)
    return ZOO.sub(lambda directive: '\n'.join(zoo_lines()), INCLUDE.sub(included, own))


def zoo_lines() -> Iterator[str]:
    """Write a table for each method: its configs, their size, and what came out."""
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text(encoding='utf-8'))
    for name in index['Import']:
        metafile = yaml.safe_load((ROOT / name).read_text(encoding='utf-8'))
        (collection,) = metafile['Collections']
        yield from (f'## {collection["Name"]}', '')
        if paper := collection.get('Paper'):
            address = paper.get('URL')
            yield from (f'[{paper["Title"]}]({address})' if address else paper['Title'], '')
        yield '| config | data | epochs | parameters, M | GFLOPs | results |'
        yield '|---|---|--:|--:|--:|---|'
        for model in metafile['Models']:
            facts = model['Metadata']
            sizes = [facts.get('Parameters', 0) / 1e6, facts.get('FLOPs', 0) / 1e9]
            shown = [f'{size:.1f}' if size else '' for size in sizes]
            results = '; '.join(map(_result, model['Results'] or []))
            cells = [f'`{model["Name"]}`', facts.get('Training Data', ''), facts.get('Epochs', '')]
            if model.get('Weights'):
                results += f' [weights]({model["Weights"]})'
            yield f'| {" | ".join(map(str, [*cells, *shown, results]))} |'
        yield ''


def _result(result: dict[str, Any]) -> str:
    first = [f'{name} {value}' for name, value in list(result['Metrics'].items())[:3]]
    return f'{", ".join(first)} ({result["Dataset"]})'


def exported() -> dict[str, list[str]]:
    """List what each package exports and no package before it has; parents come last."""
    package = importlib.import_module('par_plugins')
    names = [info.name for info in pkgutil.walk_packages(package.__path__, 'par_plugins.')]
    modules = [importlib.import_module(name) for name in names if not _is_private(name)]
    packages = [m for m in modules if hasattr(m, '__path__') and getattr(m, '__all__', None)]
    seen: set[int] = set()
    listed: dict[str, list[str]] = {}
    for module in sorted(packages, key=lambda m: (-m.__name__.count('.'), m.__name__)):
        for name in sorted(module.__all__):
            thing = getattr(module, name)
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and id(thing) not in seen:
                seen.add(id(thing))
                listed.setdefault(module.__name__, []).append(name)
    return dict(sorted(listed.items()))


def _is_private(name: str) -> bool:
    return any(part.startswith('_') for part in name.split('.'))


def reference_pages() -> Iterator[tuple[str, str]]:
    """Write a page for each package, with the docstrings of what it exports."""
    listed = exported()
    for package, names in listed.items():
        lines = [
            package,
            '=' * len(package),
            '',
            f'.. automodule:: {package}',
            '   :no-members:',
            '',
        ]
        for name in names:
            is_class = inspect.isclass(getattr(importlib.import_module(package), name))
            lines += [name, '-' * len(name), '']
            lines += [f'.. auto{"class" if is_class else "function"}:: {package}.{name}']
            lines += ['   :members:', ''] if is_class else ['']
        yield package, '\n'.join(lines)
    toctree = ['Reference', '=========', '', '.. toctree::', '   :maxdepth: 2', '']
    yield 'index', '\n'.join([*toctree, *(f'   {package}' for package in listed), ''])


def write_reference(app: Any) -> None:
    """Write the pages of the reference where Sphinx looks for them."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in reference_pages():
        path = REFERENCE / f'{name}.rst'
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')


def setup(app: Any) -> dict[str, Any]:
    """Tell Sphinx when this is to be done."""

    def expand(app: Any, name: str, content: list[str]) -> None:
        page = Path(app.env.doc2path(name))
        if page.suffix == '.md':
            content[0] = page_text(page, content[0])

    app.connect('builder-inited', write_reference)
    app.connect('source-read', expand)
    return {'parallel_read_safe': True, 'version': '1'}
