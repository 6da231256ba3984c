"""The extension keeps the promises that par_plugins asks of its own."""

import math
from pathlib import Path

import pytest
import torch
from mmengine.registry import DATASETS, MODELS

from par_plugins.structures import InputError
from par_plugins.testing import check_config, check_loss
from par_plugins.testing.contracts import losses as contract
from projects.example_project.write_tagged_pedestrians import write_tagged_pedestrians

CONFIG = Path(__file__).parent / 'configs/resnet18_tagged_pedestrians.py'
LINES = 'a.jpg Female ?Hat Backpack\nb.jpg\nc.jpg HandBag ShortSleeve\n'


def make_loss(**options):
    return MODELS.build({'type': 'AttributeLabelSmoothingLoss', **options})


def slow_reference(loss, batch):
    """One label after another."""
    total, images = 0.0, 0
    for logits, targets in zip(batch.logits, batch.targets.tolist(), strict=True):
        images += any(target >= 0 for target in targets)
        for part, target in zip(contract.SCHEMA.logit_slices, targets, strict=True):
            if target < 0:
                continue
            own = logits[part].tolist()
            scores = own if len(own) > 1 else [0.0, *own]
            normaliser = math.log(sum(map(math.exp, scores)))
            for value, score in enumerate(scores):
                share = loss.smoothing / len(scores) + (1 - loss.smoothing) * (value == target)
                total += share * (normaliser - score)
    return loss.loss_weight * total / images


def read(folder, text=LINES, **options):
    (folder / 'train.txt').write_text(text, encoding='utf-8')
    return DATASETS.build({'type': 'TaggedPedestrians', 'data_root': str(folder), **options})


@pytest.mark.parametrize(
    'options', [{}, {'smoothing': 0.0}, {'smoothing': 0.5, 'loss_weight': 2.0}]
)
def test_the_loss_keeps_the_promises_of_losses_and_has_the_slow_references_value(options):
    check_loss({'type': 'AttributeLabelSmoothingLoss', **options}, slow_reference)


def test_without_smoothing_it_is_the_cross_entropy():
    batch = contract.random_batch()
    plain = contract.prepared(lambda: MODELS.build({'type': 'AttributeCrossEntropyLoss'}))
    smoothed = contract.prepared(lambda: make_loss(smoothing=0.0))
    torch.testing.assert_close(batch.call(smoothed), batch.call(plain))


@pytest.mark.parametrize('smoothing', [-0.1, 1.0, math.nan])
def test_a_share_outside_its_range_is_refused(smoothing):
    with pytest.raises(ValueError, match='smoothing'):
        make_loss(smoothing=smoothing)


def test_tags_are_positive_questions_unknown_and_the_rest_negative(tmp_path):
    dataset = read(tmp_path)
    assert dataset.targets.tolist() == [
        [1, 0, -1, 0, 1, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 1],
    ]
    assert dataset[2]['img_path'] == str(tmp_path / 'c.jpg')


def test_attributes_are_chosen_by_name(tmp_path):
    dataset = read(tmp_path, attributes=['Hat', 'Female'])
    assert dataset.metainfo['schema'].names == ('Hat', 'Female')
    assert dataset.targets.tolist() == [[-1, 1], [0, 0], [0, 0]]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('a.jpg\nb.jpg Wings\n', "train.txt, line 2: no attribute named 'Wings'"),
        ('a.jpg\n\nb.jpg\n', 'image 1 has the name'),
        ('', 'there is no image'),
    ],
)
def test_a_broken_file_is_one_sentence_that_names_it(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_a_missing_file_and_an_unknown_split_are_named(tmp_path):
    with pytest.raises(InputError, match=r'val\.txt'):
        read(tmp_path, split='val')
    with pytest.raises(InputError, match="no split 'trainval'"):
        read(tmp_path, split='trainval')


def test_the_config_trains_on_toy_pedestrians(tmp_path):
    root = tmp_path / 'data'
    write_tagged_pedestrians(root, num_train=4, num_val=3, num_test=3, image_size=(64, 32))
    check_config(CONFIG, data_root=root, work_dir=tmp_path / 'run')
