"""Where the network looks, against Grad-CAM written down slowly."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from par_plugins.inference import AttributeInferencer
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.heat_map import HeatMaps, draw_heat
from par_plugins.structures import AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored

IMAGE = ToyPedestrians(1).image(0)
BOX = (1.0, 2.0, 31.0, 62.0)


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory):
    return AttributeInferencer(config(), stored(config(), tmp_path_factory.mktemp('m') / 'a.pth'))


def by_hand(inferencer, column):
    """Feature maps, weighted by the mean of their gradients, where they speak for the logit."""
    people = PersonBoxes(np.array([BOX]), np.ones(1))
    prepared, _ = inferencer.prepare_people(IMAGE, people, 'a person')
    model = inferencer.model
    inputs = model.data_preprocessor(inferencer.collate_fn(prepared), False)['inputs']
    (maps,) = model.backbone(inputs)
    maps = maps.detach().clone().requires_grad_(True)
    logit = model.head(model.neck((maps,)))[0, column]
    (gradient,) = torch.autograd.grad(logit, maps)
    heat = torch.zeros(maps.shape[2:])
    for channel in range(maps.shape[1]):
        heat += gradient[0, channel].mean() * maps[0, channel].detach()
    heat = heat.clamp(min=0).numpy()
    heat = (heat - heat.min()) / (heat.max() - heat.min())
    return cv2.resize(cv2.resize(heat, (32, 64)), (30, 60))


@pytest.mark.parametrize('name', ['Female', 'Hat', 'boots'])
def test_it_is_grad_cam_of_the_last_feature_maps(inferencer, name):
    heat = HeatMaps(inferencer)(IMAGE, BOX, name)
    assert heat.shape == (60, 30)
    np.testing.assert_allclose(heat, by_hand(inferencer, inferencer.schema.index(name)), atol=1e-4)


def test_the_network_itself_is_left_as_it_was(inferencer):
    before = {name: p.clone() for name, p in inferencer.model.state_dict().items()}
    HeatMaps(inferencer)(IMAGE, BOX, 'Hat')
    after = inferencer.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(p.grad is None for p in inferencer.model.parameters())
    assert not any(module._forward_hooks for module in inferencer.model.modules())


def test_a_value_of_a_categorical_attribute_has_its_own_map(tmp_path):
    schema = AttributeSchema.from_dict(
        {'attributes': [{'name': 'Age', 'values': ['young', 'old']}, 'Hat']}
    )
    cfg = config(dict(type='AttributeHead', in_channels=1280, schema=schema.to_dict()))
    maps = HeatMaps(AttributeInferencer(cfg, stored(cfg, tmp_path / 'a.pth', schema)))
    heats = [maps(IMAGE, BOX, 'Age', value) for value in ('young', 'old')]
    np.testing.assert_allclose(heats[1], by_hand(maps.inferencer, 1), atol=1e-4)
    assert np.abs(heats[0] - heats[1]).max() > 0.05
    with pytest.raises(InputError, match='Age has the values young, old'):
        maps(IMAGE, BOX, 'Age')


@pytest.mark.parametrize(
    'box', [(0, 0, 1000, 10), (5, 5, 5, 9), (0, float('nan'), 9, 9), (-1, 0, 9, 9)]
)
def test_a_box_outside_the_picture_is_refused(inferencer, box):
    with pytest.raises(InputError, match='is not in a picture of'):
        HeatMaps(inferencer)(IMAGE, box, 'Hat')


def test_an_exported_network_has_none():
    exported = SimpleNamespace(model='a session of onnxruntime')
    assert not HeatMaps.possible(exported)
    with pytest.raises(InputError, match='exported network'):
        HeatMaps(exported)


def test_a_drawn_map_is_half_the_person_and_half_the_heat():
    grey = np.full((4, 3, 3), 100, np.uint8)
    drawn = draw_heat(grey, np.linspace(0, 1, 12).reshape(4, 3))
    ends = cv2.applyColorMap(np.array([[0, 255]], np.uint8), cv2.COLORMAP_VIRIDIS)[0]
    expected = np.round(50 + ends.astype(float) / 2)
    np.testing.assert_allclose(drawn[[0, 3], [0, 2]], expected, atol=1)
