from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.registry import HOOKS, MODELS
from mmpretrain.structures import DataSample

from par_plugins.apis import build_runner
from par_plugins.datasets import PA100K
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.models.seeded_generator import synthetic_stream
from par_plugins.structures import InputError, SchemaMismatchError
from tests.engine.hooks.mrgan_run import mrgan_config
from tests.tools.toy_run import toy_config

DEACT = dict(type='DeactivationLoss', loss_weight=1e-3)


@pytest.fixture(scope='module')
def generator(toy_root, tmp_path_factory):
    """Config of a trained MR-GAN's model and its checkpoint."""
    folder = tmp_path_factory.mktemp('mrgan')
    cfg = mrgan_config(toy_root, folder)
    build_runner(cfg).train()
    return dict(cfg.model), str(folder / 'epoch_1.pth')


class Classifier(torch.nn.Module):
    """What of a classifier the hook looks at."""

    def __init__(self, loss=DEACT):
        super().__init__()
        self.loss = MODELS.build(loss)
        self.weight = torch.nn.Parameter(torch.zeros(1))


def run_of(toy_root, model=None):
    """What of a runner the hook looks at, before the second step."""
    dataset = PA100K(data_root=str(toy_root), split='train')
    model = Classifier() if model is None else model
    for module in model.modules():
        if hasattr(module, 'set_schema'):
            module.set_schema(dataset.metainfo['schema'])
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset))
    hub = SimpleNamespace(update_scalar=lambda name, value: None)
    if hasattr(model.loss, 'observe'):  # so that labels are drawn, and those of no two images alike
        model.loss.observe(torch.zeros(2, 26), torch.stack([torch.zeros(26), torch.ones(26)]))
    return SimpleNamespace(model=model, train_loop=loop, iter=1, message_hub=hub)


def hook_of(generator, **change):
    config, checkpoint = generator
    arguments = dict(config=config, checkpoint=checkpoint, interval=2, sigma_p=1.0) | change
    return HOOKS.build(dict(type='MRGANGeneratorHook', **arguments))


def batch_of(number=2, size=(128, 64)):
    samples = [DataSample() for _ in range(number)]
    for sample in samples:
        sample.set_field(np.zeros(26, np.int64), 'gt_attributes')
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (number, 3, *size), generator=generator, dtype=torch.uint8)
    return {'inputs': images, 'data_samples': samples}


def classifier(toy_root, work_dir, generator):
    """A toy training with deactivation, 3 steps of 8 images, without validation."""
    config, checkpoint = generator
    cfg = toy_config(
        toy_root,
        work_dir,
        **{
            'model.type': 'DeactivationClassifier',
            'model.head.losses.deact': DEACT,
            'train_cfg.val_interval': 2,
        },
    )
    hook = dict(type='MRGANGeneratorHook', config=config, checkpoint=checkpoint, interval=2)
    cfg.custom_hooks = [*cfg.custom_hooks, hook]
    return cfg


class Watch:
    """What the head's losses are shown, step by step."""

    def __init__(self, runner):
        self.steps = []
        head, loss = runner.model.head, runner.model.head.loss

        def watched(feats, samples):
            results = loss(feats, samples)
            kinds = {bool(sample.get('synthetic', False)) for sample in samples}
            self.steps.append((kinds, len(samples), sorted(results), samples))
            return results

        head.loss = watched


def test_every_second_batch_gets_as_many_images_whose_loss_is_logged_on_its_own(
    toy_root, tmp_path, generator
):
    runner = build_runner(classifier(toy_root, tmp_path, generator))
    watch = Watch(runner)
    runner.train()
    shown = [(kinds, number, names) for kinds, number, names, _ in watch.steps]
    assert shown == [
        ({False}, 8, ['loss_ce']),
        ({False}, 8, ['loss_ce']),
        ({True}, 8, ['loss_deact']),
        ({False}, 8, ['loss_ce']),
    ]
    labels = torch.stack([sample.gt_attributes for sample in watch.steps[2][3]])
    assert labels.shape == (8, 26) and (labels >= 0).all()  # the first step has observed them all
    scalars = runner.message_hub.log_scalars
    assert len(scalars['train/loss_deact'].data[0]) == 1
    assert len(scalars['train/loss_ce'].data[0]) == 3
    assert 0 < scalars['train/expected_positives'].current() < 26
    state = load_checkpoint_file(str(tmp_path / 'epoch_1.pth'))['state_dict']
    assert state['head.losses.deact.hard_labels.errors'].max() > 0
    assert not any('generator' in name for name in state)


