"""Finding what a package has registered, so that a new class is tested by being there."""

from mmengine.registry import Registry


def registered(registry: Registry, package: str) -> dict[str, type]:
    """Classes of a registry that are defined in a package.

    Args:
        registry: One of mmengine's root registries.
        package: Dotted name, e.g. ``par_plugins.models.losses``.

    Returns:
        Each class by its registered name.
    """
    return {
        name: found
        for name, found in registry.module_dict.items()
        if f'{found.__module__}.'.startswith(f'{package}.')
    }
