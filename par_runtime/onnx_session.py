"""The one place where onnxruntime is imported."""

import os
from pathlib import Path
from typing import Any

from par_runtime.input_error import InputError
from par_runtime.regular_file import open_regular_file

LARGEST = 2 * 1024**3 - 1
"""Bytes of a network in one file: what its format can hold."""


def import_onnxruntime() -> Any:
    """Import onnxruntime; it tells nobody that it was.

    Raises:
        InputError: If it is not installed.
    """
    # From 1.29 on it would write a device id and a queue of events to the user's cache.
    os.environ['ORT_DISABLE_TELEMETRY'] = '1'
    try:
        import onnxruntime
    except ImportError as error:
        raise InputError(
            "an .onnx file needs onnxruntime: pip install 'par-plugins[deploy]'"
        ) from error
    return onnxruntime


def open_session(path: str | Path, *, threads: int | None = None) -> Any:
    """Open a network in ONNX form.

    Args:
        path: The file; weights that it names as another file must lie beside it.
        threads: That compute; None takes the number of cores.

    Returns:
        An ``onnxruntime.InferenceSession``.

    Raises:
        InputError: If onnxruntime is not installed or the file is no such network.
    """
    open_regular_file(path, largest=LARGEST).close()
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors are raised, and hints are for who writes networks
    # Threads that wait in a loop keep cores from other work, such as the next network's.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    if threads is not None:
        options.intra_op_num_threads = threads
    providers = onnxruntime.get_available_providers()
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # onnxruntime has an error of its own for each thing
        reason = (str(error).strip().splitlines() or ['no reason given'])[0]
        raise InputError(f'{path}: not a network in ONNX form ({reason})') from error