def test_the_images_are_those_of_the_generator_in_the_pipelines_range(toy_root, generator):
    hook, run, batch = hook_of(generator), run_of(toy_root), batch_of()
    real = batch['inputs'].clone()
    hook.before_train(run)
    hook.before_train_iter(run, 1, batch)
    assert batch['inputs'].dtype == torch.uint8 and batch['inputs'].shape == (4, 3, 128, 64)
    assert batch['inputs'][:2].equal(real)
    assert [sample.get('synthetic', False) for sample in batch['data_samples']] == [False] * 2 + [
        True
    ] * 2
    labels = torch.stack([sample.gt_attributes for sample in batch['data_samples'][2:]])
    stream = synthetic_stream(torch.device('cpu'), 1)
    assert run.model.loss.hard_labels.draw(2, stream).equal(labels)
    assert (labels >= 0).all() and not labels.equal(labels.flip(0))
    expected = hook.gan.generate_complementary(labels, sigma_p=1.0, generator=stream)
    assert batch['inputs'][2:].equal(expected)
    assert not hook.gan.training and not any(p.requires_grad for p in hook.gan.parameters())


def test_between_its_turns_it_leaves_the_batch_alone():
    hook = HOOKS.build(dict(type='MRGANGeneratorHook', config={}, checkpoint='', interval=20))

    class Run:
        iter = 3

    batch = {'inputs': torch.zeros(1), 'data_samples': []}
    hook.before_train_iter(Run(), 3, batch)
    assert batch == {'inputs': torch.zeros(1), 'data_samples': []}


def test_batches_that_are_lists_and_have_identities_get_their_like(toy_root, generator):
    hook, run, batch = hook_of(generator, num_images=3), run_of(toy_root), batch_of()
    batch['inputs'] = list(batch['inputs'])
    for sample in batch['data_samples']:
        sample.set_field(torch.tensor([7]), 'gt_pid')
    hook.before_train(run)
    hook.before_train_iter(run, 1, batch)
    assert [len(part) for part in batch.values()] == [5, 5]
    assert [sample.gt_pid.tolist() for sample in batch['data_samples']] == [[7]] * 2 + [[-1]] * 3
    assert 'gt_camid' not in batch['data_samples'][-1]


def test_a_generator_of_another_schema_is_refused_showing_both(toy_root, tmp_path, generator):
    found = load_checkpoint_file(generator[1])
    found['meta']['dataset_meta']['schema']['attributes'].reverse()
    torch.save(found, tmp_path / 'reversed.pth')
    with pytest.raises(SchemaMismatchError, match=r'reversed.pth has the same .* another order'):
        hook_of(generator, checkpoint=str(tmp_path / 'reversed.pth')).before_train(run_of(toy_root))
    del found['meta']['dataset_meta']
    torch.save(found, tmp_path / 'silent.pth')
    with pytest.raises(InputError, match='does not say which attributes'):
        hook_of(generator, checkpoint=str(tmp_path / 'silent.pth')).before_train(run_of(toy_root))


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (dict(num_conditions=0), 'is unconditional'),
        (dict(num_conditions=25), 'set model.num_conditions to 26'),
        (
            dict(channels=3),
            r'missing or do not fit, the first .*of shape',
        ),
    ],
)
def test_a_config_that_is_not_the_checkpoints_is_refused(toy_root, generator, change, sentence):
    with pytest.raises(InputError, match=sentence):
        hook_of(generator, config=generator[0] | change).before_train(run_of(toy_root))


@pytest.mark.parametrize(
    ('config', 'sentence'),
    [
        ('nowhere.py', 'nowhere.py: no config of an MR-GAN'),
        (dict(type='ReLULeNet'), 'its config is of ReLULeNet, not MRGAN'),
    ],
)
def test_a_config_that_is_of_no_mrgan_is_refused(toy_root, generator, config, sentence):
    with pytest.raises(InputError, match=sentence):
        hook_of(generator, config=config).before_train(run_of(toy_root))


def test_a_checkpoint_without_weights_is_refused(toy_root, tmp_path, generator):
    found = load_checkpoint_file(generator[1])
    del found['state_dict']
    torch.save(found, tmp_path / 'empty.pth')
    with pytest.raises(InputError, match=r'empty.pth: .* do not fit, the first .*missing'):
        hook_of(generator, checkpoint=str(tmp_path / 'empty.pth')).before_train(run_of(toy_root))


def test_images_of_another_size_are_refused_with_both(toy_root, generator):
    hook, run = hook_of(generator), run_of(toy_root)
    hook.before_train(run)
    with pytest.raises(InputError, match=r'\(3, 128, 64\), but .* of \(3, 64, 32\)'):
        hook.before_train_iter(run, 1, batch_of(size=(64, 32)))


def test_a_classifier_without_hard_labels_is_refused(toy_root, generator):
    model = Classifier(dict(type='AttributeCrossEntropyLoss'))
    with pytest.raises(InputError, match='add a DeactivationLoss'):
        hook_of(generator).before_train(run_of(toy_root, model))


def test_a_missing_checkpoint_and_wrong_numbers_are_refused(toy_root, generator):
    with pytest.raises(InputError, match='no such checkpoint'):
        hook_of(generator, checkpoint='nowhere.pth').before_train(run_of(toy_root))
    for options in (dict(interval=0), dict(num_images=0)):
        with pytest.raises(ValueError, match='expected positive numbers'):
            hook_of(generator, **options)
    with pytest.raises(ValueError, match='sigma_p must be at least 0, got -1'):
        hook_of(generator, sigma_p=-1.0)
