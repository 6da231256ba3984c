"""What every metric promises.

Samples carry what any metric of ours reads: probabilities and labels of attributes, embeddings,
identities, cameras, roles. A metric that reads others cannot be checked here.
"""

import copy
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.logging import MMLogger
from mmengine.registry import METRICS
from mmpretrain.structures import DataSample

from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.contracts.promises import builder, check_promises, name_of

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])
"""Of the samples."""

NUM_IMAGES = 60

Make = Callable[[], Any]
Samples = Sequence[dict[str, Any]]


def check_metric(metric: Mapping[str, Any] | BaseMetric) -> None:
    """Check that a metric keeps the promises of all metrics.

    >>> check_metric({'type': 'AttributeMetric', 'protocol': 'rethinking'})

    Args:
        metric: Its config or a built one, which is copied.

    Raises:
        AssertionError: If it breaks a promise; the message says which.
    """
    promises = [
        check_names,
        check_cut_into_batches,
        check_images_beyond_the_end,
        check_shares_of_processes,
        check_evaluations_start_anew,
        check_nothing_is_nan,
        check_unknown_is_absent,
        check_half_precision,
        check_data_samples,
        check_schema,
        check_bad_fields_are_named,
    ]
    check_promises(name_of(metric), promises, builder(METRICS, metric))


def samples_of(num_images: int = NUM_IMAGES, seed: int = 0) -> list[dict[str, Any]]:
    """Samples of :data:`SCHEMA` with unknown labels, and of few identities with ties."""
    generator = np.random.default_rng(seed)
    samples = []
    for image in range(num_images):
        female, hat = generator.random(2)
        age = generator.dirichlet([1, 1, 1])
        samples.append(
            {
                'img_path': f'{image:06d}.jpg',
                'pred_probabilities': torch.tensor([female, *age, hat]).float(),
                'gt_attributes': np.array([generator.integers(-1, k) for k in (2, 3, 2)]),
                'pred_embedding': torch.from_numpy(generator.integers(0, 3, 4)).float(),
                'gt_pid': int(generator.integers(-1, 9)),
                'gt_camid': int(generator.integers(1, 4)),
                'is_query': bool(generator.random() < 0.3),
            }
        )
    return samples


def run(
    metric: BaseMetric,
    samples: Samples,
    *,
    batch_size: int = 7,
    size: int | None = None,
    meta: Any = SCHEMA,
) -> dict[str, float]:
    """The scores of samples in batches; ``size`` is the dataset's, where it has fewer."""
    metric.dataset_meta = {'schema': meta}
    for start in range(0, len(samples), batch_size):
        metric.process(None, [dict(sample) for sample in samples[start : start + batch_size]])
    scores: dict[str, float] = metric.evaluate(len(samples) if size is None else size)
    return scores


