"""What programs log, where the locale knows fewer letters than the data uses."""

import logging
from typing import TextIO


def log_in_utf8(logger: logging.Logger) -> None:
    """Let the log files of a logger go on in UTF-8; mmengine opens them in that of the locale."""
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            stream: TextIO = open(handler.baseFilename, 'a', encoding='utf-8')  # noqa: SIM115
            handler.setStream(stream)  # type: ignore[arg-type]
            handler.encoding = 'utf-8'
