"""Train a small network with each method on generated pedestrians, and export it.

    tools/model_zoo/toys.py                       # every toy leaf that one file can hold
    tools/model_zoo/toys.py focal_resnet18_1xb32-6e_toy-pedestrians-128x64

Writes model_zoo/toys/NAME.onnx, NAME.json (scores, parity) and NAME.log. The networks have a
quarter of ResNet-18's channels: they are for documents and tests. What is there is not made again.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHANNELS = 16
CALIBRATION = 200
"""Training pictures by which int8 chooses its ranges: so a file stays below 1 MB."""
LAYOUTS = {
    'toy-pedestrians': [],
    'toy-market1501': '--layout market1501 --train 3600 --test 1800 --difficulty 1.25'.split(),
}
"""How make_toy.py is told to write the data of a leaf, by the name that leaves give it."""
VOTES = ('triplet-knn', 'lmle')
"""Methods whose answers are votes of training pictures, which no file of a network holds."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('leaves', nargs='*', default=toy_leaves(), help='names of leaves')
    parser.add_argument('--data', type=Path, default=Path('data'), help='where toys are written')
    parser.add_argument('--out', type=Path, default=ROOT / 'model_zoo/toys')
    parser.add_argument('--runs', type=Path, default=Path('work_dirs/toys'))
    return parser.parse_args()


def toy_leaves() -> list[str]:
    """The toy leaves of networks that predict attributes by themselves."""
    stems = sorted(path.stem for path in (ROOT / 'configs/toy').glob('*_resnet18_*.py'))
    return [stem for stem in stems if not stem.startswith((*VOTES, 'baseline1'))]


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(build)(args)


def build(args: argparse.Namespace) -> None:
    """Make what is missing."""
    args.out.mkdir(parents=True, exist_ok=True)
    make_toy = [sys.executable, str(ROOT / 'tools/dataset/make_toy.py')]
    for leaf in args.leaves:
        name = leaf.partition('_resnet18')[0]
        if (args.out / f'{name}.onnx').exists():
            continue
        layout = next(layout for layout in LAYOUTS if layout in leaf)
        root = args.data / layout.replace('-', '_')
        if not root.exists():
            subprocess.run([*make_toy, str(root), *LAYOUTS[layout]], check=True)
        write(args, leaf, name, root)


def write(args: argparse.Namespace, leaf: str, name: str, root: Path) -> None:
    """Train a leaf with fewer channels, find its thresholds and export it."""
    from mmengine.config import Config
    from mmengine.registry import DATASETS

    from par_plugins.apis.operating_points import fit_operating_points
    from par_plugins.deployment.export import export_onnx
    from par_plugins.deployment.run_record import training_log

    changes = {
        'model.backbone.base_channels': CHANNELS,
        'model.backbone.stem_channels': CHANNELS,
        'model.head.in_channels': 8 * CHANNELS,
        **{
            f'{split}_dataloader.{key}': value
            for split in ('train', 'val', 'test')
            for key, value in (('num_workers', 0), ('dataset.data_root', str(root)))
        },
    }
    folder = args.runs / name
    command = [sys.executable, str(ROOT / 'tools/train.py'), leaf, '--work-dir', str(folder)]
    command += ['--cfg-options', *(f'{key}={value}' for key, value in changes.items())]
    if not (folder / 'test_scores.json').is_file():
        subprocess.run(command, check=True)
    (best,) = folder.glob('best_*.pth')
    cfg = Config.fromfile(ROOT / f'configs/toy/{leaf}.py')
    cfg.merge_from_dict(changes)
    cfg.work_dir, cfg.launcher = str(folder / 'operating_points'), 'none'
    fit_operating_points(cfg, str(best), folder / 'fitted.pth', rules=['prior'])
    dataset = DATASETS.build({**cfg.train_dataloader.dataset.to_dict(), 'pipeline': []})
    rows = range(0, len(dataset), max(1, len(dataset) // CALIBRATION))
    report = export_onnx(
        cfg,
        str(folder / 'fitted.pth'),
        folder / 'model.onnx',
        precision='int8',
        calibration=[dataset.get_data_info(row)['img_path'] for row in rows],
    )
    (folder / 'model.onnx').replace(args.out / f'{name}.onnx')
    scores = json.loads((folder / 'test_scores.json').read_text(encoding='utf-8'))['scores']
    record = {'config': leaf, 'channels': CHANNELS, 'test': scores, 'parity': str(report)}
    text = json.dumps(record, indent=1)
    (args.out / f'{name}.json').write_text(text + '\n', encoding='utf-8')
    (args.out / f'{name}.log').write_text(training_log(folder), encoding='utf-8')
    print(f'{name}: {report}')


if __name__ == '__main__':
    main()
