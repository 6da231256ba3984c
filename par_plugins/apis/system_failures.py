"""What ends a run from outside: the disk, a killed worker, another process."""

import logging
import re
import sys

from mmengine.runner import Runner
from torch import distributed

from par_plugins.structures import InputError

WORKER = re.compile(r'DataLoader worker \(pid.*')
PEER = re.compile(
    r'(closed|reset) by peer|broken pipe|timed out waiting|connection refused|nccl', re.IGNORECASE
)


def system_failure(error: BaseException) -> str | None:
    """Say in one sentence what the system did to a run.

    Args:
        error: What has ended it.

    Returns:
        None where it was something else.
    """
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    for one in reversed(chain):  # the cause knows more
        text = ' '.join(str(one).split())
        if isinstance(one, RuntimeError) and (worker := WORKER.search(text)):
            return (
                f'{worker[0].rstrip(".")}: a process that loads data has ended, as the system does '
                'when memory is short; --resume goes on from the last whole epoch'
            )
        if isinstance(one, RuntimeError) and distributed.is_initialized() and PEER.search(text):
            return (
                f'process {distributed.get_rank()} has lost another one ({text[:200]}), whose '
                'message says why it ended; --resume goes on from the last whole epoch'
            )
        if isinstance(one, OSError) and one.strerror:
            return f'{one.filename or "a file"}: cannot be read or written ({one.strerror})'
    return None


def stop_where_the_log_cannot_be_written(runner: Runner) -> None:
    """Let a full disk end a run at its log, in place of a traceback for each line of it."""
    for handler in runner.logger.handlers:
        if isinstance(handler, logging.FileHandler):
            handler.handleError = _Stop(handler)  # type: ignore[method-assign]


class _Stop:
    """Handles the errors of a handler that writes a file."""

    def __init__(self, handler: logging.FileHandler) -> None:
        self.handler = handler

    def __call__(self, record: logging.LogRecord) -> None:
        """Raise what went wrong."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            raise InputError(
                f'{self.handler.baseFilename}: cannot be written ({error.strerror})'
            ) from error
        logging.Handler.handleError(self.handler, record)
