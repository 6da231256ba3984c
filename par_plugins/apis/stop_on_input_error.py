"""How the command lines fail."""

import functools
import sys
from collections.abc import Callable

from par_plugins.structures import InputError


def stop_on_input_error(main: Callable[[], None]) -> Callable[[], None]:
    """End a command line with the sentence of an :class:`InputError`, not with a traceback."""

    @functools.wraps(main)
    def wrapper() -> None:
        try:
            main()
        except InputError as error:
            # A data loader's worker wraps the sentence into its own traceback.
            sys.exit(f'error: {str(error).strip().splitlines()[-1].split("InputError: ")[-1]}')

    return wrapper
