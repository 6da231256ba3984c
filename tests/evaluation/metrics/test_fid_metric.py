import math
import os
import pickle

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.registry import METRICS, MODELS
from mmengine.structures import BaseDataElement

from par_plugins.evaluation import FIDMetric
from par_plugins.structures import InputError
from tests.references.frechet_distance import slow_frechet_distance


@MODELS.register_module(force=True)
class ChannelMeans(BaseModel):
    """An extractor that can be checked by hand: the mean of each channel, times a weight."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))
        self.head = torch.nn.Linear(1, 1)

    def extract_feat(self, inputs):
        return (self.weight * inputs.float(),)  # maps; the metric averages them

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return inputs


OPTIONS = {'extractor': {'type': 'ChannelMeans'}}


@pytest.fixture(scope='module', autouse=True)
def weights(tmp_path_factory):
    """The extractor's, where the options of every metric here name them."""
    path = tmp_path_factory.mktemp('extractor') / 'weights.pth'
    torch.save(ChannelMeans().state_dict(), path)
    OPTIONS['checkpoint'] = str(path)


def images_of(number, seed=0):
    rng = np.random.default_rng(seed)
    shift = rng.integers(0, 100, (number, 3, 1, 1))
    return torch.from_numpy((rng.integers(0, 156, (number, 3, 4, 4)) + shift).astype(np.uint8))


def run(metric, real, generated, batch_size=4, size=None):
    for start in range(0, len(real), batch_size):
        part = slice(start, start + batch_size)
        samples = [{'pred_image': image} for image in generated[part]]
        metric.process({'inputs': real[part]}, samples)
    return metric.evaluate(len(real) if size is None else size)


def build(**options):
    return FIDMetric(**{**OPTIONS, **options})


def expected_of(real, generated):
    return slow_frechet_distance(*(x.double().mean(dim=(2, 3)).numpy() for x in (generated, real)))


@pytest.mark.parametrize('batch_size', [1, 3, 17])
def test_it_is_the_distance_of_the_extractors_features_however_batched(batch_size):
    real, generated = images_of(17), images_of(17, seed=1)
    found = run(build(), real, generated, batch_size)
    assert found == {'gan/fid': pytest.approx(expected_of(real, generated), rel=1e-6)}


def test_real_images_are_near_themselves_and_repeated_ones_beyond_the_end_do_not_count():
    real, generated = images_of(9), images_of(9, seed=1)
    assert run(build(), real, real)['gan/fid'] == pytest.approx(0, abs=1e-6)
    again = [torch.cat([x, x[:3]]) for x in (real, generated)]
    assert run(build(), *again, size=9)['gan/fid'] == pytest.approx(
        expected_of(real, generated), rel=1e-6
    )


def test_every_evaluation_starts_anew_and_nothing_is_nan_and_says_so(caplog):
    metric, real = build(), images_of(8)
    run(metric, real, images_of(8, seed=1))
    assert run(metric, real, real)['gan/fid'] == pytest.approx(0, abs=1e-6)
    assert math.isnan(metric.evaluate(3)['gan/fid'])


def test_the_state_does_not_grow_with_the_number_of_images():
    sizes = []
    for number in (3, 100):
        metric = build()
        for _ in range(number):
            samples = [{'pred_image': image} for image in images_of(4)]
            metric.process({'inputs': images_of(4)}, samples)
        metric._model = None
        sizes.append(len(pickle.dumps(metric.__dict__)))
    assert abs(sizes[1] - sizes[0]) < 16


def test_a_checkpoint_gives_the_weights_and_its_head_does_not_matter(tmp_path):
    path = tmp_path / 'extractor.pth'
    state = {'weight': torch.tensor(2.0), 'head.other': torch.zeros(3)}
    torch.save({'state_dict': state, 'meta': {}}, path)
    real, generated = images_of(9), images_of(9, seed=1)
    other = tmp_path / 'config.py'
    other.write_text("model = dict(type='ChannelMeans')\n", encoding='utf-8')
    with pytest.raises(InputError, match='no weights for 2 of 3 tensors of .*, first head.weight'):
        run(FIDMetric(extractor=str(other), checkpoint=str(path)), real, generated)
    state |= {'head.weight': torch.ones(1, 1), 'head.bias': torch.ones(1)}
    torch.save({'state_dict': state, 'meta': {}}, path)
    found = run(FIDMetric(extractor=str(other), checkpoint=str(path)), real, generated)
    assert found['gan/fid'] == pytest.approx(4 * expected_of(real, generated), rel=1e-6)


def test_a_checkpoint_that_would_run_code_is_not_run(tmp_path):
    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'ran'),)

    torch.save({'state_dict': {}, 'more': Hostile()}, tmp_path / 'hostile.pth')
    with pytest.raises(InputError, match=r'hostile\.pth: not a whole checkpoint'):
        run(build(checkpoint=str(tmp_path / 'hostile.pth')), images_of(4), images_of(4))
    assert not (tmp_path / 'ran').exists()


