"""Detectors of people in scenes, behind one small protocol."""

from par_plugins.inference.detectors.boxes_file import BoxesFile
from par_plugins.inference.detectors.build_person_detector import build_person_detector
from par_plugins.inference.detectors.onnx_detector import OnnxDetector
from par_plugins.inference.detectors.person_detector import (
    PersonBoxes,
    PersonDetector,
    boxes_within,
)
from par_plugins.inference.detectors.torch_detectors import MMDetDetector, TorchvisionDetector
from par_plugins.inference.detectors.whole_picture import WholePicture

__all__ = [
    'BoxesFile',
    'MMDetDetector',
    'OnnxDetector',
    'PersonBoxes',
    'PersonDetector',
    'TorchvisionDetector',
    'WholePicture',
    'boxes_within',
    'build_person_detector',
]
