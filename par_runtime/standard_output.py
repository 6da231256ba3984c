"""What programs print, where the terminal knows fewer letters, or nobody reads on."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def print_any_letter() -> None:
    """Let letters that the terminal cannot show be written as ``\\u5e3d``, not end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, 'reconfigure', None)
        if reconfigure is not None:
            reconfigure(errors='backslashreplace')


@contextmanager
def printed_answers() -> Iterator[None]:
    """End a program whose answers go to the standard output with a sentence if they do not arrive.

    Who has read enough (``| head``) gets no sentence, but the status tells.
    """
    print_any_letter()
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:
            raise  # it is about a file
        # Python tries once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(1)
        sys.exit(f'error: the answers cannot be written ({error.strerror})')
