"""Write metafile.yml of every method, and model-index.yml, from leaves, networks and results.

Parameters and FLOPs (products of convolutions and linear layers, for one image) are those of the
network as it is built. Results are means over the seeds of
the runs in configs/<method>/results/*.json; nothing is typed. With --check nothing is written, and
the exit status tells whether something would change.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from rich.progress import track

if TYPE_CHECKING:
    import torch

ROOT = Path(__file__).parents[1]
COLLECTIONS = {
    'apr': 'APR', 'baseline': 'Baseline', 'crl': 'CRL', 'dai': 'DAI', 'habp': 'HABP',
    'mrgan': 'MR-GAN', 'toy': 'Toy',
}  # fmt: skip
PAPERS = {'mrgan': 'habp/paper.yml', 'crl': 'crl/paper-tpami2019.yml'}
DATA = {
    'pa100k': 'PA-100K', 'peta': 'PETA', 'rapv1': 'RAP v1', 'rapv2': 'RAP v2', 'celeba': 'CelebA',
    'celebahq': 'CelebA-HQ', 'deepfashion': 'DeepFashion', 'market1501': 'Market-1501',
    'duke': 'DukeMTMC-reID', 'xdomain': 'X-Domain', 'cifar100': 'CIFAR-100',
    'cifar100lt': 'long-tailed CIFAR-100', 'cifar100bln': 'balanced twin of long-tailed CIFAR-100',
    'toy': 'generated pedestrians',
}  # fmt: skip
NAME = re.compile(r'.*_\d+xb(\d+)-(\d+)[ei]_([a-z0-9]+)[a-z0-9-]*-(\d+)x(\d+)')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('methods', nargs='*', default=sorted(COLLECTIONS), help='default: all')
    parser.add_argument('--check', action='store_true', help='write nothing')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    stale = []
    for method in track(args.methods, 'methods'):
        path = ROOT / 'configs' / method / 'metafile.yml'
        text = dumped(metafile(method))
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            stale.append(str(path.relative_to(ROOT)))
            if not args.check:
                path.write_text(text, encoding='utf-8')
    print(f'{"would change" if args.check else "written"}: {", ".join(stale) or "nothing"}')
    sys.exit(bool(stale and args.check))


def metafile(method: str) -> dict[str, Any]:
    """The entries of a method's leaves."""
    import yaml

    folder = ROOT / 'configs' / method
    collection: dict[str, Any] = {'Name': COLLECTIONS[method]}
    paper = ROOT / 'configs' / PAPERS.get(method, f'{method}/paper.yml')
    if paper.exists():
        content = yaml.safe_load(paper.read_text(encoding='utf-8'))
        collection['Paper'] = {key: content[key] for key in ('Title', 'URL') if key in content}
    collection['README'] = f'configs/{method}/README.md'
    results = results_of(folder)
    models = []
    for path in sorted(folder.glob('*.py')):
        batch, length, data, height, width = NAME.fullmatch(path.stem).groups()  # type: ignore[union-attr]
        trained = DATA.get(data) or re.sub(r'^mnist(\d*)$', r'\1 images of MNIST', data).lstrip()
        trained = trained.removeprefix('images of ')
        sizes = sizes_of(network(path), int(height), int(width))
        models.append(
            {
                'Name': path.stem,
                'In Collection': COLLECTIONS[method],
                'Metadata': {
                    'Training Data': trained,
                    'Epochs': int(length),
                    'Batch Size': int(batch),
                }
                | sizes,
                'Results': results.get(path.stem),
                'Config': f'configs/{method}/{path.name}',
            }
        )
    return {'Collections': [collection], 'Models': models}


def results_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The results of each leaf, means over seeds."""
    runs: dict[tuple[str, str | None], list[dict[str, float]]] = defaultdict(list)
    for path in sorted(folder.glob('results/*.json')):
        run = json.loads(path.read_text(encoding='utf-8'))
        if 'config' in run:
            runs[run['config'], run.get('dataset')].append(run['scores'])
    results: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (config, dataset), scores in runs.items():
        match = NAME.fullmatch(config)
        known = DATA.get(match[3], match[3]) if match else config
        names = set.intersection(*({k for k, v in s.items() if v is not None} for s in scores))
        metrics = {n: round(mean(s[n] for s in scores), 2) for n in sorted(names)}
        results[config].append(
            {
                'Task': 'Attribute Recognition',
                'Dataset': f'{dataset or known}, mean of {len(scores)} seeds',
                'Metrics': metrics,
            }
        )
    return results


def network(path: Path) -> str:
    """The network of a leaf as JSON, without what does not change its size."""
    from mmengine.config import Config

    cfg = Config.fromfile(path)
    model = cfg.model.to_dict()
    for part in (model, model.get('backbone', {}), model.get('head', {})):
        part.pop('init_cfg', None)
    model.pop('decorrelation_weight', None)
    if model['type'] != 'MRGAN':
        model['type'] = 'ImageClassifier'
        model.pop('mixup_alpha', None)
        if model['head']['type'] == 'NearestNeighbourHead':  # it compares with a gallery
            model['head']['type'] = 'AttributeHead'
            model['head'].pop('num_neighbours', None)
        for weight in ('lambda_id', 'synthetic_weight', 'dropout'):
            if model['head'].get(weight):
                model['head'][weight] = 0.5
        if model['head'].get('losses'):
            model['head']['losses'] = {'ce': {'type': 'AttributeCrossEntropyLoss'}}
    model['data_preprocessor'] = model.get('data_preprocessor') or cfg.get('data_preprocessor')
    if model['type'] == 'MRGAN':
        model['data_preprocessor'] = None
    return json.dumps(model, sort_keys=True)


@cache
def sizes_of(model: str, height: int, width: int) -> dict[str, int]:
    """Parameters of a network, and FLOPs of an image where it is a classifier."""
    import torch
    from mmengine.registry import MODELS, init_default_scope
    from torch import nn

    options = json.loads(model)
    if (options.get('head') or {}).get('schema') == 'dataset':
        return {}  # they are those of the table that it is trained on
    init_default_scope('mmpretrain')
    with drawn_by_nobody():
        net = MODELS.build(options).eval().to('meta')  # shapes alone: nothing is computed
    parameters = {'Parameters': sum(parameter.numel() for parameter in net.parameters())}
    if options['type'] == 'MRGAN':
        return parameters
    flops = 0

    def count(layer: Any, _: Any, output: 'torch.Tensor') -> None:
        nonlocal flops
        of_one = layer.weight[0].numel()  # products for one number of the output
        flops += output.numel() * of_one

    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    channels = 1 if options['backbone']['type'] == 'ReLULeNet' else 3
    net(torch.empty(1, channels, height, width, device='meta'))
    return {'FLOPs': flops, **parameters}


@contextmanager
def drawn_by_nobody() -> Iterator[None]:
    """Layers keep what memory holds, which is quicker than to draw it."""
    from torch import nn

    layers: tuple[Any, ...] = (nn.Conv2d, nn.Linear, nn.ConvTranspose2d)
    before = [layer.reset_parameters for layer in layers]
    try:
        for layer in layers:
            layer.reset_parameters = lambda _: None
        yield
    finally:
        for layer, own in zip(layers, before, strict=True):
            layer.reset_parameters = own


def dumped(content: dict[str, Any]) -> str:
    """YAML with a note on where it comes from."""
    import yaml

    head = '# Written by tools/metafiles.py: change leaves or results, not this file.\n'
    return head + yaml.safe_dump(content, sort_keys=False, width=100, allow_unicode=True)


if __name__ == '__main__':
    main()
