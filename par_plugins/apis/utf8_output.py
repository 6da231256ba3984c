"""What programs print and log, where the locale knows fewer letters than the data uses."""

import logging
import sys
from typing import TextIO


def print_any_letter() -> None:
    """Let letters that the terminal cannot show be written as ``\\u5e3d``, not end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, 'reconfigure', None)
        if reconfigure is not None:
            reconfigure(errors='backslashreplace')


def log_in_utf8(logger: logging.Logger) -> None:
    """Let the log files of a logger go on in UTF-8; mmengine opens them in that of the locale."""
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            stream: TextIO = open(handler.baseFilename, 'a', encoding='utf-8')  # noqa: SIM115
            handler.setStream(stream)  # type: ignore[arg-type]
            handler.encoding = 'utf-8'
