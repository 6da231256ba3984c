"""Pages that are made from other files say what these say, and link to each other."""

import importlib.util
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def made():
    """The extension of Sphinx, which needs no Sphinx until it is set up."""
    path = ROOT / 'docs/repository_pages.py'
    spec = importlib.util.spec_from_file_location('repository_pages', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_config_has_a_row_in_the_zoo_with_its_data_and_results(made):
    lines = [line for line in made.zoo_lines() if line.startswith('| `')]
    rows = {cells[1].strip(' `'): cells for cells in (line.split('|') for line in lines)}
    models = [
        model
        for path in ROOT.glob('configs/*/metafile.yml')
        for model in yaml.safe_load(path.read_text(encoding='utf-8'))['Models']
    ]
    assert len(lines) == len(rows) == len(models) > 100
    for model in models:
        cells = rows[model['Name']]
        assert cells[2].strip() == model['Metadata']['Training Data']
        for result in model['Results'] or []:
            name, value = next(iter(result['Metrics'].items()))
            assert f'{name} {value}' in cells[6] and result['Dataset'] in cells[6]


def test_links_lead_to_pages_and_pictures_and_files_without_a_page_are_named(made):
    readme = ROOT / 'configs/dai/README.md'
    page = ROOT / 'docs/methods/dai.md'
    pages = made.pages_of_files()
    text = (
        '[toys](../toy) [a leaf](dai.py) [paper.yml](paper.yml) [page](../../docs/losses.md#x) '
        '[net](https://example.org) [here](#there) ![drawn](a.png) '
        '![idea](../../docs/images/dai.svg)\n```python\n[a](b.py)\n```\n'
    )
    turned = made.with_links_of_the_site(text, readme, page, pages)
    assert turned == (
        '[toys](toy.md) a leaf (`configs/dai/dai.py`) `configs/dai/paper.yml` '
        '[page](../losses.md#x) [net](https://example.org) [here](#there) '
        '![drawn](../../configs/dai/a.png) ![idea](../images/dai.svg)\n'
        '```python\n[a](b.py)\n```\n'
    )


def test_methods_are_included_and_none_is_forgotten(made):
    pages = made.pages_of_files()
    for readme in ROOT.glob('configs/*/README.md'):
        page = pages[readme]
        text = made.page_text(page, page.read_text(encoding='utf-8'))
        assert readme.read_text(encoding='utf-8').splitlines()[0] in text


def test_every_page_is_in_the_contents(made):
    contents = (ROOT / 'docs/index.md').read_text(encoding='utf-8').splitlines()
    for page in (ROOT / 'docs').rglob('*.md'):
        name = page.relative_to(ROOT / 'docs').with_suffix('').as_posix()
        assert name in contents or name == 'index' or '_build' in page.parts, name
        assert name not in ('search', 'genindex', 'py-modindex'), 'Sphinx has a page of this name'


def test_the_reference_has_what_the_packages_export_once(made):
    listed = made.exported()
    names = [name for names in listed.values() for name in names]
    assert {'AttributeHead', 'AttributeMetric', 'PA100K', 'check_loss'} <= set(names)
    assert 'AttributeSchema' in listed['par_plugins.structures']
    texts = dict(made.reference_pages())
    assert '.. autofunction:: par_plugins.testing.check_loss' in texts['par_plugins.testing']
    assert all(f'   {package}\n' in texts['index'] for package in listed)
