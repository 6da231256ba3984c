"""Exported detectors: outputs become boxes as their papers say, in pixels of the picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from par_plugins.inference.detectors import PersonBoxes, build_person_detector
from par_plugins.inference.detectors.onnx_decoders import DECODERS
from par_plugins.inference.detectors.onnx_detector import OnnxDetector, suppressed
from par_plugins.inference.frame import Frame
from par_plugins.structures import InputError

DATA = Path(__file__).parents[4] / 'shared/data'
NANODET = DATA / 'models/nanodet-g-416-coco.onnx'
VIDEO = DATA / 'video/vtest.avi'


def test_nanodet_sides_are_expectations_from_cell_centres():
    size, strides = (64, 96), (8, 16, 32)
    classes, sides = [], []
    for stride in strides:
        cells = (size[0] // stride) * (size[1] // stride)
        classes.append(np.zeros((1, cells, 80), np.float32))
        sides.append(np.zeros((1, cells, 44), np.float32))
    row, column = 2, 3  # of stride 16, which has 6 columns
    cell = row * 6 + column
    classes[1][0, cell, 0] = 0.75
    bins = np.full((4, 11), -50.0)
    bins[0, 1] = bins[1, 2] = bins[2, 0] = 0  # left 1, top 2, right 0 strides
    bins[3, 4] = bins[3, 5] = 0  # bottom: half 4, half 5
    sides[1][0, cell] = bins.ravel()
    people = DECODERS['nanodet'].decode([*classes, *sides], size)
    best = people.scores.argmax()
    x, y = (column + 0.5) * 16, (row + 0.5) * 16
    assert people.scores[best] == 0.75
    assert people.boxes[best] == pytest.approx([x - 16, y - 32, x, y + 4.5 * 16], abs=1e-4)


def test_yolox_boxes_are_from_their_cells_in_strides():
    size = (64, 64)
    rows = np.zeros((1, 64 + 16 + 4, 85), np.float32)
    cell = 64 + 1 * 4 + 2  # stride 16, row 1, column 2
    rows[0, cell, :6] = 0.5, 0.25, np.log(2), np.log(3), 0.8, 0.5
    people = DECODERS['yolox'].decode([rows], size)
    best = people.scores.argmax()
    assert people.scores[best] == pytest.approx(0.4)
    x, y = (2 + 0.5) * 16, (1 + 0.25) * 16
    assert people.boxes[best] == pytest.approx([x - 16, y - 24, x + 16, y + 24], abs=1e-4)
    with pytest.raises(InputError, match='84 cells of strides 8, 16 and 32'):
        DECODERS['yolox'].decode([rows[:, :-1]], size)


def test_a_network_with_suppression_gives_people_alone():
    rows = np.array([[[1, 2, 3, 4, 0.9], [5, 6, 7, 8, 0.8]]], np.float32)
    for outputs in ([rows, np.array([[7, 0]])], [np.array([[7, 0]]), rows]):
        people = DECODERS['end2end'].decode(outputs, (64, 64))
        assert people.boxes.tolist() == [[5, 6, 7, 8]] and people.scores[0] == np.float32(0.8)


@pytest.mark.parametrize('name', DECODERS)
def test_a_box_of_the_input_comes_back_to_the_pictures_pixels(name):
    image = np.zeros((100, 300, 3), np.uint8)
    image[20:40, 60:90] = 255
    values, back = DECODERS[name].prepare(image, (64, 96))
    assert values.shape == (1, 3, 64, 96)
    bright = np.argwhere(values[0, 1] > values[0, 1].max() - 0.1)
    (top, left), (bottom, right) = bright.min(axis=0), bright.max(axis=0) + 1
    found = np.array([left, top, right, bottom]) * np.tile(back, 2)
    assert found == pytest.approx([60, 20, 90, 40], abs=max(back) * 1.01)


def test_of_overlapping_boxes_the_surer_one_stays():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 4], [1, 0, 11, 10]], np.float32)
    kept = suppressed(PersonBoxes(boxes, np.array([0.7, 0.5, 0.8], np.float32)))
    assert kept.tolist() == [2, 1]


def test_a_file_that_is_no_network_or_no_detector_is_named(tmp_path):
    pytest.importorskip('onnxruntime')
    (tmp_path / 'a.onnx').write_text('text', encoding='utf-8')
    with pytest.raises(InputError, match='a.onnx: not a network in ONNX form'):
        OnnxDetector(tmp_path / 'a.onnx')
    with pytest.raises(InputError, match='no such detector'):
        OnnxDetector(tmp_path / 'b.onnx')
    with pytest.raises(InputError, match="decoder 'magic' of .*: there are nanodet, yolox"):
        OnnxDetector(tmp_path / 'a.onnx', 'magic')


@pytest.mark.skipif(not (NANODET.is_file() and VIDEO.is_file()), reason='no real data here')
def test_nanodet_finds_the_people_of_a_real_frame():
    pytest.importorskip('onnxruntime')
    detector = build_person_detector(f'onnx:{NANODET}')
    capture = cv2.VideoCapture(str(VIDEO))
    image = capture.read()[1]
    capture.release()
    people = detector.detect(Frame(image, 'vtest.avi'))
    assert 3 <= len(people) <= 10
    heights = people.boxes[:, 3] - people.boxes[:, 1]
    widths = people.boxes[:, 2] - people.boxes[:, 0]
    assert (heights > widths).mean() > 0.8  # people stand
    half = cv2.resize(image, None, fx=0.5, fy=0.5)
    again = detector.detect(Frame(half, 'half')).boxes * 2
    nearest = np.abs(again[:, None] - people.boxes[None]).max(axis=2).min(axis=1)
    assert np.median(nearest) < 12


@pytest.mark.parametrize('words', ['magic', 'none:3', 'boxes', 'mmdet:a', 'onnx:'])
def test_words_that_name_no_detector_are_answered_with_the_forms(words):
    with pytest.raises(InputError, match='boxes:FILE'):
        build_person_detector(words)


def test_torchvision_detectors_are_known_by_name(tmp_path):
    with pytest.raises(InputError, match="torchvision has no detector 'magic'"):
        build_person_detector('torchvision:magic')
    (tmp_path / 'a.pth').write_text('text', encoding='utf-8')
    with pytest.raises(InputError, match='weights of .* cannot be had'):
        build_person_detector(f'torchvision:ssdlite320_mobilenet_v3_large,{tmp_path / "a.pth"}')
