"""Applications of the toy network, and what is sent to them."""

import cv2
import pytest

from par_plugins.inference import AttributeInferencer
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored

pytest.importorskip('fastapi', reason='needs the extra web')
pytest.importorskip('python_multipart', reason='needs the extra web')

PEOPLE = ToyPedestrians(3)


def picture(number=0, suffix='.png'):
    """A picture of one person, as a file has it."""
    return cv2.imencode(suffix, PEOPLE.image(number))[1].tobytes()


def inferencer_in(folder, **options):
    """The toy network with fixed random weights."""
    return AttributeInferencer(config(), stored(config(), folder / 'toy.pth'), **options)
