import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample


def build(alpha):
    return MODELS.build(
        dict(
            type='AttributeMixupClassifier',
            mixup_alpha=alpha,
            backbone=dict(type='mmpretrain.ResNet', depth=18),
            neck=dict(type='mmpretrain.GlobalAveragePooling'),
            head=dict(type='AttributeHead', in_channels=512, num_attributes=3),
        )
    )


def samples(targets):
    made = []
    for target in targets:
        made.append(DataSample())
        made[-1].set_field(np.array(target), 'gt_attributes')
    return made


def test_the_loss_is_the_mean_of_both_label_sets_on_the_mixed_images():
    model = build(0.4).eval()  # so that batch norm does not look across the batch
    inputs, batch = torch.randn(3, 3, 64, 32), samples([[1, 0, -1], [0, 1, 1], [-1, -1, -1]])
    torch.manual_seed(3)
    share = float(torch.distributions.Beta(0.4, 0.4).sample())
    partners = torch.randperm(3).tolist()
    assert partners != [0, 1, 2] and 0.01 < share < 0.99
    mixed = torch.stack(
        [share * inputs[i] + (1 - share) * inputs[j] for i, j in enumerate(partners)]
    )
    feats = model.extract_feat(mixed)
    own = model.head.loss(feats, batch)['loss_ce']
    partner = model.head.loss(feats, [batch[j] for j in partners])['loss_ce']
    torch.manual_seed(3)
    found = model.loss(inputs, batch)
    assert set(found) == {'loss_ce'}
    torch.testing.assert_close(found['loss_ce'], share * own + (1 - share) * partner)


def test_prediction_mixes_nothing():
    model = build(1.0).eval()
    inputs = torch.randn(2, 3, 64, 32)
    filled = model.predict(inputs, samples([[1, 0, 1]] * 2))
    expected = model.head(model.extract_feat(inputs)).sigmoid()
    torch.testing.assert_close(torch.stack([s.pred_probabilities for s in filled]), expected)


@pytest.mark.parametrize('alpha', [0, -1, float('nan')])
def test_alpha_must_be_positive(alpha):
    with pytest.raises(ValueError, match='mixup_alpha must be above 0'):
        build(alpha)
