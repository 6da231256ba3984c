"""The command lines, on toy files in the official format."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import default_collate
from scipy.io import loadmat, savemat

from par_plugins.apis import build_runner, evaluate_best, last_whole_checkpoint
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.evaluation.functional.attribute_scores import RATIO_GROUPS
from par_plugins.structures import InputError, SchemaMismatchError
from tests.tools.toy_run import CONFIG, ROOT, TIME_LIMIT, toy_config


@pytest.fixture(scope='module')
def trained(toy_root, tmp_path_factory):
    """A toy training with its work directory and test scores."""
    work_dir = tmp_path_factory.mktemp('trained')
    runner = build_runner(toy_config(toy_root, work_dir))
    runner.train()
    return work_dir, evaluate_best(runner)


def best(work_dir):
    return next(work_dir.glob('best_attribute_mA_*.pth'))


def test_training_leaves_checkpoint_table_figure_curves_and_scores(trained):
    work_dir, scores = trained
    assert best(work_dir).is_file()
    for split, images in (('val', 9), ('test', 11)):
        with (work_dir / f'{split}_attributes.csv').open(encoding='utf-8') as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 26 and rows[0]['name'] == 'Female'
        assert all(0 <= int(row['positives']) <= images for row in rows)
        assert (work_dir / f'{split}_attributes.png').stat().st_size > 10_000
    written = json.loads((work_dir / 'test_scores.json').read_text(encoding='utf-8'))
    assert written['scores']['attribute/mA'] == scores['attribute/mA']
    assert re.fullmatch(rf'{CONFIG.stem}_\d+', written['config'])  # no time of day behind it
    assert written['seed'] == 0
    assert list(work_dir.rglob('events.out.tfevents*'))


def test_the_checkpoint_carries_the_schema_as_plain_data(trained):
    meta = load_checkpoint_file(str(best(trained[0])))['meta']['dataset_meta']
    assert [a['name'] for a in meta['schema']['attributes']][:2] == ['Female', 'AgeOver60']


def test_test_py_finds_the_scores_that_training_ended_with(trained, toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    cfg.load_from = str(best(trained[0]))
    scores = build_runner(cfg).test()
    assert scores == pytest.approx(trained[1], abs=1e-9)


def test_the_batch_size_of_the_test_changes_nothing(trained, toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path, **{'test_dataloader.batch_size': 3})
    cfg.load_from = str(best(trained[0]))
    assert build_runner(cfg).test() == pytest.approx(trained[1], abs=1e-4)


@pytest.mark.parametrize('reorder', [list(reversed(range(26))), list(range(25))])
def test_a_checkpoint_of_another_order_or_set_is_refused_showing_both(
    trained, toy_root, tmp_path, reorder
):
    cfg = toy_config(toy_root, tmp_path)
    names = [cell[0].item() for cell in loadmat(toy_root / 'annotation.mat')['attributes']]
    cfg.test_dataloader.dataset.attributes = [names[i] for i in reorder]
    cfg.model.head.num_attributes = len(reorder)
    cfg.load_from = str(best(trained[0]))
    with pytest.raises(SchemaMismatchError, match='the checkpoint has') as caught:
        build_runner(cfg).test()
    assert 'Female, AgeOver60' in str(caught.value)


def test_resuming_goes_on_where_training_stopped(toy_root, tmp_path):
    runner = build_runner(toy_config(toy_root, tmp_path))
    runner.train()
    cfg = toy_config(toy_root, tmp_path, **{'train_cfg.max_epochs': 2})
    cfg.resume = True
    resumed = build_runner(cfg)
    resumed.train()
    assert resumed.epoch == 2 and resumed.iter == 6
    log = max(tmp_path.glob('*/*.log')).read_text(encoding='utf-8')
    assert 'resumed epoch: 1, iter: 3' in log
    assert 'dataset metainfo from the resumed checkpoint is different' not in log


def test_the_same_seed_trains_the_same_weights(trained, toy_root, tmp_path):
    build_runner(toy_config(toy_root, tmp_path)).train()
    first, second = (
        load_checkpoint_file(str(best(folder)))['state_dict'] for folder in (trained[0], tmp_path)
    )
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_weights_of_the_training_set_reach_the_loss(toy_root, tmp_path):
    options = {'model.head.losses': {'ce': dict(type='AttributeCrossEntropyLoss', weighting='exp')}}
    runner = build_runner(toy_config(toy_root, tmp_path, **options))
    runner.train()
    share = loadmat(toy_root / 'annotation.mat')['train_label'].mean(axis=0)
    weights = runner.model.head.losses['ce'].value_weights.numpy()
    np.testing.assert_allclose(weights, np.exp([*zip(share, 1 - share, strict=True)]))


def broken_root(toy_root, folder):
    """The toy benchmark with its third test image cut in half."""
    content = {k: v for k, v in loadmat(toy_root / 'annotation.mat').items() if k[0] != '_'}
    savemat(folder / 'annotation.mat', content)
    (folder / 'data').mkdir()
    for image in (toy_root / 'data').iterdir():
        (folder / 'data' / image.name).write_bytes(image.read_bytes())
    victim = folder / 'data' / content['test_images_name'][2, 0].item()
    victim.write_bytes(victim.read_bytes()[:200])
    return victim


def test_a_broken_image_ends_the_run_and_skipping_it_leaves_it_out(trained, toy_root, tmp_path):
    victim = broken_root(toy_root, tmp_path)
    cfg = toy_config(tmp_path, tmp_path / 'run')
    cfg.load_from = str(best(trained[0]))
    with pytest.raises(InputError, match=f'{victim.name}: the image is truncated'):
        build_runner(cfg).test()

    cfg.test_dataloader.dataset.pipeline[0].on_error = 'skip'
    skipped = build_runner(cfg).test()
    cfg.test_dataloader.dataset.indices = [0, 1, *range(3, 11)]
    cfg.test_dataloader.dataset.data_root = str(toy_root)
    without = build_runner(cfg).test()
    assert skipped == pytest.approx(without, abs=1e-4, nan_ok=True)
    logs = ''.join(log.read_text(encoding='utf-8') for log in (tmp_path / 'run').glob('*/*.log'))
    assert '1 images of the test set were skipped' in logs and str(victim) in logs


def test_mixed_precision_without_a_gpu_is_refused(toy_root, tmp_path):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    cfg = toy_config(toy_root, tmp_path, **{'optim_wrapper.type': 'AmpOptimWrapper'})
    with pytest.raises(InputError, match='needs a GPU'):
        build_runner(cfg)


def test_a_run_that_was_never_validated_ends_with_a_test_of_its_last_weights(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path, **{'train_cfg.val_begin': 9})
    runner = build_runner(cfg)
    runner.train()
    scores = evaluate_best(runner)
    logs = ''.join(log.read_text(encoding='utf-8') for log in tmp_path.glob('*/*.log'))
    assert 'the last weights are tested' in logs
    cfg = toy_config(toy_root, tmp_path / 'last', load_from=str(tmp_path / 'epoch_1.pth'))
    assert scores == pytest.approx(build_runner(cfg).test(), nan_ok=True)


@pytest.mark.parametrize(
    ('evaluator', 'sentence'),
    [
        (dict(type='BalancedAccuracyMetric'), 'validation gives attribute/balanced_accuracy'),
        (dict(type='AttributeMetric', protocol='openpar'), 'gives attribute/openpar/mA, '),
    ],
)
def test_a_best_score_that_validation_does_not_give_is_refused_before_training(
    toy_root, tmp_path, evaluator, sentence
):
    cfg = toy_config(toy_root, tmp_path)
    cfg.val_evaluator = evaluator
    with pytest.raises(InputError, match=sentence):
        build_runner(cfg).train()
    assert not list(tmp_path.glob('*.pth'))


@pytest.mark.parametrize('group', ['many', 'medium', 'few'])
def test_the_mean_of_a_group_of_attributes_picks_where_validation_has_the_group(
    toy_root, tmp_path, group
):
    cfg = toy_config(
        toy_root, tmp_path, **{'default_hooks.checkpoint.save_best': f'attribute/mA_{group}'}
    )
    runner = build_runner(cfg)
    dataset = runner.build_dataloader(cfg.val_dataloader).dataset
    scored = {
        next(name for name, smallest in RATIO_GROUPS.items() if share >= smallest)
        for share in dataset.targets.mean(axis=0)
        if 0 < share < 1
    }
    if group in scored:
        runner.train()
        assert list(tmp_path.glob(f'best_attribute_mA_{group}_*.pth'))
    else:
        with pytest.raises(InputError, match=f'attribute/mA_{group}, .* is undefined'):
            runner.train()


def test_a_validation_without_queries_is_refused_before_training(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    cfg.val_evaluator = [*cfg.val_evaluator, dict(type='ReIDMetric')]
    with pytest.raises(InputError, match=r"its data sample has no 'gt_pid'"):
        build_runner(cfg).train()
    assert not list(tmp_path.glob('*.pth'))


def test_without_default_hooks_a_run_has_its_schema_nevertheless(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    cfg.default_hooks = None
    cfg.val_evaluator = cfg.test_evaluator = dict(type='AttributeMetric')
    runner = build_runner(cfg)
    runner.train()
    runner.save_checkpoint(str(tmp_path), 'last.pth')
    assert 'schema' in load_checkpoint_file(str(tmp_path / 'last.pth'))['meta']['dataset_meta']


def test_the_official_order_of_channels_reaches_the_network(toy_root, tmp_path):
    """OpenCV reads BGR; ImageNet's means and deviations are RGB."""
    cfg = toy_config(toy_root, tmp_path)
    runner = build_runner(cfg)
    dataset = runner.build_dataloader(cfg.test_dataloader).dataset
    data = dataset[0]
    batch = runner.model.data_preprocessor(default_collate([data]))['inputs'][0]
    means, deviations = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
    rgb = data['inputs'].numpy()[::-1].transpose(1, 2, 0)
    expected = ((rgb - means) / deviations).transpose(2, 0, 1)
    np.testing.assert_allclose(batch.numpy(), expected, rtol=1e-5, atol=1e-5)


