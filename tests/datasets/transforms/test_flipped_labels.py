"""A mirrored picture has its labels of left and right exchanged."""

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from par_plugins.datasets import AttributeCSV, RAPv1
from par_plugins.structures import InputError
from tests.datasets.official_files import rapv1, write_mat

LOAD, PACK = dict(type='LoadPersonImage'), dict(type='PackAttributeInputs')


def flip(direction, prob=1.0):
    return dict(type='RandomFlip', prob=prob, direction=direction)


def shop(folder, pipeline, row='a.png,train,1,0,1', **options):
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:, :3] = 255  # the bag on the left
    cv2.imwrite(str(folder / 'a.png'), picture)
    header = 'image,split,bagLeft,bagRight,Hat'
    (folder / 'labels.csv').write_text(f'{header}\n{row}\n', encoding='utf-8')
    return AttributeCSV(data_root=str(folder), pipeline=pipeline, **options)


@pytest.mark.parametrize(
    ('direction', 'labels'),
    [('horizontal', [0, 1, 1]), ('diagonal', [0, 1, 1]), ('vertical', [1, 0, 1])],
)
def test_labels_go_with_the_picture(tmp_path, direction, labels):
    packed = shop(tmp_path, [LOAD, flip(direction), PACK])[0]
    on_the_left = packed['inputs'][:, :, 0].float().mean().item() == 255
    sample = packed['data_samples']
    assert sample.gt_attributes.tolist() == labels
    assert on_the_left == bool(labels[0])


def test_each_sample_is_as_its_own_flip_has_it(tmp_path):
    data = shop(tmp_path, [LOAD, flip('horizontal', prob=0.5), PACK])
    seen = set()
    for _ in range(40):
        packed = data[0]
        on_the_left = packed['inputs'][0, 0, 0].item() == 255
        assert packed['data_samples'].gt_attributes.tolist() == [on_the_left, not on_the_left, 1]
        seen.add(on_the_left)
    assert seen == {True, False}
    assert data.targets.tolist() == [[1, 0, 1]]


def test_an_unreadable_picture_stays_unknown(tmp_path):
    load = dict(LOAD, on_error='skip')
    data = shop(tmp_path, [load, flip('horizontal'), PACK], row='b.png,train,1,0,1')
    assert data[0]['data_samples'].gt_attributes.tolist() == [-1, -1, -1]


def test_rap_exchanges_the_side_that_a_face_shows(tmp_path):
    write_mat(tmp_path / 'RAP_annotation/RAP_annotation.mat', rapv1().content)
    data = RAPv1(data_root=str(tmp_path), attribute_set='all')
    schema = data.metainfo['schema']
    assert ('faceLeft', 'faceRight') in schema.flip_pairs
    evaluated = RAPv1(data_root=str(tmp_path)).metainfo['schema']
    assert evaluated.flip_pairs == ()
    flipped = schema.flipped(data.targets)
    left, right = schema.index('faceLeft'), schema.index('faceRight')
    assert (data.targets[:, left] != data.targets[:, right]).any()
    assert (flipped[:, [left, right]] == data.targets[:, [right, left]]).all()


@pytest.mark.parametrize(
    ('transforms', 'problem'),
    [
        ([flip('horizontal'), flip('vertical'), PACK], '2 RandomFlip, of which only the last'),
        ([dict(type='torchvision/RandomHorizontalFlip'), PACK], "take mmcv's RandomFlip"),
        (
            [dict(type='RandomApply', transforms=[flip('horizontal')]), flip('horizontal'), PACK],
            '2 RandomFlip',
        ),
        (
            [flip('horizontal'), dict(type='PackInputs', algorithm_keys=['gt_attributes'])],
            'take PackAttributeInputs',
        ),
    ],
)
def test_pipelines_that_would_lose_the_flip_are_refused(tmp_path, transforms, problem):
    init_default_scope('mmpretrain')
    with pytest.raises(InputError, match=problem):
        shop(tmp_path, [LOAD, *transforms])
    # Without labels of left and right they are nobody's business.
    shop(tmp_path, [LOAD, *transforms], attributes=['Hat'])
