import pytest
import torch
from mmpretrain.models.backbones import AlexNet

from par_plugins.models.backbones import AlexNetFC7


@pytest.mark.parametrize('size', [224, 227])
def test_the_feature_is_what_upstreams_last_layer_sees(size):
    torch.manual_seed(0)
    whole, ours = AlexNet(num_classes=10), AlexNetFC7()
    for network in (whole, ours):
        network.eval()  # upstream's returns nothing
    own = ours.load_state_dict(whole.state_dict(), strict=False)
    assert own.missing_keys == []
    assert own.unexpected_keys == ['classifier.6.weight', 'classifier.6.bias']
    image = torch.randn(1, 3, size, size)
    with torch.no_grad():
        feature, logits = ours(image)[0], whole(image)[0]
        assert feature.shape == (1, 4096) and (feature >= 0).all()
        torch.testing.assert_close(whole.classifier[-1](feature), logits)


def test_weights_of_a_checkpoint_are_loaded(tmp_path):
    whole, path = AlexNet(num_classes=10), tmp_path / 'alexnet.pth'
    torch.save(whole.state_dict(), path)
    ours = AlexNetFC7(init_cfg=dict(type='Pretrained', checkpoint=str(path)))
    ours.init_weights()
    for name, weight in ours.state_dict().items():
        assert torch.equal(weight, whole.state_dict()[name])
