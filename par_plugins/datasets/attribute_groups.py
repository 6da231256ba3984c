"""What a benchmark says of its attributes beside their names."""

from collections.abc import Iterable, Mapping, Sequence

from par_plugins.structures import Attribute, AttributeSchema


def schema_by_prefix(
    names: Iterable[str],
    groups: Mapping[str, str],
    *,
    one_of: Mapping[str, Sequence[str]] | None = None,
    momentary: Sequence[str] = (),
) -> AttributeSchema:
    """Binary attributes, each in the group of the first prefix that its name has.

    Args:
        names: Attribute names, in column order.
        groups: Name of the group for each prefix.
        one_of: By name of a set, the attributes of which a person has exactly one. A set of which
            one is not among the names is none.
        momentary: Prefixes of attributes that may change while a person is being watched.
    """
    names = list(names)
    sets = {
        name: title
        for title, members in (one_of or {}).items()
        if set(members) <= set(names)
        for name in members
    }
    return AttributeSchema(
        Attribute(
            name,
            group=next((groups[p] for p in groups if name.startswith(p)), None),
            one_of=sets.get(name),
            momentary=name.startswith(tuple(momentary)),
        )
        for name in names
    )
