"""Operating points from training to a test, and for a checkpoint that has none yet."""

import json
import subprocess
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from par_plugins.apis import build_runner, evaluate_best, operating_points
from par_plugins.apis.operating_points import fit_operating_points, operating_points_of
from par_plugins.datasets import PA100K
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.structures import AnswerRules, AttributeSchema, InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.crops import picture_sharpness
from tests.tools.toy_run import CONFIG, ROOT, toy_config

RULES = ('f1', 'threshold_adjustment')
METRICS = [
    dict(type='AttributeMetric'),
    *(dict(type='OperatingPointMetric', rule=r) for r in RULES),
]


def config(toy_root, work_dir):
    return toy_config(toy_root, work_dir, val_evaluator=METRICS, test_evaluator=METRICS)


@pytest.fixture(scope='module')
def trained(toy_root, tmp_path_factory):
    work_dir = tmp_path_factory.mktemp('trained')
    runner = build_runner(config(toy_root, work_dir))
    runner.train()
    return work_dir, evaluate_best(runner)


def best(work_dir):
    return str(next(work_dir.glob('best_attribute_mA_*.pth')))


def test_a_run_ends_with_scores_at_its_operating_points(trained):
    work_dir, scores = trained
    for name in ('attribute/mA', 'attribute/tuned_f1/mA', 'attribute/threshold_adjustment/mA'):
        assert 0 <= scores[name] <= 100
    in_sample = json.loads((work_dir / 'val_scores.json').read_text(encoding='utf-8'))['scores']
    assert in_sample['attribute/tuned_f1_in_sample/mA'] is not None
    table = (work_dir / 'val_attributes.csv').read_text(encoding='utf-8')
    assert {'mA', 'tuned_f1_in_sample/threshold'} <= set(table.splitlines()[0].split(','))
    stored = load_checkpoint_file(best(work_dir))['meta']['operating_points']
    assert set(stored) == {'tuned_f1', 'threshold_adjustment'}
    assert stored['threshold_adjustment']['parameters']['temperature'] in (1, 2, 3, 4, 5)


def test_a_later_test_finds_the_same_scores(trained, toy_root, tmp_path):
    cfg = config(toy_root, tmp_path)
    cfg.load_from = best(trained[0])
    assert build_runner(cfg).test() == pytest.approx(trained[1], abs=1e-9)


def test_points_found_afterwards_are_those_that_the_run_found(trained, toy_root, tmp_path):
    checkpoint = load_checkpoint_file(best(trained[0]))
    expected = checkpoint['meta'].pop('operating_points')
    bare = tmp_path / 'bare.pth'
    torch.save(checkpoint, bare)
    cfg = config(toy_root, tmp_path / 'test')
    cfg.load_from = str(bare)
    with pytest.raises(InputError, match="no operating point 'tuned_f1'"):
        build_runner(cfg).test()

    out = tmp_path / 'with.pth'
    plain = toy_config(toy_root, tmp_path / 'fit')
    points = fit_operating_points(plain, str(bare), out, rules=RULES)
    content = load_checkpoint_file(str(out))
    schema = AttributeSchema.from_dict(content['meta']['dataset_meta']['schema'])
    assert {name: point.to_dict() for name, point in points.items()} == expected
    again = operating_points_of(content, schema)
    assert {name: point.to_dict() for name, point in again.items()} == expected
    assert content['state_dict'].keys() == checkpoint['state_dict'].keys()


def test_a_folder_that_is_not_there_is_named_before_the_validation(trained, toy_root, tmp_path):
    out = tmp_path / 'no' / 'such.pth'
    with pytest.raises(InputError, match=r'such\.pth: there is no such folder'):
        fit_operating_points(toy_config(toy_root, tmp_path), best(trained[0]), out, rules=RULES)


def test_the_height_is_the_smallest_that_loses_five_points_at_most():
    scores = {None: 80.0, 64: 80.5, 48: 75.0, 32: 74.9, 16: 79.0}

    def mean_accuracy(steps):
        return scores[steps[0]['scale'] if steps else None]

    validation = SimpleNamespace(mean_accuracy=mean_accuracy)
    assert operating_points.smallest_height(validation, [16, 32, 48, 64]) == 48
    scores[64] = 10.0
    assert operating_points.smallest_height(validation, [16, 32, 48, 64]) == 64


def test_the_sharpness_is_that_of_pictures_blurred_as_far_as_can_be_told():
    scores = {None: 80.0, 0.5: 79.0, 1.0: 76.0, 2.0: 60.0, 4.0: 80.0}

    def radius(steps):
        return steps[-1]['radius'] if steps else None

    validation = SimpleNamespace(
        input_height=64,
        mean_accuracy=lambda steps: scores[radius(steps)],
        sharpness=lambda steps: np.arange(101) / radius(steps),
    )
    assert operating_points.least_sharpness(validation, [4.0, 2.0, 1.0, 0.5]) == 5.0
    scores[0.5] = 10.0
    assert operating_points.least_sharpness(validation, [4.0, 2.0, 1.0, 0.5]) == 10.0


def test_blurred_pictures_are_less_sharp_whatever_their_size():
    image = ToyPedestrians(1).image(0)
    large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    sharp = picture_sharpness(image, image.shape[0])
    assert picture_sharpness(large, image.shape[0]) == pytest.approx(sharp, rel=1e-6)
    blurred = [picture_sharpness(cv2.GaussianBlur(image, (0, 0), r), 128) for r in (1, 2, 4)]
    assert sharp > blurred[0] > blurred[1] > blurred[2]


def test_rules_of_answering_come_with_the_prior(trained, toy_root, tmp_path):
    out = tmp_path / 'with.pth'
    plain = toy_config(toy_root, tmp_path / 'fit')
    checkpoint = best(trained[0])
    options = dict(rules=['prior'], heights=[16], blurs=[9.0], figure=tmp_path / 'figure.png')
    points = fit_operating_points(plain, checkpoint, out, **options)
    assert (tmp_path / 'figure.png').read_bytes().startswith(b'\x89PNG')
    content = load_checkpoint_file(str(out))
    schema = AttributeSchema.from_dict(content['meta']['dataset_meta']['schema'])
    rules = AnswerRules.from_dict(content['meta']['answer_rules'], schema, source='x')
    assert rules.smallest_height == 16
    sharp = [
        picture_sharpness(cv2.imread(str(path)), 128) for path in (toy_root / 'data').glob('*')
    ]
    assert 0 < rules.least_sharpness < min(sharp)  # none is blurred by nine pixels as it is
    assert rules.rules['prior'].thresholds == pytest.approx(
        list(points['prior'].thresholds.values())
    )
    training = PA100K(data_root=str(toy_root), split='train')
    assert rules.priors == pytest.approx(training.targets.mean(axis=0))


def test_the_command_line_prints_the_thresholds(trained, toy_root, tmp_path):
    out = tmp_path / 'out.pth'
    command = [sys.executable, ROOT / 'tools/analysis/fit_operating_points.py', CONFIG]
    command += [best(trained[0]), '--out', out, '--rules', 'mA', '--work-dir', tmp_path]
    options = [f'{split}_dataloader.dataset.data_root={toy_root}' for split in ('train', 'val')]
    options.append('val_dataloader.num_workers=0')
    done = subprocess.run(
        [*command, '--cfg-options', *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 'tuned_mA' in done.stdout and '  Female: 0.' in done.stdout
    assert 'tuned_mA' in load_checkpoint_file(str(out))['meta']['operating_points']
