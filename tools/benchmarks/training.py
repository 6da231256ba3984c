"""Where the time of a training step goes, and what our Runner costs beside a bare loop.

After each step of the Runner the same batch goes through a bare loop (a copy of the network, the
same precision and layout, an optimizer, nothing else), so that both meet the same load of the
machine. Seconds are medians over steps: of the processor on a CPU, on the clock of a GPU, which is
waited for at each border and is slower for it. Memory is what a step takes beyond what is held
before it, or more on a CPU, whose allocator keeps some. Pictures are generated.
"""

import argparse
import copy
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import OPTIMIZERS
from mmengine.runner import Runner
from rich.console import Console
from rich.table import Table

from par_plugins.apis import build_runner, train_in_mixed_precision
from par_plugins.testing.write_toy_benchmark import write_toy_benchmark

CONFIGS = Path(__file__).parents[2] / 'configs/baseline'
NETWORKS = {
    'resnet18': CONFIGS / 'cross-entropy_resnet18_1xb64-10e_pa100k-128x64.py',
    'resnet50': CONFIGS / 'strong-baseline_resnet50_1xb64-30e_pa100k-256x192.py',
}
PRECISIONS = {  # autocast to bfloat16, channels last
    'float32': (False, False),
    'float32, channels last': (False, True),
    'bfloat16': (True, False),
    '--amp (bfloat16, channels last)': (True, True),
}
WARM_UP = 2
MIB = 2**20


def now() -> float:
    """Seconds of the processor, or on the clock once the GPU has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


class Memory:
    """MiB of the peak since ``reset`` beyond what was held then."""

    def reset(self) -> None:
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
            self._held = torch.cuda.memory_allocated()
        else:
            Path('/proc/self/clear_refs').write_text('5', encoding='ascii')
            self._held = self._status('VmRSS')

    def peak(self) -> float:
        on_gpu = torch.cuda.is_available()
        most = torch.cuda.max_memory_allocated() if on_gpu else self._status('VmHWM')
        return (most - self._held) / MIB

    @staticmethod
    def _status(name: str) -> int:
        lines = Path('/proc/self/status').read_text(encoding='utf-8').splitlines()
        return 1024 * next(int(x.split()[1]) for x in lines if x.startswith(name))


class Stopwatch:
    """Seconds of calls, by label and step."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._step: dict[str, float] = defaultdict(float)

    def watch(self, owner: Any, name: str, label: str) -> None:
        """Time a method of one object from now on."""
        method: Callable[..., Any] = getattr(owner, name)

        @wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = now()
            try:
                return method(*args, **kwargs)
            finally:
                self._step[label] += now() - start

        setattr(owner, name, timed)

    def end_step(self, **seconds: float) -> None:
        """Keep what was measured since the last step ended."""
        for label, value in (self._step | seconds).items():
            self.seconds[label].append(value)
        self._step.clear()

    def median(self, label: str) -> float:
        return median(self.seconds[label][WARM_UP:] or [0.0])


class ComparedSteps:
    """Steps of a Runner, each followed by one of a bare loop.

    Args:
        runner: Its steps are watched as soon as it trains.
        bfloat16: Whether the bare loop computes in it.
    """

    def __init__(self, runner: Runner, bfloat16: bool) -> None:
        self.watch, self.peaks = Stopwatch(), list[float]()
        self._runner, self._bfloat16, self._memory = runner, bfloat16, Memory()
        self._take_step = runner.train_loop.run_iter
        runner.train_loop.run_iter = self._run_iter
        self._model: Any = None
        self._end = now()

    def _run_iter(self, *batch: Any) -> None:
        loading = now() - self._end
        if self._model is None:
            self._prepare()
        self._memory.reset()
        start = now()
        self._take_step(*batch)
        whole = now() - start
        self.peaks.append(self._memory.peak())
        start = now()
        self._bare_step(batch[-1])
        self.watch.end_step(Runner=whole, bare=now() - start, loading=loading)
        self._end = now()

    def _prepare(self) -> None:
        runner, wrapper = self._runner, self._runner.optim_wrapper
        self._model = copy.deepcopy(runner.model)
        options = {**runner.cfg.optim_wrapper.optimizer, 'params': self._model.parameters()}
        self._optimizer = OPTIMIZERS.build(options)
        self.watch.watch(runner.model, '_run_forward', 'forward')
        self.watch.watch(runner.model.data_preprocessor, 'forward', 'normalising')
        self.watch.watch(wrapper, 'backward', 'backward')
        self.watch.watch(wrapper, 'step', 'optimizer')
        self.watch.watch(runner, 'call_hook', 'hooks')
        for hook in runner.hooks:
            for stage in ('before_train_iter', 'after_train_iter'):
                self.watch.watch(hook, stage, type(hook).__name__)

    def _bare_step(self, batch: Any) -> None:
        model, clip = self._model, self._runner.cfg.optim_wrapper.get('clip_grad')
        device = next(model.parameters()).device.type
        with torch.autocast(device, torch.bfloat16, enabled=self._bfloat16):
            losses = model(**model.data_preprocessor(batch, True), mode='loss')
        sum(value for name, value in losses.items() if 'loss' in name).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), **clip)
        self._optimizer.step()
        self._optimizer.zero_grad()


