"""What the command lines share: the options of a run, its config, and how they fail."""

import argparse
import functools
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction

from par_plugins.apis.config_checks import (
    OF_COMPONENTS,
    check_option_keys,
    check_top_level_keys,
    config_mistake,
)
from par_plugins.apis.runner import LAUNCHER_VARIABLES, leave_cpu_processes
from par_plugins.apis.system_failures import system_failure
from par_plugins.apis.utf8_output import print_any_letter
from par_plugins.structures import InputError, printable

_DICTIONARY = re.compile(r'[=\[(,]\s*(dict\(|\{)')


class _ConfigOptions(DictAction):
    """mmengine's ``KEY=VALUE`` options, but spaces in a value stay in it."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        for item in values:
            if '=' not in item:
                parser.error(f'{option_string}: {item!r} is not KEY=VALUE')
        for item in values:
            try:
                readable = not _DICTIONARY.search(item)
                if readable:
                    super().__call__(parser, namespace, [item], option_string)
            except (RecursionError, AssertionError):  # brackets in an order that upstream loses
                readable = False
            if not readable:
                parser.error(
                    f'{option_string} {item}: a value is a number, a word or a list of them; a '
                    'dictionary goes into a config file, or its keys behind dots'
                )

    @staticmethod
    def _parse_iterable(val: str) -> Any:
        if not set('[](),') & set(val):
            return DictAction._parse_int_float_bool(val)
        return DictAction._parse_iterable(val)


CFG_OPTIONS = argparse.ArgumentParser(add_help=False)
CFG_OPTIONS.add_argument(
    '--cfg-options',
    nargs='+',
    action=_ConfigOptions,
    metavar='KEY=VALUE',
    help='change the config, e.g. train_cfg.max_epochs=5 train_dataloader.batch_size=32',
)
RUNNER_OPTIONS = argparse.ArgumentParser(add_help=False, parents=[CFG_OPTIONS])
RUNNER_OPTIONS.add_argument('config', help='config file')
RUNNER_OPTIONS.add_argument('--work-dir', help='folder for everything the run writes')
RUNNER_OPTIONS.add_argument(
    '--launcher',
    choices=['none', *LAUNCHER_VARIABLES],
    default='none',
    help='what started the processes',
)
RUNNER_OPTIONS.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_config(args: argparse.Namespace, *, work_dir: str) -> Config:
    """Read the config of the parsed options and apply those of :data:`RUNNER_OPTIONS`.

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
        raise InputError(f'{args.config}: {type(error).__name__}: {reason[0]}') from error
    check_top_level_keys(cfg, args.config)
    cfg.launcher = args.launcher
    if args.cfg_options:
        check_option_keys(cfg, args.cfg_options)
        try:
            cfg.merge_from_dict(args.cfg_options)
        except (TypeError, KeyError, IndexError, AttributeError, AssertionError) as error:
            why = ' '.join(str(error.args[0] if error.args else error).split())
            raise InputError(f'--cfg-options {" ".join(args.cfg_options)}: {why}') from error
    if 'model' not in cfg:
        raise InputError(f'{args.config}: there is no model in this config')
    if args.work_dir:
        cfg.work_dir = args.work_dir
    cfg.setdefault('work_dir', f'work_dirs/{work_dir.format(config=Path(args.config).stem)}')
    return cfg


def stop_on_input_error(main: Callable[[], None]) -> Callable[[], None]:
    """End a command line with a sentence, not with a traceback, where nothing is wrong in the code.

    That is an :class:`InputError`, a mistake in a config, or what the system does to a run. One of
    several CPU processes leaves their group when its work is done.
    """

    @functools.wraps(main)
    def wrapper() -> None:
        print_any_letter()
        try:
            main()
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