def _require_close(scores: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert set(scores) == set(expected), f'{set(scores)} are not {set(expected)}'
    for name, value in expected.items():
        assert math.isclose(scores[name], value, abs_tol=1e-9), f'{name}: {scores[name]}, {value}'


def check_names(make: Make) -> None:
    """Scores are finite numbers under a prefix, the ones that the metric says it gives."""
    metric = make()
    scores = run(metric, samples_of())
    assert scores and all('/' in name for name in scores), list(scores)
    assert all(math.isfinite(value) for value in scores.values()), scores
    assert set(getattr(metric, 'prefixed_names', ())) <= set(scores), list(scores)


def check_cut_into_batches(make: Make) -> None:
    """The cut into batches does not matter."""
    expected = run(make(), samples_of(), batch_size=NUM_IMAGES)
    for batch_size in (1, 2, 13, NUM_IMAGES - 1):
        _require_close(run(make(), samples_of(), batch_size=batch_size), expected)


def check_images_beyond_the_end(make: Make) -> None:
    """Images that a sampler repeats beyond the end of the dataset are not counted."""
    samples = samples_of()
    for repeated in (1, 2, 3):
        scores = run(make(), samples + samples[:repeated], size=NUM_IMAGES)
        _require_close(scores, run(make(), samples))


def check_shares_of_processes(make: Make) -> None:
    """Several processes give the scores of one."""
    samples = samples_of()
    expected = run(make(), samples)
    for world_size in (2, 3, 7):
        shares = []
        for rank in range(world_size):
            metric, own = make(), samples[rank::world_size]
            metric.dataset_meta = {'schema': SCHEMA}
            for start in range(0, len(own), 4):
                metric.process(None, own[start : start + 4])
            if hasattr(metric, '_own_share'):
                shares.append([metric._own_share(len(samples), rank, world_size)])
            else:
                shares.append(list(metric.results))
        metric = make()
        metric.dataset_meta = {'schema': SCHEMA}
        # As mmengine collects them: one of each process in turn.
        turns = [item for item in chain(*zip_longest(*shares)) if item is not None]
        scores = metric.compute_metrics(turns)
        _require_close({f'{metric.prefix}/{name}': scores[name] for name in scores}, expected)


def check_evaluations_start_anew(make: Make) -> None:
    """An evaluation knows nothing of the one before."""
    metric, samples = make(), samples_of(2 * NUM_IMAGES)
    run(metric, samples[:NUM_IMAGES])
    _require_close(run(metric, samples[NUM_IMAGES:]), run(make(), samples[NUM_IMAGES:]))


def check_nothing_is_nan(make: Make) -> None:
    """Scores of no image are NaN, under the usual names, and the log says so."""
    metric, lines = make(), []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, listener = MMLogger.get_current_instance(), Listener()
    logger.addHandler(listener)
    try:
        scores = run(metric, [], size=3)
    finally:
        logger.removeHandler(listener)
    assert set(getattr(metric, 'prefixed_names', scores)) <= set(scores)
    assert scores and all(math.isnan(value) for value in scores.values()), scores
    for name in scores:
        assert f'{name.split("/")[-1]} is undefined' in '\n'.join(lines), f'no word about {name}'


def check_unknown_is_absent(make: Make) -> None:
    """What is predicted of an unknown label changes no score."""
    samples, changed = samples_of(), samples_of()
    for sample in changed:
        for columns, label in zip(SCHEMA.logit_slices, sample['gt_attributes'], strict=True):
            if label < 0:
                width = columns.stop - columns.start
                other = torch.tensor([0.99]) if width == 1 else torch.eye(width)[0]
                sample['pred_probabilities'][columns] = other
    _require_close(run(make(), changed), run(make(), samples))


def check_half_precision(make: Make) -> None:
    """Half precision scores as its copy in single precision."""
    for dtype in (torch.float16, torch.bfloat16):
        halves, copies = samples_of(), samples_of()
        for half, single in zip(halves, copies, strict=True):
            for key in ('pred_probabilities', 'pred_embedding'):
                half[key] = half[key].to(dtype)
                single[key] = half[key].float()
        _require_close(run(make(), halves), run(make(), copies))


def check_data_samples(make: Make) -> None:
    """Data samples of a model go through mmengine's evaluator."""
    samples = samples_of()
    evaluator = Evaluator([make()])
    evaluator.dataset_meta = {'schema': SCHEMA}
    for start in (0, 20, 40):
        batch = []
        for sample in copy.deepcopy(samples[start : start + 20]):
            made = DataSample(metainfo={'img_path': sample.pop('img_path')})
            for key, value in sample.items():
                made.set_field(value, key)
            batch.append(made)
        evaluator.process(batch)
    _require_close(evaluator.evaluate(NUM_IMAGES), run(make(), samples))


def check_schema(make: Make) -> None:
    """A schema may come as its plain dict; one that is missing where it is needed is named."""
    samples = samples_of()
    expected = run(make(), samples)
    _require_close(run(make(), samples, meta=SCHEMA.to_dict()), expected)
    for meta in (None, 'Female'):
        _require_same_or_sentence(make, samples, expected, "metainfo['schema']", meta=meta)


def check_bad_fields_are_named(make: Make) -> None:
    """A field that is missing, misshapen or NaN is a sentence with its image, or is not read."""
    expected = run(make(), samples_of())
    for key in samples_of(1)[0]:
        if key == 'img_path':
            continue
        missing = samples_of()
        value = missing[2].pop(key)
        cases = [missing]
        if np.ndim(value):
            cases.append(samples_of())
            cases[-1][2][key] = value[:-1]
        if key.startswith('pred_'):
            cases.append(samples_of())
            cases[-1][2][key][0] = math.nan
        for samples in cases:
            _require_same_or_sentence(make, samples, expected, '000002.jpg')


def _require_same_or_sentence(
    make: Make, samples: Samples, expected: Mapping[str, float], named: str, **more: Any
) -> None:
    try:
        scores = run(make(), samples, **more)
    except InputError as error:
        assert named in str(error), f'{error} does not name {named}'
    else:
        _require_close(scores, expected)
