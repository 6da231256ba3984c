import itertools
import math
import sys

import numpy as np
import pytest
import torch
from mmpretrain.models import MultiLabelClsHead
from mmpretrain.structures import DataSample
from torch.nn.utils.rnn import pad_sequence

from par_plugins.models.heads import AttributeHead
from par_plugins.models.losses import (
    AttributeCrossEntropyLoss,
    ClassRectificationLoss,
    ClassRectificationLossICCV2017,
    ClassRectificationLossTPAMI2019,
)
from par_plugins.models.losses.class_rectification import class_rectification_loss, imbalance
from par_plugins.models.losses.class_rectification.anchors import find_anchors
from par_plugins.models.losses.class_rectification.distances import FeatureDistance
from par_plugins.models.losses.class_rectification.miners import InstanceMiner
from par_plugins.structures import Attribute, AttributeSchema, LabelStatistics
from par_plugins.testing.contracts.losses import prepared, random_batch
from tests.references import class_rectification as reference

DESIGNS = [
    dict(variant=variant, mining=mining, comparison=comparison)
    for variant, mining, comparison in itertools.product(
        ('tpami2019', 'iccv2017'),
        ('class', 'instance', 'none'),
        ('relative', 'absolute', 'distribution'),
    )
]
design = pytest.mark.parametrize('design', DESIGNS, ids=lambda d: '-'.join(d.values()))
NUM_VALUES = (2, 3, 2, 7)


def options(design, **changed):
    """All options; without mining all pairs, which the reference has too."""
    k = None if design['mining'] == 'none' else 3
    return {**design, 'k': k, 'rho': 0.5, 'scope': 'minority', **changed}


def rectify(loss, probabilities, targets, features):
    """L_crl from a list of ``(N, K_j)``."""
    table = pad_sequence([columns.t() for columns in probabilities], batch_first=True)
    num_values = [columns.shape[1] for columns in probabilities]
    return loss.rectify(table.permute(2, 0, 1), targets, features, num_values)


def batch_of(num_images, num_values=NUM_VALUES, unknown=0.2, skew=2.0, size=3, seed=0):
    """Probabilities (a list), targets and embeddings, labels skewed towards the first values."""
    generator = torch.Generator().manual_seed(seed)
    probabilities, targets = [], []
    for values in num_values:
        logits = torch.randn(num_images, values, generator=generator, dtype=torch.float64)
        probabilities.append(logits.softmax(dim=1))
        share = torch.rand(num_images, generator=generator) ** skew
        labels = (share * values).long()
        labels[torch.rand(num_images, generator=generator) < unknown] = -1
        targets.append(labels)
    shape = (num_images, len(num_values), size)
    features = torch.randn(shape, generator=generator, dtype=torch.float64)
    return probabilities, torch.stack(targets, dim=1), features


def agree(probabilities, targets, features, *, normalize_features=False, **chosen):
    """The loss and its slow reference give the same."""
    loss = reference.preset(**chosen)
    if normalize_features and isinstance(loss.distance, FeatureDistance):
        loss.distance = FeatureDistance(normalize=True)
    rectification = rectify(loss, probabilities, targets, features)
    by_attribute = features
    if features is not None and features.ndim == 2:
        by_attribute = features[:, None, :].expand(-1, targets.shape[1], -1)
    expected = reference.class_rectification_loss(
        [[p[i].tolist() for p in probabilities] for i in range(len(targets))],
        targets.tolist(),
        None if by_attribute is None else by_attribute.tolist(),
        normalize_features=normalize_features,
        **chosen,
    )
    expected = torch.tensor(expected, dtype=torch.float64).reshape(-1)
    torch.testing.assert_close(rectification, expected)
    return rectification


@design
def test_random_batches(design):
    for seed, num_images in enumerate((1, 2, 5, 24)):
        agree(*batch_of(num_images, seed=seed), **options(design))


