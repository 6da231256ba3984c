"""The groups of attributes whose names start alike."""

from collections.abc import Iterable, Mapping

from par_plugins.structures import Attribute, AttributeSchema


def schema_by_prefix(names: Iterable[str], groups: Mapping[str, str]) -> AttributeSchema:
    """Binary attributes, each in the group of the first prefix that its name has.

    Args:
        names: Attribute names, in column order.
        groups: Name of the group for each prefix.
    """
    return AttributeSchema(
        Attribute(name, group=next((groups[p] for p in groups if name.startswith(p)), None))
        for name in names
    )
