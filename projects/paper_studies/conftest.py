"""The fixtures of the whole suite, here too."""

from tests.conftest import (  # noqa: F401
    configs_written_without_yapf,
    no_scope_left_behind,
    tiny_root,
    toy_root,
)
