"""Upstream's model listing finds every leaf, with what it needs to know."""

import json
import subprocess
import sys
from statistics import mean

import modelindex
import pytest
import yaml

from tests.contracts.config_leaves import CONFIGS, LEAVES, NAME, ROOT

METAFILES = sorted(CONFIGS.glob('*/metafile.yml'))
MODELS = {
    model['Name']: (path, model)
    for path in METAFILES
    for model in yaml.safe_load(path.read_text(encoding='utf-8'))['Models']
}


def test_every_leaf_is_in_the_metafile_of_its_folder_and_nothing_else_is():
    listed = {(path.parent, name) for name, (path, _) in MODELS.items()}
    assert listed == {(path.parent, path.stem) for path in LEAVES}


def test_the_models_load_as_upstream_loads_them(monkeypatch):
    monkeypatch.chdir(ROOT)
    index = modelindex.load(str(ROOT / 'model-index.yml'))
    index.build_models_with_collections()
    models = {model.name: model for model in index.models}
    readmes = {collection.name: collection.readme for collection in index.collections}
    assert set(models) == {path.stem for path in LEAVES}
    for path in LEAVES:
        model = models[path.stem]
        assert ROOT / model.config == path
        assert (ROOT / readmes[model.in_collection]).is_file()


@pytest.mark.parametrize('name', MODELS)
def test_an_entry_says_what_the_leaf_is(name):
    _, model = MODELS[name]
    metadata, parts = model['Metadata'], NAME.fullmatch(name)
    assert metadata['Batch Size'] == int(parts['batch'])
    assert metadata['Epochs'] == int(parts['length'])
    assert metadata['Training Data']
    if parts['data'] != 'xdomain':  # whose attributes are those of a table of the user's
        assert metadata['Parameters'] > 1000
    assert 'xdomain' in name or name.startswith('mrgan') or metadata['FLOPs'] > 10_000


@pytest.mark.slow  # the networks of all leaves
def test_the_metafiles_are_those_of_the_leaves():
    command = [sys.executable, ROOT / 'tools/metafiles.py', '--check']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and 'would change: nothing' in done.stdout, done.stdout


def test_parameters_and_flops_are_those_that_a_hand_counts():
    # LeNet-5 on 28x28: 156 + 2,416 in its convolutions, 48,120 + 10,164 in its layers of 120 and
    # 84, and 850 in the ten outputs.
    metadata = MODELS['cross-entropy_lenet5_1xb64-10e_mnist-28x28'][1]['Metadata']
    assert metadata['Parameters'] == 156 + 2_416 + 48_120 + 10_164 + 850
    # Maps of 28x28, 10x10 and 1x1, of 6, 16 and 120 channels, by kernels of 5x5.
    convolutions = 28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25 + 120 * 16 * 25
    assert metadata['FLOPs'] == convolutions + 120 * 84 + 84 * 10


def test_results_are_the_means_of_the_runs():
    checked = 0
    for name, (path, model) in MODELS.items():
        runs = [
            json.loads(p.read_text(encoding='utf-8')) for p in path.parent.glob('results/*.json')
        ]
        scores = [run['scores']['attribute/mA'] for run in runs if run.get('config') == name]
        if scores:
            (result,) = model['Results']
            assert result['Metrics']['attribute/mA'] == pytest.approx(mean(scores), abs=0.005)
            assert f'mean of {len(scores)} seeds' in result['Dataset']
            checked += 1
        else:
            assert model['Results'] is None
    assert checked == 3
