"""Configs of other projects inherit ours by name: ``_base_ = 'par_plugins::toy/...'``.

mmengine knows such packages from a table, and has what is inherited built in the scope of its
package. Ours has none: it registers in the root, and its leaves name the scope they are for.
"""

from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE

PACKAGE = 'par_plugins'
upstream_path = Config._get_cfg_path


def path_and_scope(cfg_path: str, filename: str) -> tuple[str, str | None]:
    """Find a base of a config as mmengine does, but leave our own without a scope.

    Args:
        cfg_path: What stands in ``_base_``.
        filename: The config in which it stands.
    """
    path, scope = upstream_path(cfg_path, filename)
    return path, None if scope == PACKAGE else scope


MODULE2PACKAGE[PACKAGE] = PACKAGE
Config._get_cfg_path = staticmethod(path_and_scope)
