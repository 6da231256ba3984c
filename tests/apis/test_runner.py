"""The network that a training picks is the one that everything else uses."""

import math

import pytest
import torch

from par_plugins.apis import build_predictor, build_runner, evaluate_best, last_whole_checkpoint
from par_plugins.apis.operating_points import fit_operating_points
from par_plugins.apis.runner import predicted_samples
from par_plugins.search import PersonEmbedder
from par_plugins.structures import InputError
from tests.tools.toy_run import toy_config

AVERAGES = {
    "mmpretrain's": dict(type='mmpretrain.EMAHook', momentum=0.1),
    "mmengine's, with buffers": dict(type='mmengine.EMAHook', momentum=0.1, update_buffers=True),
}


@pytest.fixture(scope='module', params=AVERAGES)
def averaged(request, toy_root, tmp_path_factory):
    """Three epochs with a moving average: config, runner, best checkpoint."""
    work_dir = tmp_path_factory.mktemp('averaged')

    def config(average=True):
        cfg = toy_config(toy_root, work_dir, **{'train_cfg.max_epochs': 3})
        if average:
            cfg.custom_hooks = [*cfg.custom_hooks, AVERAGES[request.param]]
        return cfg

    runner = build_runner(config())
    runner.train()
    return config, runner, next(work_dir.glob('best_attribute_mA_*.pth'))


def probabilities(model, runner):
    """Of the test set, by a model that its state_dict has been loaded into."""
    model.eval()
    with torch.no_grad():
        samples = [sample for batch in runner.test_dataloader for sample in model.test_step(batch)]
    return torch.stack([sample.pred_probabilities for sample in samples])


def loaded_plainly(cfg, weights):
    runner = build_runner(cfg)
    _ = runner.test_loop
    runner.model.load_state_dict(weights)
    return probabilities(runner.model, runner)


def test_final_test_later_test_predictor_and_plain_load_are_one_network(averaged):
    config, runner, best = averaged
    content = torch.load(best)
    plain = loaded_plainly(config(average=False), content['state_dict'])
    # The weights before averaging would show.
    prefix = 'module.'
    raw = {
        name.removeprefix(prefix): weight
        for name, weight in content['ema_state_dict'].items()
        if name.startswith(prefix)
    }
    assert (loaded_plainly(config(average=False), raw) - plain).abs().max() > 0.01

    scores = evaluate_best(runner)
    final = runner.model
    assert torch.equal(probabilities(final, runner), plain)
    for average in (True, False):
        cfg = config(average)
        cfg.load_from = str(best)
        later = build_runner(cfg)
        assert later.test() == scores
        assert torch.equal(probabilities(later.model, later), plain)
        predictor = build_predictor(config(average), str(best))
        samples = list(predicted_samples(predictor, lambda done, total: None))
        assert torch.equal(torch.stack([s.pred_probabilities for s in samples]), plain)


def test_the_score_that_picked_a_checkpoint_is_that_of_its_weights(averaged):
    config, _, best = averaged
    for average in (True, False):
        cfg = config(average)
        cfg.load_from = str(best)
        cfg.default_hooks.checkpoint = None  # it expects a training
        picked = torch.load(best)['message_hub']['runtime_info']['best_score']
        assert build_runner(cfg).val()['attribute/mA'] == pytest.approx(picked, abs=1e-9)


def test_when_training_ends_the_model_is_what_its_last_checkpoint_has(averaged, toy_root, tmp_path):
    config, *_ = averaged
    cfg = config()
    cfg.work_dir, cfg.train_cfg.max_epochs = str(tmp_path), 2
    runner = build_runner(cfg)
    runner.train()
    runner.test()  # as --test last does
    saved = torch.load(tmp_path / 'epoch_2.pth')['state_dict']
    assert all(torch.equal(saved[name], w) for name, w in runner.model.state_dict().items())


