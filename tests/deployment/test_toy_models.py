"""The small networks of model_zoo/toys are small, say what they are, and have learned something."""

import json

import pytest

from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.installed_files import MIM, leaves
from par_runtime.onnx_model import OnnxAttributeModel

pytest.importorskip('onnxruntime')
FOLDER = MIM / 'model_zoo/toys'
TOYS = sorted(path.stem for path in FOLDER.glob('*.onnx'))
UNSEEN = ToyPedestrians(80, seed=7, images_per_identity=1)


def test_the_baseline_and_every_method_of_a_network_have_one():
    methods = {name.partition('-')[0] for name in TOYS}
    assert {'apr', 'cross', 'crl', 'dai', 'habp'} <= methods


@pytest.mark.parametrize('name', TOYS)
def test_a_toy_network_is_small_and_comes_with_its_scores_and_log(name):
    assert (FOLDER / f'{name}.onnx').stat().st_size < 1_000_000
    record = json.loads((FOLDER / f'{name}.json').read_text(encoding='utf-8'))
    assert record['config'] in leaves() and record['config'].startswith(f'{name}_')
    log = (FOLDER / f'{name}.log').read_text(encoding='utf-8')
    assert f'attribute/mA: {record["test"]["attribute/mA"]:.4f}' in log.splitlines()[-1]


@pytest.mark.parametrize('name', TOYS)
def test_a_toy_network_tells_men_from_women_whom_it_has_not_seen(name):
    model = OnnxAttributeModel(FOLDER / f'{name}.onnx')
    probabilities, _ = model.predict([UNSEEN.image(row)[:, :, ::-1] for row in range(len(UNSEEN))])
    (female,) = (name for name in model.schema.names if name.lower() == 'female')
    of_female = probabilities[:, model.schema.index(female)]
    women = [person.gender == 'female' for person in UNSEEN]
    pairs = [
        (w > m) + (w == m) / 2
        for w, is_woman in zip(of_female, women, strict=True)
        if is_woman
        for m, other in zip(of_female, women, strict=True)
        if not other
    ]
    assert sum(pairs) / len(pairs) > 0.7  # by chance 0.5 ± 0.07