def test_the_config_of_the_page_on_own_data_trains_on_its_table(toy_root, tmp_path):
    page = (ROOT / 'docs/own_data.md').read_text(encoding='utf-8')
    text, table = (page.split(f'```{kind}\n')[1].split('```')[0] for kind in ('python', 'text'))
    # One image of each value, so that every split has an mA.
    table += 'b/005.jpg,val,1,0,old\nb/006.jpg,test,0,0,adult\n'
    (tmp_path / 'labels.csv').write_text(table, encoding='utf-8')
    image = next((toy_root / 'data').iterdir()).read_bytes()
    for row in table.splitlines()[1:]:
        path = tmp_path / row.split(',')[0]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(image)
    text = text.replace('data/shop', str(tmp_path)).replace(
        'strong-baseline_resnet50_1xb64-30e_pa100k-256x192',
        'cross-entropy_resnet18_1xb64-10e_pa100k-128x64',
    )  # the quick one
    (tmp_path / 'config.py').write_text(text, encoding='utf-8')
    cfg = Config.fromfile(tmp_path / 'config.py')
    for split in ('train', 'val', 'test'):
        cfg[f'{split}_dataloader'].update(num_workers=0, batch_size=2)
    cfg.model.backbone.init_cfg = None
    cfg.train_cfg.max_epochs = 1
    cfg.work_dir, cfg.launcher = str(tmp_path / 'run'), 'none'
    runner = build_runner(cfg)
    runner.train()
    assert 0 <= evaluate_best(runner)['attribute/balanced_accuracy'] <= 100
    assert runner.model.head.layout.schema.names == ('Female', 'Hat', 'Age')