def test_buffers_that_another_hook_mends_for_the_validation_are_saved(averaged, tmp_path):
    """As mmpretrain's PreciseBNHook does."""
    config, *_ = averaged
    cfg = config()
    if cfg.custom_hooks[-1].get('update_buffers'):
        pytest.skip('there the validation has averages of its own')
    cfg.work_dir, cfg.train_cfg.max_epochs = str(tmp_path), 1
    runner = build_runner(cfg)
    real = runner.val_loop.run

    def run():
        for name, buffer in runner.model.named_buffers():
            if name.endswith('running_mean'):
                buffer.fill_(0.5)
        return real()

    runner.val_loop.run = run
    runner.train()
    best = torch.load(next(tmp_path.glob('best*')))['state_dict']
    means = [value for name, value in best.items() if name.endswith('running_mean')]
    assert means and all((value == 0.5).all() for value in means)


def test_a_run_with_an_average_goes_on_and_not_from_half_of_one(averaged, tmp_path):
    config, *_ = averaged
    cfg = config()
    cfg.resume, cfg.load_from = True, f'{cfg.work_dir}/epoch_2.pth'
    first, cfg.work_dir = cfg.work_dir, str(tmp_path)
    build_runner(cfg).train()
    weights = [torch.load(f'{d}/epoch_3.pth')['ema_state_dict'] for d in (first, tmp_path)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])

    content = torch.load(cfg.load_from)
    del content['ema_state_dict']['module.backbone.bn1.weight']
    torch.save(content, tmp_path / 'half.pth')
    cfg.load_from = str(tmp_path / 'half.pth')
    with pytest.raises(InputError, match=r'half\.pth: .* two networks, by backbone\.bn1\.weight'):
        build_runner(cfg).train()


def test_scoring_other_weights_than_are_saved_is_refused(toy_root, tmp_path):
    cfg = toy_config(toy_root, tmp_path)
    cfg.custom_hooks = [
        *cfg.custom_hooks,
        dict(type='mmpretrain.EMAHook', evaluate_on_ema=False, evaluate_on_origin=True),
    ]
    with pytest.raises(InputError, match='evaluate_on_ema=False'):
        build_runner(cfg).train()


@pytest.mark.parametrize('first', [True, False], ids=['average first', 'average later'])
def test_a_run_that_goes_on_with_or_without_a_moving_average_says_so(toy_root, tmp_path, first):
    def runner(average, name, **options):
        cfg = toy_config(
            toy_root, tmp_path / name, **{'train_dataloader.dataset.indices': 8, **options}
        )
        if average:
            cfg.custom_hooks = [*cfg.custom_hooks, AVERAGES["mmpretrain's"]]
        return build_runner(cfg)

    runner(first, 'before').train()
    saved = str(tmp_path / 'before/epoch_1.pth')
    for average in (first, not first):
        options = {'train_cfg.max_epochs': 2, 'load_from': saved, 'resume': True}
        runner(average, f'after_{average}', **options).train()
        logs = (tmp_path / f'after_{average}').glob('*/*.log')
        text = ''.join(log.read_text(encoding='utf-8') for log in logs)
        said = 'goes on from the average' in text or 'it begins anew from these weights' in text
        assert said == (average != first)


@pytest.fixture(scope='module')
def whole(toy_root, tmp_path_factory):
    """A checkpoint of random weights that fits."""
    folder = tmp_path_factory.mktemp('whole')
    runner = build_runner(toy_config(toy_root, folder))
    schema = runner.test_loop.dataloader.dataset.metainfo['schema'].to_dict()
    content = {
        'state_dict': runner.model.state_dict(),
        'meta': {'dataset_meta': {'schema': schema}},
    }
    torch.save(content, folder / 'whole.pth')
    return folder / 'whole.pth'


def test_with(cfg, checkpoint):
    cfg.load_from = checkpoint
    build_runner(cfg).test()


def fit_with(cfg, checkpoint):
    fit_operating_points(cfg, checkpoint, f'{cfg.work_dir}/out.pth', rules=['mA'])


def embed_with(cfg, checkpoint):
    PersonEmbedder(cfg, checkpoint)


