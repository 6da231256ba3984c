"""Tests that export are skipped where nothing can be exported, for the reason that users read."""

import pytest

from par_plugins.deployment.export import require_exporter
from par_plugins.structures import InputError


def skip_without_exporter():
    """Skip the test, or the tests of the module, that calls this."""
    try:
        require_exporter()
    except InputError as reason:
        pytest.skip(str(reason), allow_module_level=True)
