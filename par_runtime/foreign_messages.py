"""What other packages say that reads like a broken installation and is harmless: said nowhere."""

import contextlib
import io
import warnings
from collections.abc import Iterator

WARNINGS = {
    # mmcv-lite has no compiled operators; nothing here uses them, and mmdet says so itself.
    'Fail to import ``MultiScaleDeformableAttention``': UserWarning,
    # mmengine's visualizer, asked for again by its name in a later run of one process.
    '.* instance named of .* has been created, the method `get_instance`': UserWarning,
}
"""Beginnings of warnings, as regular expressions, with their category."""
LINES = {
    # mmpretrain tries a package for its own data hub, which is not needed to read files.
    'Could not import OneDL',
}
"""Whole lines that are printed while packages are imported."""


@contextlib.contextmanager
def harmless_messages_left_out() -> Iterator[None]:
    """Import packages inside: the lines are not printed, and the warnings not from now on."""
    for message, category in WARNINGS.items():
        warnings.filterwarnings('ignore', message=message, category=category)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield
    finally:
        for line in printed.getvalue().splitlines():
            if line not in LINES:
                print(line)