test_with.__test__ = False
USERS = [test_with, fit_with, build_predictor, embed_with]


@pytest.mark.parametrize('use', USERS, ids=lambda use: use.__name__)
def test_weights_of_another_network_are_used_by_nobody(use, whole, toy_root, tmp_path):
    content = torch.load(whole)
    for name in list(content['state_dict']):
        if name.startswith('backbone.layer4.1'):
            del content['state_dict'][name]
    torch.save(content, tmp_path / 'half.pth')
    with pytest.raises(
        InputError, match=r'half\.pth: 10 of the \d+ .* first backbone\.layer4\.1\.conv1\.weight'
    ):
        use(toy_config(toy_root, tmp_path), str(tmp_path / 'half.pth'))
    torch.save({'state_dict': {}, 'meta': content['meta']}, tmp_path / 'empty.pth')
    with pytest.raises(InputError, match=r'empty\.pth: (\d+) of the \1 '):
        use(toy_config(toy_root, tmp_path), str(tmp_path / 'empty.pth'))
    assert not (tmp_path / 'out.pth').exists()


def test_training_starts_from_what_there_is_of_other_weights(whole, toy_root, tmp_path):
    content = torch.load(whole)
    del content['state_dict']['head.classifier.weight']
    torch.save(content, tmp_path / 'part.pth')
    cfg = toy_config(toy_root, tmp_path)
    cfg.load_from = str(tmp_path / 'part.pth')
    build_runner(cfg).train()
    log = next(tmp_path.glob('*/*.log')).read_text(encoding='utf-8')
    assert 'tensors came in; 1 of the ' in log and 'the first head.classifier.weight' in log


def test_resuming_passes_over_what_is_not_finite_and_says_so(tmp_path, capfd):
    good = {
        'state_dict': {'w': torch.ones(2), 'mean': torch.ones(1)},
        'optimizer': {
            'state': {0: {'momentum_buffer': torch.ones(2)}},
            'param_groups': [{'lr': 0.1, 'params': [0]}],
        },
        'param_schedulers': [{'best': math.inf}],  # as a plateau's begins
    }
    wrong = [
        (['state_dict', 'w'], torch.tensor([1, math.nan])),
        (['state_dict', 'mean'], torch.tensor([-math.inf])),
        (['optimizer', 'state', 0, 'momentum_buffer'], torch.tensor([math.nan, 1])),
        (['optimizer', 'param_groups', 0, 'lr'], math.nan),
    ]
    torch.save(good, tmp_path / 'epoch_1.pth')
    for number, (path, value) in enumerate(wrong, start=2):
        torch.save(good, tmp_path / f'epoch_{number}.pth')
        content = holder = torch.load(tmp_path / f'epoch_{number}.pth')
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        torch.save(content, tmp_path / f'epoch_{number}.pth')
    assert last_whole_checkpoint(tmp_path) == str(tmp_path / 'epoch_1.pth')
    said = ''.join(capfd.readouterr())
    for number, name in enumerate(
        ['w', 'mean', 'optimizer.state.0.momentum_buffer', 'optimizer.param_groups.0.lr'], start=2
    ):
        assert f'epoch_{number}.pth: {name} is not finite' in said


def overflowing(whole, folder):
    """Finite weights whose products are infinite."""
    content = torch.load(whole)
    for name, weight in content['state_dict'].items():
        if name == 'head.classifier.weight':
            weight.fill_(3e38)
            weight[:, ::2] *= -1
    torch.save(content, folder / 'overflow.pth')
    return str(folder / 'overflow.pth')


def predict_with(cfg, checkpoint):
    list(predicted_samples(build_predictor(cfg, checkpoint), lambda done, total: None))


@pytest.mark.parametrize('use', [test_with, predict_with], ids=lambda use: use.__name__)
def test_predictions_that_are_no_numbers_are_the_models_fault(use, whole, toy_root, tmp_path):
    with pytest.raises(InputError, match='the outputs of the model .* weights, not in the image'):
        use(toy_config(toy_root, tmp_path), overflowing(whole, tmp_path))
