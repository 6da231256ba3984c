"""Losses that look across processes give what one process gives on the joint batch."""

import pytest
import torch
import torch.multiprocessing
from mmengine.registry import MODELS

import par_plugins  # noqa: F401  (registers the losses)
from par_plugins.testing.contracts.losses import prepared, random_batch
from tests.distributed.gloo_group import gloo_group

# Of the last image no label is known.
SHARES = [[[0, 3], [1, 2, 4, 5]], [[0, 1, 2, 3, 4], [5]], [[5], [5]]]
"""Images of each of two processes."""

OPTIONS = [
    {'detach': True},
    {'detach': False},
    {'base': {'type': 'AttributeCrossEntropyLoss', 'weighting': 'global_ratio'}},
]


def habp(rows, options):
    """Value and gradient of the logits of some images."""
    config = {'type': 'HABPLoss', 'across_ranks': True, 'loss_weight': 0.5, **options}
    loss = prepared(lambda: MODELS.build(config))
    batch = random_batch().select(rows)
    logits = batch.logits.clone().requires_grad_()
    value = loss(logits, batch.targets)
    value.backward()
    return value.detach(), logits.grad


def hard_labels(batches):
    """Average errors after some batches."""
    loss = prepared(lambda: MODELS.build({'type': 'DeactivationLoss'}))
    for seed, rows in enumerate(batches):
        batch = random_batch(seed=seed).select(rows)
        loss.observe(batch.logits, batch.targets)
    return loss.hard_labels.errors, loss.hard_labels.observed


def worker(rank, folder):
    with gloo_group(rank, 2, f'{folder}/group'):
        losses = [[habp(share[rank], options) for share in SHARES] for options in OPTIONS]
        tracked = hard_labels([share[rank] for share in SHARES])
    torch.save((losses, tracked), f'{folder}/{rank}.pt')


@pytest.fixture(scope='module')
def ranks(tmp_path_factory):
    folder = tmp_path_factory.mktemp('ranks')
    torch.multiprocessing.spawn(worker, args=(str(folder),), nprocs=2)
    return [torch.load(folder / f'{rank}.pt', weights_only=True) for rank in range(2)]


def test_habp_normalised_across_ranks_has_the_value_and_gradient_of_the_joint_batch(ranks):
    for option, options in enumerate(OPTIONS):
        for case, share in enumerate(SHARES):
            value, gradient = habp([*share[0], *share[1]], options)
            found = [losses[option][case] for losses, _ in ranks]
            for own, _ in found:
                torch.testing.assert_close(own, value)
            # Distributed training takes the mean over the processes.
            mean = torch.cat([own for _, own in found]) / 2
            torch.testing.assert_close(mean, gradient)
            assert case == 2 or gradient.any()


def test_every_rank_holds_the_hard_labels_of_the_joint_batches(ranks):
    errors, observed = hard_labels([[*share[0], *share[1]] for share in SHARES])
    assert observed.any() and errors.any()
    for _, tracked in ranks:
        torch.testing.assert_close(tracked[0], errors)
        assert torch.equal(tracked[1], observed)
    assert torch.equal(ranks[0][1][0], ranks[1][1][0])
