"""Build a runner that is safe with foreign files and also runs on several CPU processes."""

import atexit
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import torch
from mmengine.config import Config
from mmengine.dist import barrier
from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from mmengine.structures import BaseDataElement
from torch import distributed

from par_plugins.apis.batch_norm_check import check_last_batch
from par_plugins.apis.config_checks import (
    check_clipping,
    check_intervals,
    check_pipelines,
    check_sections,
    mistakes_in_a_sentence,
)
from par_plugins.apis.shared_images import OPTION, refuse_shared_images
from par_plugins.apis.system_failures import stop_where_the_log_cannot_be_written
from par_plugins.apis.utf8_output import log_in_utf8
from par_plugins.datasets.configured_schema import configured_schema
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.checkpoint_weights import non_finite
from par_plugins.engine.hooks import (
    CompleteWeightsHook,
    FiniteTrainingHook,
    MovingAverageHook,
    SafeCheckpointHook,
    ScheduleHook,
    SchemaHook,
    WorkDirectoryHook,
)
from par_plugins.engine.launched_process import LaunchedProcess
from par_plugins.structures import InputError
from par_runtime.run_options import LAUNCHER_VARIABLES

REQUIRED_HOOKS = (
    SafeCheckpointHook,
    CompleteWeightsHook,
    MovingAverageHook,
    FiniteTrainingHook,
    WorkDirectoryHook,
    ScheduleHook,
    SchemaHook,
)
"""What every run of the tools has, whatever its config says."""
FROM_DATASET = 'dataset'
"""What ``model.head.schema`` says where it shall be that of the training set."""


@mistakes_in_a_sentence
def build_runner(cfg: Config) -> Runner:
    """Build the runner of a config, for ``cfg.launcher`` with CUDA (NCCL) or without (gloo).

    Args:
        cfg: A full config with ``work_dir`` and ``launcher``. Where ``model.head.schema`` is
            ``'dataset'`` the schema of the training set takes its place.

    Raises:
        InputError: If the launcher's environment is incomplete, mixed precision is asked
            for where there is no accelerator, or a component of the config cannot be built.
    """
    check_sections(cfg)
    if not torch.cuda.is_available():
        if (cfg.get('optim_wrapper') or {}).get('type') == 'AmpOptimWrapper':
            raise InputError('AmpOptimWrapper needs a GPU, and there is none; --amp does not')
        if cfg.launcher != 'none':
            _join_cpu_processes(cfg)
    if (cfg.model.get('head') or {}).get('schema') == FROM_DATASET:
        cfg.model.head.schema = configured_schema(cfg.train_dataloader.dataset).to_dict()
    if cfg.get('resume') and not cfg.get('load_from'):
        # mmengine would take what the file last_checkpoint names, wherever that is.
        cfg.load_from = last_whole_checkpoint(cfg.work_dir)
        cfg.resume = cfg.load_from is not None
    runner = RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
    log_in_utf8(runner.logger)
    stop_where_the_log_cannot_be_written(runner)
    for kind in REQUIRED_HOOKS:
        if not any(isinstance(hook, kind) for hook in runner.hooks):
            runner.register_hook(kind())
    return runner


def build_predictor(cfg: Config, checkpoint: str) -> Runner:
    """Build the runner of a config, its model ready to predict the test set.

    Args:
        cfg: See :func:`build_runner`; it must have a test set.
        checkpoint: The weights, held to the schema of the test set and to the network.

    Raises:
        InputError: If the checkpoint cannot be read, is of another schema or lacks weights.
    """
    cfg.load_from, cfg.resume = checkpoint, False
    cfg.test_evaluator = []  # nothing is scored
    runner = build_runner(cfg)
    _ = runner.test_loop  # built first, so that the checkpoint is held to its schema
    runner.call_hook('before_run')  # the schema goes to the model
    runner.load_or_resume()
    for stage in ('before_test', 'before_test_epoch'):  # what hooks do to a model that is tested
        runner.call_hook(stage)
    runner.model.eval()
    return runner


def predicted_samples(
    runner: Runner, on_images: Callable[[int, int], object]
) -> Iterator[BaseDataElement]:
    """Predict the test set, image after image.

    Args:
        runner: From :func:`build_predictor`.
        on_images: Called after every batch with the number done and their total.

    Raises:
        InputError: If an output is NaN or infinite.
    """
    loader = runner.test_loop.dataloader
    done = 0
    for batch in loader:
        with torch.inference_mode():
            samples = runner.model.test_step(batch)
        for key in ('pred_probabilities', 'pred_embedding'):
            outputs = [sample.get(key) for sample in samples if key in sample]
            if outputs and not torch.stack(outputs).isfinite().all():
                raise InputError(
                    f'the outputs of the model ({key}) are not finite: the fault is in its '
                    'weights, not in the images'
                )
        yield from samples
        done += len(samples)
        on_images(done, len(loader.dataset))


