"""Which attributes there are, in which order, and what their values are called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from par_plugins.structures.input_error import InputError

UNKNOWN = -1
"""The target of an attribute nobody labelled: it takes part in no loss, count or metric."""


class SchemaMismatchError(InputError):
    """Two schemas that must be the same differ in attributes, values or order."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of a person.

    Args:
        name: The benchmark's own name for it.
        values: Names of the values of a categorical attribute, in the order of their
            targets ``0..K-1``; None for a binary attribute (no = 0, yes = 1).
        group: Optional name of the group it is reported with.
        one_of: Optional name of the set of binary attributes of which a person has exactly one.
        momentary: Whether it may change while a person is being watched: view, action, what is
            held.

    Raises:
        InputError: If the name is empty, ``values`` has fewer than two or repeated names, or
            ``one_of`` or ``momentary`` is none.
    """

    name: str
    values: tuple[str, ...] | None = None
    group: str | None = None
    one_of: str | None = None
    momentary: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InputError(f'an attribute needs a name, got {self.name!r}')
        if self.one_of is not None and (
            self.values is not None or not isinstance(self.one_of, str)
        ):
            raise InputError(
                f'one_of of attribute {self.name!r} names a set of binary attributes, got '
                f'{self.one_of!r}' + ('' if self.values is None else ' for a categorical one')
            )
        if not isinstance(self.momentary, bool):
            raise InputError(f'momentary of attribute {self.name!r} is {self.momentary!r}')
        if self.values is not None:
            if isinstance(self.values, str) or not all(isinstance(v, str) for v in self.values):
                raise InputError(
                    f'values of attribute {self.name!r} must be a list of names (strings), got '
                    f'{self.values!r}'
                )
            object.__setattr__(self, 'values', tuple(self.values))
            if len(self.values) < 2 or len(set(self.values)) < len(self.values):
                raise InputError(
                    f'categorical attribute {self.name!r} needs two or more different values, '
                    f'got {list(self.values)}'
                )

    @property
    def binary(self) -> bool:
        """Whether one logit and a sigmoid decide it."""
        return self.values is None

    @property
    def num_values(self) -> int:
        """Number of values K: 2 for a binary attribute."""
        return 2 if self.values is None else len(self.values)

    @property
    def num_logits(self) -> int:
        """Columns it takes in packed logits: 1 for a binary attribute, else K."""
        return 1 if self.values is None else len(self.values)


@dataclass(frozen=True)
class AttributeSchema:
    """An ordered set of attributes: the meaning of the columns of every target and logit.

    Targets are ``(N, A)`` int64, ``-1`` for unknown. Logits and probabilities are packed as
    ``(N, C)``: attribute after attribute, one column for a binary attribute and ``K_j`` for a
    categorical one.

    Args:
        attributes: Attributes in column order; a bare string stands for a binary one.

    Raises:
        InputError: If there is no attribute, or a name occurs twice.
    """

    attributes: tuple[Attribute, ...]

    def __init__(self, attributes: Iterable[Attribute | str]) -> None:
        if isinstance(attributes, str):
            raise InputError(f'attributes must be a list, got the one name {attributes!r}')
        made = tuple(Attribute(item) if isinstance(item, str) else item for item in attributes)
        if not made:
            raise InputError('a schema needs at least one attribute')
        seen: set[str] = set()
        for attribute in made:
            if attribute.name in seen:
                raise InputError(f'attribute {attribute.name!r} occurs twice in the schema')
            seen.add(attribute.name)
        object.__setattr__(self, 'attributes', made)

    @classmethod
    def unnamed(cls, num_attributes: int) -> 'AttributeSchema':
        """Binary attributes of which only the number is known."""
        return cls(f'attribute {column}' for column in range(num_attributes))

    def __len__(self) -> int:
        return len(self.attributes)

    def __str__(self) -> str:
        def show(attribute: Attribute) -> str:
            values = '' if attribute.values is None else f' ({"/".join(attribute.values)})'
            return attribute.name + values

        return f'{len(self)} attributes: ' + ', '.join(map(show, self.attributes))

    @property
    def names(self) -> tuple[str, ...]:
        """Attribute names, in column order."""
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def num_values(self) -> tuple[int, ...]:
        """Number of values of each attribute, 2 for a binary one."""
        return tuple(attribute.num_values for attribute in self.attributes)

    @property
    def binary(self) -> tuple[bool, ...]:
        """For each attribute, whether it is binary."""
        return tuple(attribute.binary for attribute in self.attributes)

    @property
    def all_binary(self) -> bool:
        """Whether packed logits and targets have the same columns."""
        return all(self.binary)

    @property
    def num_logits(self) -> int:
        """Number of columns C of packed logits."""
        return sum(attribute.num_logits for attribute in self.attributes)

    @property
    def logit_slices(self) -> tuple[slice, ...]:
        """The columns of each attribute in packed logits."""
        stops = np.cumsum([attribute.num_logits for attribute in self.attributes]).tolist()
        return tuple(map(slice, [0, *stops[:-1]], stops))

    @property
    def groups(self) -> dict[str, list[int]]:
        """The columns of targets of each group that an attribute names, in order of appearance."""
        groups: dict[str, list[int]] = {}
        for column, attribute in enumerate(self.attributes):
            if attribute.group is not None:
                groups.setdefault(attribute.group, []).append(column)
        return groups

    @property
    def exclusive_sets(self) -> dict[str, list[int]]:
        """The columns of targets of each set of which a person has exactly one."""
        sets: dict[str, list[int]] = {}
        for column, attribute in enumerate(self.attributes):
            if attribute.one_of is not None:
                sets.setdefault(attribute.one_of, []).append(column)
        return sets

    def index(self, name: str) -> int:
        """Column of an attribute in ``(N, A)`` targets.

        Raises:
            InputError: If no attribute has this name.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise InputError(
                f'unknown attribute {name!r}; known are {", ".join(self.names)}'
            ) from None

    def subset(self, names: Sequence[str]) -> 'AttributeSchema':
        """The schema of these attributes alone, in the order given.

        Of a set of which a person has exactly one (``one_of``) all must be among them, or the
        chosen ones are attributes like others: a person may have none of them.

        Raises:
            InputError: If a name is unknown or occurs twice.
        """
        if isinstance(names, str):
            raise InputError(f'attributes must be a list of names, got {names!r}')
        chosen = [self.attributes[self.index(name)] for name in names]
        whole = {
            name
            for name, columns in self.exclusive_sets.items()
            if all(self.attributes[column] in chosen for column in columns)
        }
        return AttributeSchema(
            attribute if attribute.one_of in (None, *whole) else replace(attribute, one_of=None)
            for attribute in chosen
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dicts and strings, for checkpoints and exports."""
        return {
            'attributes': [
                {
                    'name': attribute.name,
                    'values': None if attribute.values is None else list(attribute.values),
                    'group': attribute.group,
                    'one_of': attribute.one_of,
                    'momentary': attribute.momentary,
                }
                for attribute in self.attributes
            ]
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> 'AttributeSchema':
        """The inverse of :meth:`to_dict`; an entry may also be a bare name (binary), or lack all
        but the name.

        Raises:
            InputError: If the dict does not have the form of :meth:`to_dict`.
        """
        try:
            items = data['attributes']
            if isinstance(items, str):
                raise TypeError('attributes must be a list')
            return cls(item if isinstance(item, str) else Attribute(**item) for item in items)
        except (KeyError, TypeError) as error:
            raise InputError(
                f'not an attribute schema: {data!r} (expected '
                "{'attributes': [{'name': ..., 'values': [...] or None, 'group': ...}]})"
            ) from error

    def require_equal(self, found: 'AttributeSchema', *, source: str) -> None:
        """Refuse another set or order of attributes.

        Args:
            found: The schema that must be this one. Names, order and values matter, what else is
                said of an attribute does not.
            source: What carries ``found``, for the message.

        Raises:
            SchemaMismatchError: If they differ; the message shows both.
        """
        if [(a.name, a.values) for a in self.attributes] != [
            (a.name, a.values) for a in found.attributes
        ]:
            how = (
                'the same attributes in another order'
                if sorted(self.names) == sorted(found.names)
                else 'other attributes'
            )
            raise SchemaMismatchError(f'{source} has {how}: it has {found}; expected are {self}')

    def check_targets(self, targets: np.ndarray, *, source: str) -> None:
        """Refuse targets that this schema does not describe.

        Args:
            targets: ``(N, A)`` integers, -1 for unknown.
            source: The file or argument they come from, for the message.

        Raises:
            InputError: If the shape is wrong, or a label is outside its attribute's values.
        """
        if not np.issubdtype(targets.dtype, np.integer):
            raise InputError(f'{source}: targets of type {targets.dtype}, expected integers')
        if targets.ndim != 2 or targets.shape[1] != len(self):
            raise InputError(
                f'{source}: targets of shape {targets.shape}, expected (N, {len(self)})'
            )
        wrong = (targets < UNKNOWN) | (targets >= np.array(self.num_values))
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            attribute = self.attributes[column]
            raise InputError(
                f'{source}: row {row}, attribute {attribute.name!r}: label '
                f'{targets[row, column]} is not one of 0..{attribute.num_values - 1} '
                '(or -1 for unknown)'
            )

    def predictions(self, probabilities: Tensor) -> Tensor:
        """The value each attribute is given at the default operating point.

        Args:
            probabilities: Packed ``(N, C)``.

        Returns:
            ``(N, A)`` int64: 1 where a binary attribute's probability is at least 0.5, the
            most probable value of a categorical one.
        """
        columns = [
            (probabilities[:, part.start] >= 0.5).long()
            if binary
            else probabilities[:, part].argmax(dim=1)
            for part, binary in zip(self.logit_slices, self.binary, strict=True)
        ]
        return torch.stack(columns, dim=1)