def test_it_goes_through_the_evaluator_with_the_models_samples():
    real, generated = images_of(8), images_of(8, seed=1)
    evaluator = Evaluator([METRICS.build({'type': 'FIDMetric', **OPTIONS})])
    evaluator.process(
        data_batch={'inputs': list(real)},
        data_samples=[BaseDataElement(pred_image=image) for image in generated],
    )
    assert evaluator.evaluate(8)['gan/fid'] == pytest.approx(expected_of(real, generated), rel=1e-6)


def test_samples_without_an_image_and_images_of_another_size_are_refused():
    with pytest.raises(InputError, match='no pred_image'):
        build().process({'inputs': images_of(1)}, [{}])
    with pytest.raises(InputError, match=r'\(1, 3, 4, 4\), real ones of \(1, 3, 2, 2\)'):
        samples = [{'pred_image': images_of(1)[0]}]
        build().process({'inputs': images_of(1)[:, :, :2, :2]}, samples)


@pytest.mark.parametrize('number', [11, 2, 1])
def test_the_shares_of_two_processes_join_to_the_score_of_one(number):
    real, generated = images_of(number), images_of(number, seed=1)
    shares = []
    for rank in range(2):
        metric = build()
        rows = [row % number for row in range(rank, number + number % 2, 2)]  # DefaultSampler's
        for row in rows:
            metric.process({'inputs': real[[row]]}, [{'pred_image': generated[row]}])
        shares.append(metric._own_share(number, rank, 2))
    alone = run(build(), real, generated)['gan/fid']
    found = build().compute_metrics(shares)['fid']
    assert found == pytest.approx(alone, rel=1e-9, nan_ok=True)


def test_a_process_without_images_adds_nothing():
    real, generated = images_of(5), images_of(5, seed=1)
    metric = build()
    samples = [{'pred_image': image} for image in generated]
    metric.process({'inputs': real}, samples)
    shares = [build()._own_share(5, 1, 2), metric._own_share(9, 0, 2)]
    found = build().compute_metrics(shares)['fid']
    assert found == pytest.approx(expected_of(real, generated), rel=1e-6)


def test_real_images_that_could_not_be_read_and_their_generated_ones_do_not_count(caplog):
    real, generated = images_of(9), images_of(9, seed=1)
    metric = build()
    for part, broken in ((slice(0, 5), {1, 4}), (slice(5, 9), {0, 1, 2, 3})):
        samples = [
            BaseDataElement(metainfo={'image_error': 'broken'} if row in broken else {})
            for row in range(part.stop - part.start)
        ]
        metric.process(
            {'inputs': real[part], 'data_samples': samples},
            [{'pred_image': image} for image in generated[part]],
        )
    whole = [0, 2, 3]
    expected = expected_of(real[whole], generated[whole])
    assert metric.evaluate(9)['gan/fid'] == pytest.approx(expected, rel=1e-6)
    assert not caplog.messages


def test_an_extractor_without_weights_is_refused_and_one_with_weights_draws_nothing():
    with pytest.raises(InputError, match='with random ones FID means nothing'):
        build(checkpoint=None).check()
    before = torch.get_rng_state()
    build().check()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_config_that_is_none_is_refused(tmp_path):
    (tmp_path / 'empty.py').write_text('', encoding='utf-8')
    for name in ('empty.py', 'nowhere.py'):
        with pytest.raises(InputError, match=f'{name}: no config of an extractor'):
            build(extractor=str(tmp_path / name)).check()


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'no checkpoint', 'not a whole checkpoint'),
        (b'', 'not a whole checkpoint'),
        (None, 'no such checkpoint'),
        (7, 'no checkpoint, but something of type int'),
        ([1, 2], 'no checkpoint, but something of type list'),
        ({}, 'it has no weights for 3 of 3 tensors of the extractor, first weight'),
        ({'state_dict': 3}, 'its state_dict is of type int'),
        ({'weight': 'x'}, 'weight is no tensor, but str'),
        ({'weight': torch.ones(2)}, r'weight is of shape \(2,\), not \(\)'),
        ({'weight': torch.tensor(1)}, 'weight is of type torch.int64, not torch.float32'),
        ({'weight': torch.tensor(math.nan)}, 'weight has a NaN or infinite number'),
        ({'weight': torch.ones(()).to_sparse()}, 'weight has no numbers of its own'),
    ],
)
def test_a_bad_checkpoint_of_the_extractor_is_one_sentence_with_file_and_weight(
    tmp_path, content, message
):
    path = tmp_path / 'extractor.pth'
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        if isinstance(content, dict) and 'weight' in content:
            content = {**ChannelMeans().state_dict(), **content}
        torch.save(content, path)
    with pytest.raises(InputError, match=rf'extractor\.pth: {message}') as caught:
        build(checkpoint=str(path)).check()
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    'extractor', [7, {}, {'type': 'NoSuchModel'}, {'type': 'ChannelMeans', 'x': 1}]
)
def test_an_extractor_that_cannot_be_built_is_one_sentence(extractor):
    with pytest.raises(
        InputError, match='FIDMetric: extractor: no model can be built: .'
    ) as caught:
        build(extractor=extractor).check()
    assert len(str(caught.value).splitlines()) == 1