def command(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )


def test_the_command_line_ends_bad_input_with_one_sentence(tmp_path):
    roots = [f'{s}_dataloader.dataset.data_root={tmp_path}' for s in ('train', 'val', 'test')]
    done = command(
        'tools/train.py', CONFIG, '--work-dir', tmp_path / 'run', '--cfg-options', *roots
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(f'error: {tmp_path}/')
    assert 'annotation.mat: no such file' in done.stderr
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (['nowhere.py'], 'error: nowhere.py: FileNotFoundError'),
        ([CONFIG, '--cfg-options', 'foo'], "--cfg-options: 'foo' is not KEY=VALUE"),
        (
            [CONFIG, '--cfg-options', 'test_dataloader.dataset.data_root=my toys'],
            'annotation.mat: no such file; PA-100K needs',
        ),
    ],
)
def test_wrong_options_are_one_sentence_and_spaces_stay(tmp_path, arguments, sentence):
    done = command('tools/train.py', *arguments, '--work-dir', tmp_path)
    assert done.returncode != 0 and 'Traceback' not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert sentence in last and ('my toys' in last) == ('my toys' in ''.join(map(str, arguments)))


def test_a_moved_work_directory_still_ends_with_its_best_checkpoint(toy_root, tmp_path):
    build_runner(toy_config(toy_root, tmp_path / 'old')).train()
    (tmp_path / 'old').rename(tmp_path / 'new')
    cfg = toy_config(toy_root, tmp_path / 'new')
    cfg.resume, cfg.load_from = True, last_whole_checkpoint(tmp_path / 'new')
    runner = build_runner(cfg)
    runner.train()
    assert 0 <= evaluate_best(runner)['attribute/mA'] <= 100


def test_wrapped_datasets_train_with_their_own_statistics(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    part = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(
        type='mmengine.RepeatDataset',
        times=2,
        dataset=dict(type='mmengine.ConcatDataset', datasets=[part, part]),
    )
    cfg.model.head.losses.ce.weighting = 'ratio'
    runner = build_runner(cfg)
    runner.train()
    labels = loadmat(toy_root / 'annotation.mat')['train_label'].astype(int)
    positives = labels.sum(axis=0)
    expected = (len(labels) - positives)[positives > 0] / positives[positives > 0]
    weights = runner.model.head.losses['ce'].value_weights[:, 1].numpy()
    np.testing.assert_allclose(weights[positives > 0], expected)


def test_a_workers_broken_image_ends_the_command_line_with_its_name(trained, toy_root, tmp_path):
    victim = broken_root(toy_root, tmp_path)
    done = command(
        'tools/test.py',
        CONFIG,
        best(trained[0]),
        '--work-dir',
        tmp_path / 'run',
        '--cfg-options',
        f'test_dataloader.dataset.data_root={tmp_path}',
        'test_dataloader.num_workers=1',
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f'error: {victim}: the image is truncated'), done.stderr