def last_whole_checkpoint(work_dir: str | Path, run_id: str | None = None) -> str | None:
    """The newest checkpoint of a work directory that training can go on from.

    Args:
        work_dir: Folder with ``epoch_*.pth`` or ``iter_*.pth``.
        run_id: Pass over the checkpoints of other runs than this one, where they say so.

    Returns:
        Its path, or None where there is no whole and finite one; others are named in a warning.
    """
    numbered = {
        int(match[1]): path
        for path in Path(work_dir).glob('*.pth')
        if (match := re.fullmatch(r'(?:epoch|iter)_(\d+)\.pth', path.name))
    }
    for number in sorted(numbered, reverse=True):
        try:
            checkpoint = load_checkpoint_file(str(numbered[number]), map_location='cpu')
            run = (checkpoint.get('meta') or {}).get('run_id')
            if run_id is not None and run not in (None, run_id):
                raise InputError(f'{numbered[number]}: of an earlier run')
            if wrong := non_finite(checkpoint):
                raise InputError(f'{numbered[number]}: {wrong} is not finite')
        except InputError as error:
            print_log(f'{error}; falling back to the one before', level=logging.WARNING)
        else:
            return str(numbered[number])
    return None


@mistakes_in_a_sentence
def train(runner: Runner) -> None:
    """Train; an interrupt (^C) saves what there is before it ends the run.

    Args:
        runner: From :func:`build_runner`.

    Raises:
        InputError: If the training set makes no batch, or one that batch norm cannot take, or
            shares images with another set (unless the config has ``allow_shared_images=True``); on
            an interrupt, saying where the weights are and how to go on.
    """
    loader = runner.train_loop.dataloader
    if len(loader) == 0:
        raise InputError(
            f'train_dataloader: {len(loader.dataset)} images make no batch of {loader.batch_size} '
            'with drop_last=True: take a smaller batch_size, or repeat them (RepeatDataset)'
        )
    check_intervals(runner)
    check_clipping(runner.cfg)
    check_pipelines(runner)
    if not runner.cfg.get(OPTION, False):
        loops = {'val_dataloader': runner.val_loop, 'test_dataloader': runner._test_loop}
        refuse_shared_images(
            loader.dataset,
            {k: v.dataloader.dataset for k, v in loops.items() if isinstance(v, BaseLoop)},
        )
    check_last_batch(runner)
    interrupts: list[int] = []
    try:
        with _noted_interrupts(interrupts):
            runner.train()
    except BaseException as error:
        if not (interrupts or isinstance(error, KeyboardInterrupt)):
            raise
        name = f'interrupted_iter_{runner.iter}.pth'
        runner.save_checkpoint(
            runner.work_dir,
            name,
            meta={'epoch': runner.epoch},
            backend_args={'backend': 'written_aside'},
        )
        raise InputError(
            f'interrupted in epoch {runner.epoch + 1}: --resume goes on from the last whole epoch, '
            f'--resume {runner.work_dir}/{name} from the weights of this moment'
        ) from None


@contextmanager
def _noted_interrupts(noted: list[int]) -> Iterator[None]:
    """Note ^C when it comes: compiled code may make any other error of it, with no cause."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield  # it is ignored, or comes elsewhere
        return

    def note(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def evaluate_best(runner: Runner) -> dict[str, float]:
    """Test the checkpoint that was best on the validation split, once.

    Where no validation has picked one, the last weights are tested, and a warning says so.

    Args:
        runner: A runner whose training has ended.

    Returns:
        The scores.
    """
    best = next(
        (
            path
            for hook in runner.hooks
            if isinstance(hook, CheckpointHook) and (path := getattr(hook, 'best_ckpt_path', None))
        ),
        None,
    )
    if best is None:
        runner.logger.warning(
            'no checkpoint was picked on a validation split (by default_hooks.checkpoint.save_best '
            'and val_dataloader, in an epoch that is validated): the last weights are tested'
        )
        return runner.test()
    barrier()  # the main process alone has written it
    if not Path(best).is_file():  # the work directory was moved between start and resume
        best = str(Path(runner.work_dir) / Path(best).name)
    # Loaded as by any other test, after hooks have made themselves ready.
    runner._load_from, runner._resume, runner._has_loaded = str(best), False, False
    return runner.test()


def rank_of(launcher: str) -> int:
    """The number of this process, before it has met the others."""
    return int(os.environ.get(LAUNCHER_VARIABLES[launcher][0], 0)) if launcher != 'none' else 0


def leave_cpu_processes() -> None:
    """End this process, its work done, if it is one of a group of CPU processes.

    A gloo thread may still hold the tensors of the last exchange; to let go of them it needs
    Python's lock, and where Python is on its way out by then the process aborts instead of ending
    well. The group cannot be left before that: DistributedDataParallel keeps it alive. So what
    is registered for the end is done, and the process ends there.
    """
    if not distributed.is_initialized() or distributed.get_backend() != 'gloo':
        return
    barrier()  # nobody leaves while another still waits for its answer
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _join_cpu_processes(cfg: Config) -> None:
    # mmengine's launchers select a CUDA device first, so the group must exist before the runner.
    process = LaunchedProcess.of_launcher(cfg.launcher)
    os.environ['LOCAL_RANK'] = str(process.local_rank)
    distributed.init_process_group('gloo', rank=process.rank, world_size=process.size)
    wrapper = dict(cfg.get('model_wrapper_cfg') or {})
    wrapper.setdefault('type', 'MMDistributedDataParallel')
    wrapper.setdefault('broadcast_buffers', False)
    wrapper.setdefault('find_unused_parameters', cfg.get('find_unused_parameters', False))
    cfg.model_wrapper_cfg = {**wrapper, 'device_ids': None}
