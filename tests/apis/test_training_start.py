"""What would end a training badly is said before it begins."""

import pytest
from scipy.io import loadmat

from par_plugins.apis import build_runner, train
from par_plugins.structures import InputError
from tests.tools.toy_run import toy_config


def start(toy_root, work_dir, **options):
    """Begin a training; one whose steps begin is stopped there."""

    class Began(Exception):
        pass

    runner = build_runner(toy_config(toy_root, work_dir, **options))

    def step(*arguments, **keywords):
        raise Began

    runner.model.train_step = step
    with pytest.raises(Began):
        train(runner)
    return runner


def test_an_image_left_over_for_a_batch_norm_of_logits_is_refused_with_the_remedy(
    toy_root, tmp_path
):
    options = {'model.head.norm_logits': True, 'train_dataloader.batch_size': 23}  # of 24 images
    with pytest.raises(InputError, match='24 images in batches of 23 .*drop_last=True'):
        start(toy_root, tmp_path, **options)
    assert not list(tmp_path.glob('*.pth'))
    start(toy_root, tmp_path, **options, **{'train_dataloader.drop_last': True})
    start(toy_root, tmp_path, **{**options, 'train_dataloader.batch_size': 8})


def test_batch_norm_over_maps_takes_one_image_and_over_single_pixels_does_not(toy_root, tmp_path):
    start(toy_root, tmp_path, **{'train_dataloader.batch_size': 23})
    small = [
        dict(type='LoadPersonImage'),
        dict(type='Resize', scale=(32, 32)),  # a map of the last stage is one pixel
        dict(type='PackAttributeInputs'),
    ]
    options = {
        'train_dataloader.batch_size': 23,
        'train_dataloader.dataset.pipeline': small,
    }
    with pytest.raises(InputError, match=r'backbone\.layer4\.\S+ \(batch norm\) has no variance'):
        start(toy_root, tmp_path, **options)
    runner = start(toy_root, tmp_path, **{**options, 'train_dataloader.batch_size': 12})
    assert runner.model.training


def test_a_validation_split_that_cannot_give_the_best_score_is_refused(toy_root, tmp_path):
    labels = loadmat(toy_root / 'annotation.mat')['val_label'].astype(int)
    assert ((labels.sum(0) > 0) & (labels.sum(0) < len(labels))).any()
    start(toy_root, tmp_path)
    with pytest.raises(InputError, match=r'attribute/mA.* of its 1 images \(26 known\)'):
        start(toy_root, tmp_path, **{'val_dataloader.dataset.indices': [0]})


def test_a_validation_split_of_unknown_labels_is_refused(toy_root, tmp_path):
    runner = build_runner(toy_config(toy_root, tmp_path))
    dataset = runner.val_loop.dataloader.dataset
    dataset.targets[:] = -1
    with pytest.raises(InputError, match=r'of its 9 images \(0 known\)'):
        train(runner)