def compared(config: Path, precision: str, args: argparse.Namespace, folder: str) -> ComparedSteps:
    """Train as many steps as asked for."""
    bfloat16, channels_last = PRECISIONS[precision]
    cfg = Config.fromfile(config)
    cfg.launcher, cfg.work_dir, cfg.log_level = 'none', f'{folder}/run', 'ERROR'
    if bfloat16:
        train_in_mixed_precision(cfg)
    cfg.model.backbone.init_cfg = None  # random weights are as fast
    cfg.default_hooks.pop('channels_last', None)
    if channels_last:
        cfg.default_hooks.channels_last = dict(type='ChannelsLastHook')
    cfg.default_hooks.checkpoint = None
    cfg.train_dataloader.dataset.data_root = f'{folder}/data'
    cfg.train_dataloader.update(batch_size=args.batch_size, num_workers=0)
    cfg.train_dataloader.pop('persistent_workers', None)
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1)
    if isinstance(cfg.param_scheduler, dict):  # it waits for validation scores
        cfg.param_scheduler = None
    for part in ('val', 'test'):
        for name in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{part}_{name}'] = None
    runner = build_runner(cfg)
    steps = ComparedSteps(runner, bfloat16)
    runner.train()
    return steps


def shares(steps: ComparedSteps) -> list[str]:
    """What of a step and of the loading before it goes where, in percent."""
    middle = steps.watch.median
    logging = middle('LoggerHook') + middle('BatchedScalarsHook')
    seconds = {
        'data': middle('loading') + middle('normalising'),
        'forward': middle('forward'),
        'backward': middle('backward'),
        'optimizer': middle('optimizer'),
        'hooks': middle('hooks') - logging,
        'logging': logging,
    }
    whole = middle('Runner') + middle('loading')
    return [f'{100 * value / whole:.1f}' for value in seconds.values()]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--networks', nargs='+', choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument('--precisions', nargs='+', choices=PRECISIONS, default=list(PRECISIONS))
    parser.add_argument('--steps', type=int, default=10, help=f'{WARM_UP} of them are not counted')
    parser.add_argument('--batch-size', type=int, default=64)
    parser.add_argument('--hooks', action='store_true', help='microseconds of each hook, too')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    columns = ['data %', 'forward %', 'backward %', 'optimizer %', 'hooks %', 'logging %']
    table = Table('network', 'images/s', 'Runner / bare', *columns, 'MiB')
    with tempfile.TemporaryDirectory() as folder:
        num_train = args.steps * args.batch_size
        write_toy_benchmark(f'{folder}/data', 'PA100K', num_train=num_train, num_val=2, num_test=2)
        for network in args.networks:
            for precision in args.precisions:
                steps = compared(NETWORKS[network], precision, args, folder)
                seconds = steps.watch.seconds
                ratios = np.divide(seconds['Runner'], seconds['bare'])[WARM_UP:]
                rate = args.batch_size / (
                    steps.watch.median('Runner') + steps.watch.median('loading')
                )
                table.add_row(
                    f'{network}, {precision}',
                    f'{rate:.1f}',
                    f'{np.median(ratios):.3f}',
                    *shares(steps),
                    f'{max(steps.peaks[WARM_UP:]):.0f}',
                )
                if args.hooks:
                    for name in seconds:
                        if name.endswith('Hook'):
                            print(f'{name}: {1e6 * steps.watch.median(name):.0f} us')
    Console(width=140).print(table)


if __name__ == '__main__':
    main()