@design
@pytest.mark.parametrize('shared', [False, True])
def test_attributes_in_chunks_have_the_same_loss_and_gradient(design, shared, monkeypatch):
    module, found = class_rectification_loss, []
    # All attributes together, in parts, and each computed again for its gradient.
    for part, chunk in ((module.PART, module.CHUNK), (1, module.CHUNK), (1, 1)):
        monkeypatch.setattr(module, 'PART', part)
        monkeypatch.setattr(module, 'CHUNK', chunk)
        probabilities, targets, features = batch_of(16)
        features = features[:, 0].contiguous() if shared else features
        for leaf in (*probabilities, features):
            leaf.requires_grad_()
        loss = agree(probabilities, targets, features, **options(design))
        (loss * torch.arange(1, len(loss) + 1)).sum().backward()
        found.append([loss, *(leaf.grad for leaf in (*probabilities, features))])
    for together, *apart in zip(*found, strict=True):
        for other in apart:
            torch.testing.assert_close(together, other)


def test_what_is_held_for_the_gradient_does_not_grow_with_pairs_of_anchors_and_images(monkeypatch):
    def bytes_held(chunk):
        monkeypatch.setattr(class_rectification_loss, 'PART', 2**13)
        monkeypatch.setattr(class_rectification_loss, 'CHUNK', chunk)
        held = {}

        def pack(tensor):
            held[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        torch.manual_seed(0)
        logits, targets = torch.randn(64, 200), (torch.rand(64, 200) < 0.4).long()
        features = torch.randn(64, 8, requires_grad=True)
        loss = ClassRectificationLossTPAMI2019(dict(type='InstanceMiner', k=5), alpha=0.5)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss(logits, targets, features=features)
        return sum(held.values())

    # Mined images and whether they are there, 9 bytes for each of 10 of an anchor, beside tables
    # of the batch; without chunks every step from distances to sums is held for all of them.
    assert bytes_held(2**13) < 200 * 32 * 10 * 9 + 2**19 < bytes_held(2**30)


@design
def test_features_shared_by_the_attributes(design):
    probabilities, targets, features = batch_of(16)
    agree(probabilities, targets, features[:, 0], **options(design))
    agree(probabilities, targets, features[:, 0], **options(design, normalize_features=True))


@design
@pytest.mark.parametrize('scope', ['minority', 'all'])
@pytest.mark.parametrize('rho', [0.1, 0.3, 1.0])
def test_scope_and_share_of_the_minority(design, scope, rho):
    agree(*batch_of(20), **options(design, scope=scope, rho=rho))


@design
@pytest.mark.parametrize('k', [1, 2, 100, None])
def test_number_of_hard_samples(design, k):
    k = None if design['mining'] == 'none' else k
    agree(*batch_of(16, (2, 4)), **options(design, k=k))


@design
def test_an_attribute_of_55_values(design):
    losses = agree(*batch_of(60, (55, 2), skew=1.0), **options(design))
    assert (losses > 0).all()


@design
def test_an_even_split_has_a_minority_in_the_later_paper_alone(design):
    probabilities, _, features = batch_of(8, (2,))
    targets = torch.tensor([0, 1, 1, 0, 0, 1, 0, 1])[:, None]
    losses = agree(probabilities, targets, features, **options(design))
    assert (losses == 0).all() == (design['variant'] == 'iccv2017')


WITHOUT_TRIPLET = {
    'all unknown': [-1] * 6,
    'all negative': [0] * 6,
    'all positive': [1] * 6,
    'one of each': [0, 1, -1, -1, -1, -1],
    'one image': [0],
}
NO_TRIPLETS = [pytest.param(x, 'all', id=name) for name, x in WITHOUT_TRIPLET.items()]
NO_TRIPLETS += [
    pytest.param(x, 'minority', id=f'{name} of the minority')
    for name, x in {**WITHOUT_TRIPLET, 'one positive': [0, 0, 1, 0, 0, 0]}.items()
]


@design
@pytest.mark.parametrize(('labels', 'scope'), NO_TRIPLETS)
def test_without_a_triplet_loss_and_gradient_are_zero(design, labels, scope):
    (probabilities,), _, features = batch_of(len(labels), (2,))
    probabilities.requires_grad_()
    features.requires_grad_()
    targets = torch.tensor(labels)[:, None]
    chosen = reference.preset(**options(design, scope=scope))
    loss = rectify(chosen, [probabilities], targets, features)
    loss.sum().backward()
    assert (loss == 0).all()
    for leaf in (probabilities, features):
        assert leaf.grad is None or (leaf.grad == 0).all()


@design
def test_equal_features_and_scores_and_duplicates(design):
    for same in (0, 6):
        probabilities, targets, features = batch_of(12, (2, 3), unknown=0.1)
        for table in (*probabilities, features):
            table[same:] = table[same : same + 1]
            table.requires_grad_()
        loss = agree(probabilities, targets, features, **options(design))
        loss.sum().backward()
        for leaf in (*probabilities, features):
            assert leaf.grad is None or leaf.grad.isfinite().all()
        if same == 0 and features.grad is not None:
            assert features.grad.abs().max() < 1e-9


@design
@pytest.mark.parametrize('spacing', [0.0, 1e-5])
def test_equal_and_almost_equal_scores_are_ranked_as_they_should(design, spacing):
    # The features tell which of them were taken.
    probabilities, targets, features = batch_of(16, (2, 3))
    for table in probabilities:
        table[:, 1] = 0.3 + spacing * table[:, 1]
        table[:, 0] = 0.7 - table[:, 1]
    agree(probabilities, targets, features, **options(design, k=options(design)['k'] and 2))


@pytest.mark.parametrize('shared', [False, True])
@pytest.mark.parametrize('rho', [0.5, None])
def test_of_equal_distances_those_of_the_first_images_are_mined(shared, rho):
    # Squared distances are small whole numbers, most of them several times; their mean is none.
    probabilities, targets, features = batch_of(25, (2, 3))
    features = (3 * features).round().clamp(-1, 1)
    features = features[:, 0] if shared else features
    table = pad_sequence([columns.t() for columns in probabilities], batch_first=True)
    anchors = find_anchors(table, targets.t(), (2, 3), rho=rho, strict=False)
    distances = FeatureDistance()(anchors, features)(slice(None))
    samples = InstanceMiner(k=3).mine_anchors(anchors, distances)
    assert anchors.present.sum() > 10
    for attribute, row in anchors.present.nonzero().tolist():
        anchor = anchors.images[attribute, row]
        points, labels = features if shared else features[:, attribute], targets[:, attribute]
        squared = (points - points[anchor]).square().sum(dim=1).tolist()
        same = [i for i in range(25) if labels[i] == labels[anchor] and i != anchor]
        others = [i for i in range(25) if labels[i] not in (labels[anchor], -1)]
        expected = [
            sorted(same, key=lambda i, squared=squared: (-squared[i], i))[:3],
            sorted(others, key=lambda i, squared=squared: (squared[i], i))[:3],
        ]
        halves = zip(*(table[attribute, row].chunk(2) for table in samples), strict=True)
        assert [set(images[present].tolist()) for images, present in halves] == [
            set(images) for images in expected
        ]


@design
def test_an_anchor_is_not_its_own_farthest_positive(design):
    # Two equal images in one class, two different ones in the next.
    (probabilities,), _, features = batch_of(8, (3,))
    features[1] = features[0]
    targets = torch.tensor([1, 1, 2, 2, 0, 0, 0, 0])[:, None]
    agree([probabilities], targets, features, **options(design, k=options(design)['k'] and 1))


@design
def test_as_many_classes_as_the_batch_can_have(design):
    probabilities, _, features = batch_of(8, (4, 9))
    targets = torch.tensor([[0, 8], [1, 7], [2, 6], [3, 5]] * 2)
    for scope in ('minority', 'all'):
        agree(probabilities, targets, features, **options(design, scope=scope))


@design
def test_features_of_length_zero(design):
    probabilities, targets, features = batch_of(12, (2, 3))
    features[::2] = 0
    features.requires_grad_()
    loss = agree(probabilities, targets, features, **options(design))
    if loss.requires_grad:
        loss.sum().backward()
        assert features.grad.isfinite().all()


@design
def test_the_gradient_is_that_of_the_value(design):
    probabilities, targets, features = batch_of(9, (2, 4), seed=3)
    logits = [p.log().requires_grad_() for p in probabilities]

    loss = reference.preset(**options(design))

    def value(features, *logits):
        return rectify(loss, [z.softmax(dim=1) for z in logits], targets, features)

    assert (value(features, *logits) > 0).any()
    for shared in (features, features[:, 0]):
        inputs = (shared.clone().requires_grad_(), *logits)
        assert torch.autograd.gradcheck(value, inputs, fast_mode=True)


@pytest.mark.parametrize('mining', ['class', 'instance'])
def test_an_attribute_among_wider_ones_has_the_loss_that_it_has_alone(mining):
    probabilities, targets, features = batch_of(24)
    loss = reference.preset(variant='tpami2019', mining=mining, comparison='relative')
    together = rectify(loss, probabilities, targets, features)
    alone = [
        rectify(loss, [columns], targets[:, j : j + 1], features[:, j : j + 1])
        for j, columns in enumerate(probabilities)
    ]
    torch.testing.assert_close(together, torch.cat(alone))


def test_one_triplet_by_hand():
    # The minority: images 0 and 1 with p(1) = 0.9 and 0.4; hardest of the others 0.7.
    probabilities = torch.tensor([0.9, 0.4, 0.7, 0.1, 0.2])
    loss = rectify(
        ClassRectificationLoss(miner=dict(type='ClassMiner', k=1)),
        [torch.stack([1 - probabilities, probabilities], dim=1)],
        torch.tensor([1, 1, 0, 0, 0])[:, None],
        None,
    )
    # Positive: image 1, of whom image 0 is the one anchor: 0.5 + |0.9 - 0.4| - (0.9 - 0.7).
    torch.testing.assert_close(loss, torch.tensor([0.8]))


def test_objects_compose_beyond_the_papers_instances_mined_by_score():
    # Anchors 0, 1 and 2 with p(1) = 0.9, 0.4 and 0.8; the others have 0.7, 0.1, 0.2 and 0.
    probabilities = torch.tensor([0.9, 0.4, 0.8, 0.7, 0.1, 0.2, 0.0])
    loss = rectify(
        ClassRectificationLoss(miner=dict(type='InstanceMiner', k=1), distance='ScoreDistance'),
        [torch.stack([1 - probabilities, probabilities], dim=1)],
        torch.tensor([1, 1, 1, 0, 0, 0, 0])[:, None],
        None,
    )
    # Farthest positives are 1, 0 and 1, nearest negatives 0.7, 0.2 and 0.7.
    hinges = [0.5 + 0.5 - 0.2, 0.5 + 0.5 - 0.2, 0.5 + 0.4 - 0.1]
    torch.testing.assert_close(loss, torch.tensor([sum(hinges) / 3]))


def test_without_mining_a_draw_of_k_is_another_every_time_and_saved():
    logits, targets = torch.randn(40, 3), (torch.rand(40, 3) < 0.3).long()

    def make():
        return ClassRectificationLoss(dict(type='RandomMiner', k=2), alpha=1.0)

    loss, later = make(), make()
    values = [float(loss(logits, targets)) for _ in range(8)]
    assert len(set(values)) > 4
    loss = make()
    for _ in range(4):
        loss(logits, targets)
    later.load_state_dict(loss.state_dict())
    assert [float(later(logits, targets)) for _ in range(4)] == values[4:]
    # Drawn evenly: the mean over many draws is that over all pairs.
    every_pair = ClassRectificationLoss(dict(type='RandomMiner', k=None), alpha=1.0)
    mean = np.mean([float(loss(logits, targets)) for _ in range(150)])
    assert mean == pytest.approx(float(every_pair(logits, targets)), abs=0.05)


@pytest.mark.parametrize('omega', ['moved', 'added'])
def test_imbalance_of_the_training_set(omega):
    schema = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c', 'd'])
    counts = np.array([[17, 3, 0], [6, 3, 1], [0, 0, 0], [10, 10, 0]])
    omegas = imbalance(LabelStatistics(schema, counts, 20), omega=omega)
    expected = [
        reference.imbalance(list(row[:values]), omega)
        for row, values in zip(counts, schema.num_values, strict=True)
    ]
    np.testing.assert_allclose(omegas, expected)
    by_hand = {'moved': [0.35, 1 / 3 - 0.3 + 1 / 3 - 0.1], 'added': [1 - 20 / 34, 1 - 10 / 18]}
    np.testing.assert_allclose(omegas[:2], by_hand[omega])


def test_alpha_of_an_attribute_weighs_its_two_losses():
    batch = random_batch(num_images=6)
    make = lambda **chosen: prepared(lambda: ClassRectificationLoss(**chosen))  # noqa: E731
    alone, cross_entropy = (batch.call(make(alpha=alpha)) for alpha in (1.0, 0.0))
    torch.testing.assert_close(cross_entropy, batch.call(prepared(AttributeCrossEntropyLoss)))
    half = batch.call(make(alpha=0.5, loss_weight=3.0))
    torch.testing.assert_close(half, 1.5 * (alone + cross_entropy))


def test_iccv_adds_the_two():
    batch = random_batch(num_images=6)
    loss = prepared(ClassRectificationLossICCV2017)
    total = batch.call(loss)
    torch.testing.assert_close(total, loss.parts['rectification'] + loss.parts['cross_entropy'])
    torch.testing.assert_close(
        loss.parts['cross_entropy'], batch.call(prepared(AttributeCrossEntropyLoss))
    )


def test_a_head_logs_both_parts_and_minimises_their_sum_alone():
    head = AttributeHead(
        in_channels=4,
        num_attributes=3,
        embedding_channels=5,
        losses=dict(crl=dict(type='ClassRectificationLossICCV2017')),
    )
    labels = (torch.rand(16, 3) < 0.3).long()
    samples = [DataSample(gt_attributes=row.numpy()) for row in labels]
    results = head.loss((torch.randn(16, 4),), samples)
    assert set(results) == {'loss_crl', 'crl_rectification', 'crl_cross_entropy'}
    parts = results['crl_rectification'] + results['crl_cross_entropy']
    torch.testing.assert_close(results['loss_crl'], parts)
    assert not parts.requires_grad and results['loss_crl'].requires_grad


def test_a_head_of_mmpretrain_gives_the_same_number():
    logits, targets = torch.randn(12, 6), (torch.rand(12, 6) < 0.3).long()
    head = MultiLabelClsHead(loss=dict(type='mmengine.ClassRectificationLoss', alpha=0.3))
    samples = [DataSample().set_gt_score(row.float()) for row in targets]
    through = head.loss((logits,), samples)['loss']
    torch.testing.assert_close(through, ClassRectificationLoss(alpha=0.3)(logits, targets))


@design
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_under_autocast_the_loss_is_that_of_float32(design, dtype):
    logits, features = 8 * torch.randn(16, 3), 30 * torch.randn(16, 4)
    logits, features = logits.to(dtype).requires_grad_(), features.to(dtype).requires_grad_()
    targets = (torch.rand(16, 3) < 0.3).long()
    alpha = dict(alpha=0.5) if design['variant'] == 'tpami2019' else {}
    loss = reference.preset(**options(design), **alpha)
    with torch.autocast('cpu', dtype=dtype):
        value = loss(logits, targets, features=features)
    assert value.dtype == torch.float32 and value.isfinite()
    value.backward()
    assert logits.grad.isfinite().all()
    assert features.grad is None or features.grad.isfinite().all()
    exact = loss(logits.float(), targets, features=features.float())
    torch.testing.assert_close(value, exact)


def test_scores_need_no_features_and_features_are_asked_for():
    logits, targets = torch.randn(6, 2), torch.randint(0, 2, (6, 2))
    ClassRectificationLoss(alpha=0.5)(logits, targets)
    with pytest.raises(ValueError, match='FeatureDistance compares features, which'):
        ClassRectificationLossTPAMI2019('InstanceMiner', alpha=0.5)(logits, targets)
    with pytest.raises(ValueError, match=r'features of shape \(6, 3, 4\) for targets'):
        ClassRectificationLossICCV2017()(logits, targets, features=torch.randn(6, 3, 4))
    with pytest.raises(ValueError, match="alpha follows from the training set's statistics"):
        ClassRectificationLoss()(logits, targets)


@pytest.mark.parametrize(
    ('chosen', 'message'),
    [
        (dict(omega='x'), 'omega must be one of moved, added'),
        (dict(miner=dict(type='ClassMiner', k=0)), 'must be a whole number, at least 1, got 0'),
        (dict(rho=0), r'rho must be in \(0, 1\], got 0'),
        (dict(eta=-1), 'eta must be at least 0, got -1'),
        (dict(alpha=1.5), r'alpha must be in \[0, 1\].* got 1.5'),
        (dict(alpha=0.5, pooled=True), 'no meaning where pairs are pooled'),
        (
            dict(distance='FeatureDistance', comparison='DistributionComparison'),
            'DistributionComparison needs distances with a bound',
        ),
        (
            dict(comparison=dict(type='DistributionComparison', num_nodes=1)),
            'num_nodes must be a whole number, at least 2, got 1',
        ),
    ],
)
def test_wrong_arguments_are_refused(chosen, message):
    with pytest.raises(ValueError, match=message):
        ClassRectificationLoss(**chosen)


def test_an_eta_too_large_is_refused():
    statistics = LabelStatistics(AttributeSchema(['hat']), np.array([[100, 0]]), 100)
    with pytest.raises(ValueError, match="eta=3 gives attribute 'hat' an alpha above 1"):
        ClassRectificationLoss(eta=3).set_label_statistics(statistics)


@pytest.mark.parametrize(('options', 'said'), [({}, True), ({'alpha': 0.5}, False)])
def test_a_balanced_training_set_leaves_cross_entropy_alone_and_the_log_says_so(
    monkeypatch, options, said
):
    messages = []
    module = sys.modules[ClassRectificationLoss.__module__]  # a function has taken its name
    monkeypatch.setattr(module, 'print_log', lambda message, **_: messages.append(message))
    statistics = LabelStatistics(AttributeSchema(['hat']), np.array([[50, 50]]), 100)
    ClassRectificationLoss(**options).set_label_statistics(statistics)
    assert ['this is cross-entropy alone' in message for message in messages] == [True] * said


def test_margins_of_features_are_arcs_of_the_unit_circle():
    # All features equal: every distance is 0, so the loss is the margin.
    (probabilities,), _, features = batch_of(6, (7,))
    loss = rectify(
        ClassRectificationLossTPAMI2019('InstanceMiner'),
        [probabilities],
        torch.tensor([0, 0, 1, 1, 1, 1])[:, None],
        torch.zeros_like(features),
    )
    assert loss.item() == pytest.approx(2 * math.pi / 7)
