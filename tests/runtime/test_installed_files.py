"""What comes with the package is found by name, by our commands and by OpenMMLab's."""

import yaml
from mmengine.config import Config
from mmengine.hub import get_config

import par_plugins  # noqa: F401  (tells mmengine where our configs are)
from par_runtime.installed_files import MIM, leaf_path, leaves
from tests.tools.toy_run import CONFIG

BASE = f'par_plugins::toy/{CONFIG.name}'


def indexed():
    """The entries of all metafiles, as mim reads them."""
    index = yaml.safe_load((MIM / 'model-index.yml').read_text(encoding='utf-8'))
    for metafile in index['Import']:
        yield from yaml.safe_load((MIM / metafile).read_text(encoding='utf-8'))['Models']


def test_the_names_of_leaves_are_those_of_the_index():
    found = {model['Name']: MIM / model['Config'] for model in indexed()}
    assert found == leaves() and len(found) > 100


def test_a_leaf_is_found_by_its_name_and_a_file_stays_what_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert leaf_path(CONFIG.stem) == str(MIM / 'configs/toy' / CONFIG.name)
    assert leaf_path('apr-lambda0.3_resnet18_1xb32-12e_toy-market1501-128x64').endswith('x64.py')
    (tmp_path / CONFIG.stem).write_text('', encoding='utf-8')
    assert leaf_path(CONFIG.stem) == CONFIG.stem
    assert leaf_path('nothing') == 'nothing'


def test_a_config_inherits_a_leaf_by_the_name_of_the_package(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text(f"_base_ = '{BASE}'\ntrain_cfg = dict(max_epochs=2)\n", encoding='utf-8')
    inherited, expected = Config.fromfile(path).to_dict(), Config.fromfile(CONFIG).to_dict()
    assert inherited.pop('train_cfg') == {**expected.pop('train_cfg'), 'max_epochs': 2}
    assert inherited == expected  # also without the scope that mmengine gives what is inherited
    assert get_config(BASE).to_dict()['model'] == expected['model']


def test_what_is_inherited_from_others_keeps_its_scope(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text("_base_ = 'mmpretrain::_base_/models/resnet50.py'\n", encoding='utf-8')
    assert Config.fromfile(path).model._scope_ == 'mmpretrain'
