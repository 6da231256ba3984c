"""The blocks of code on a model card; each runs as it stands, beside ``person.jpg``."""

from typing import Any

import torch
import torchvision

from par_plugins.structures import AttributeSchema

LOADERS = ('LoadPersonImage', 'LoadImageFromFile')
PACKERS = ('PackAttributeInputs', 'PackInputs')


def card_examples(
    config: dict[str, Any],
    weights: dict[str, torch.Tensor],
    schema: AttributeSchema,
    file: str,
    *,
    onnx: bool = False,
) -> dict[str, str]:
    """Return blocks of Python by what they use, each of ten lines at most.

    Args:
        config: Of the release.
        weights: Of the release.
        schema: Of its outputs.
        file: Name of its checkpoint.
        onnx: Whether there is a ``model.onnx``.
    """
    blocks = {
        'par_plugins': (
            'from par_plugins.inference import AttributeInferencer\n\n'
            "inferencer = AttributeInferencer('.')  # this folder\n"
            "person = inferencer('person.jpg')['predictions'][0]['people'][0]\n"
            "print({name: answer['value'] for name, answer in person['attributes'].items()})\n"
        ),
        'mmpretrain': (
            'from mmpretrain import get_model\n\n'
            f"model = get_model('config.py', pretrained='{file}')  # needs par_plugins installed\n"
        ),
    }
    if schema.all_binary:
        blocks['mmpretrain'] = (
            'from mmpretrain import ImageClassificationInferencer, get_model\n\n'
            + blocks['mmpretrain'].partition('\n\n')[2]
            + 'inferencer = ImageClassificationInferencer(model)\n'
            "print(inferencer('person.jpg')[0]['pred_scores'])\n"
        )
    plain = _plain_input(config)
    if plain is not None:
        width, height, mean, std, to_rgb = plain
    if plain is not None and schema.all_binary:
        flip = '[:, :, ::-1].copy()' if to_rgb else ''
        network = _torchvision_network(config, weights) or (
            'import par_plugins, mmpretrain\nfrom mmengine.config import Config\n',
            "network = mmpretrain.get_model(Config.fromfile('config.py')).eval()\n"
            'network.load_state_dict(weights)\n',
            'network.head(network.extract_feat(pixels[None]))',
        )
        imports, build, forward = network
        blocks['torch'] = (
            f'import cv2, torch\n{imports}'
            f"weights = torch.load('{file}', weights_only=True)['state_dict']\n"
            f'{build}'
            f"picture = cv2.resize(cv2.imread('person.jpg'), ({width}, {height})){flip}\n"
            f'mean, std = torch.tensor({mean}), torch.tensor({std})\n'
            'pixels = ((torch.from_numpy(picture) - mean) / std).permute(2, 0, 1)\n'
            f'print({forward}.sigmoid().tolist())\n'
        )
    if plain is not None and onnx:
        blocks['onnxruntime'] = (
            'import cv2, os\n'
            "os.environ['ORT_DISABLE_TELEMETRY'] = '1'  # or it leaves a device id in your home\n"
            'import onnxruntime\n\n'
            "session = onnxruntime.InferenceSession('model.onnx')\n"
            f"picture = cv2.resize(cv2.imread('person.jpg'), ({width}, {height}))\n"
            'picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)\n'
            "probabilities, embedding = session.run(None, {'images': picture[None]})\n"
            'print(probabilities.tolist())\n'
        )
    return blocks


def _plain_input(config: dict[str, Any]) -> tuple[int, int, Any, Any, bool] | None:
    """Width, height, mean, deviation and order of colours, where the pipeline resizes alone."""
    dataset = config['test_dataloader']['dataset']
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']
    steps = list(dataset.get('pipeline') or ())
    processor = config['model'].get('data_preprocessor') or {}
    if (
        len(steps) != 3
        or steps[0] not in [{'type': name} for name in LOADERS]
        or set(steps[1]) != {'type', 'scale'}
        or steps[1]['type'] != 'Resize'
        or not isinstance(steps[1]['scale'], list | tuple)
        or steps[2] not in [{'type': name} for name in PACKERS]
        or not set(processor) <= {'mean', 'std', 'to_rgb', 'type', 'num_classes', 'to_onehot'}
        or 'mean' not in processor
    ):
        return None
    width, height = steps[1]['scale']
    to_rgb = bool(processor.get('to_rgb'))
    return width, height, list(processor['mean']), list(processor['std']), to_rgb


def _torchvision_network(
    config: dict[str, Any], weights: dict[str, torch.Tensor]
) -> tuple[str, str, str] | None:
    """Imports, lines and call for a ResNet of which torchvision has the very tensors."""
    backbone = config['model'].get('backbone') or {}
    name = f'resnet{backbone.get("depth")}'
    if backbone.get('type') != 'ResNet' or set(backbone) > {'type', 'depth', 'init_cfg'}:
        return None
    build = getattr(torchvision.models, name, None)
    if build is None or 'head.classifier.weight' not in weights:
        return None
    outputs = len(weights['head.classifier.weight'])
    with torch.device('meta'):
        own = build(num_classes=outputs).state_dict()
    found = {_torchvision_name(key): value.shape for key, value in weights.items()}
    if found != {key: value.shape for key, value in own.items()}:
        return None
    return (
        'import torchvision\n',
        "names = [k.split('.', 1)[1].replace('classifier', 'fc') for k in weights]\n"
        f'network = torchvision.models.{name}(num_classes={outputs}).eval()\n'
        'network.load_state_dict(dict(zip(names, weights.values())))\n',
        'network(pixels[None])',
    )


def _torchvision_name(key: str) -> str:
    return key.split('.', 1)[1].replace('classifier', 'fc')
