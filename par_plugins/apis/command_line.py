"""What the command lines share: the options of a run, its config, and how they fail."""

import argparse
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from mmengine.config import Config

from par_plugins.apis.config_checks import (
    OF_COMPONENTS,
    check_option_keys,
    check_top_level_keys,
    config_mistake,
    nearest,
)
from par_plugins.apis.key_values import key_values
from par_plugins.apis.runner import leave_cpu_processes
from par_plugins.apis.system_failures import system_failure
from par_plugins.structures import InputError, printable
from par_runtime.installed_files import leaves
from par_runtime.standard_output import print_any_letter

P = ParamSpec('P')


def load_config(args: argparse.Namespace, *, work_dir: str) -> Config:
    """Read the config of the parsed options and apply those of ``par_runtime.RUNNER_OPTIONS``.

    Args:
        args: Parsed options.
        work_dir: Folder for a run whose options and config name none, in ``work_dirs/``; the
            config's name stands for ``{config}`` in it.

    Raises:
        InputError: If there is no such config, it cannot be read, or a key is not one that
            anything looks for.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    try:
        cfg = Config.fromfile(args.config)
    except Exception as error:  # a config is code, and its mistakes are of every kind
        reason = str(error).strip().splitlines() or [repr(error)]
        hint = '' if Path(args.config).exists() else nearest(Path(args.config).name, leaves())
        raise InputError(f'{args.config}: {type(error).__name__}: {reason[0]}{hint}') from error
    check_top_level_keys(cfg, args.config)
    cfg.launcher = args.launcher
    if args.cfg_options:
        options = key_values(args.cfg_options, '--cfg-options')
        check_option_keys(cfg, options)
        try:
            cfg.merge_from_dict(options)
        except (TypeError, KeyError, IndexError, AttributeError, AssertionError) as error:
            why = ' '.join(str(error.args[0] if error.args else error).split())
            raise InputError(f'--cfg-options {" ".join(options)}: {why}') from error
    if 'model' not in cfg:
        raise InputError(f'{args.config}: there is no model in this config')
    if args.work_dir:
        cfg.work_dir = args.work_dir
    cfg.setdefault('work_dir', f'work_dirs/{work_dir.format(config=Path(args.config).stem)}')
    return cfg


def stop_on_input_error(main: Callable[P, None]) -> Callable[P, None]:
    """End a command line with a sentence, not with a traceback, where nothing is wrong in the code.

    That is an :class:`InputError`, a mistake in a config, or what the system does to a run. One of
    several CPU processes leaves their group when its work is done.
    """

    @functools.wraps(main)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        print_any_letter()
        try:
            main(*args, **kwargs)
            leave_cpu_processes()
        except InputError as error:
            # A data loader's worker wraps the sentence into its own traceback.
            last_line = str(error).strip().split('\n')[-1].split('InputError: ')[-1]
            sys.exit(f'error: {printable(last_line)}')
        except Exception as error:
            sentence = config_mistake(error) if isinstance(error, OF_COMPONENTS) else None
            sentence = sentence or system_failure(error)
            if sentence is None:
                raise
            sys.exit(f'error: {printable(sentence)}')

    return wrapper
