"""The pull of class rectification beside that of cross-entropy."""

import pytest
import torch

from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import ClassRectificationLossTPAMI2019
from par_plugins.structures import Attribute, AttributeSchema
from projects.paper_studies.crl.rectification_pull import DESIGNS, pull_table, rectification_pull

SCHEMA = AttributeSchema([Attribute('garment', ('a', 'b', 'c'))])


def head_and_batch(targets):
    torch.manual_seed(0)
    head = AttributeHead(4, schema=SCHEMA).double().eval()
    return head, torch.randn(len(targets), 4, dtype=torch.float64), torch.tensor(targets)[:, None]


def test_the_pull_is_the_ratio_of_the_gradients_of_the_two_losses():
    head, features, targets = head_and_batch([0, 0, 0, 0, 0, 1, 1, 2, 2, 2])
    pulls = rectification_pull(head, features, targets, batch_size=10, num_batches=1)
    leaf = features.requires_grad_()
    logits = leaf @ head.classifier.weight.t() + head.classifier.bias
    shares = logits.softmax(dim=1)
    cross_entropy = -shares[torch.arange(10), targets[:, 0]].log().mean()
    base = torch.autograd.grad(cross_entropy, leaf, retain_graph=True)[0].norm()
    for design in DESIGNS:
        if design[0] == 'RandomMiner':
            continue  # a random draw
        loss = ClassRectificationLossTPAMI2019(*design)
        loss = loss.rectify(shares[:, None], targets, leaf, (3,)).sum()
        (pull,) = torch.autograd.grad(loss, leaf, retain_graph=True)
        assert pulls[design] == pytest.approx((pull.norm() / base).item(), rel=1e-6)


def test_without_a_minority_class_nothing_is_pulled():
    head, features, targets = head_and_batch([0, 0, 0, 0, 1])
    pulls = rectification_pull(head, features, targets, batch_size=5, num_batches=2)
    assert set(pulls) == set(DESIGNS) and set(pulls.values()) == {0.0}


def test_the_table_has_a_row_for_each_miner():
    pulls = {design: float(number) for number, design in enumerate(DESIGNS)}
    assert pull_table({'x': pulls}).splitlines() == [
        '| miner | x: relative | x: absolute | x: distribution |',
        '|---|---|---|---|',
        '| ClassMiner | 0.00 | 1.00 | 2.00 |',
        '| InstanceMiner | 3.00 | 4.00 | 5.00 |',
        '| RandomMiner | 6.00 | 7.00 | 8.00 |',
    ]
