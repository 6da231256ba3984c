"""Which attributes there are, in which order, and what their values are called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from par_runtime.flip_pairs import FlipPair, checked_pairs, left_right_pairs
from par_runtime.input_error import InputError
from par_runtime.shown_name import printable, unprintable

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
        InputError: If the name is empty, ``values`` has fewer than two or repeated names, a name
            has a character that moves a terminal's cursor or turns the direction of writing, or
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
        for text in (self.name, self.group or '', *(self.values or ())):
            if any(map(unprintable, text)):
                raise InputError(
                    f"the name '{printable(text)}' of an attribute, value or group has a control "
                    'character, line end or mark of direction'
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
        flip_pairs: Labels that change places when a picture is mirrored: pairs of attributes
            (``('faceLeft', 'faceRight')``), or of values of one attribute
            (``('view=left', 'view=right')``). An attribute in a pair with None becomes unknown.
            None finds them by the words left and right in the names; an attribute with one of
            these words and no counterpart becomes unknown.

    Raises:
        InputError: If there is no attribute, a name occurs twice, or ``flip_pairs`` has anything
            but such pairs.
    """

    attributes: tuple[Attribute, ...]
    flip_pairs: tuple[FlipPair, ...]

    def __init__(
        self,
        attributes: Iterable[Attribute | str],
        flip_pairs: Iterable[Sequence[str | None]] | None = None,
    ) -> None:
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
        if flip_pairs is None:
            pairs = self._left_and_right
        else:
            pairs = checked_pairs(flip_pairs, list(self._places))
        for one, other in pairs:
            if not self._exchangeable(one, other):
                raise InputError(
                    f'flip_pairs: {one!r} and {other!r} are neither two attributes of the same '
                    'values nor two values of one attribute'
                )
        object.__setattr__(self, 'flip_pairs', pairs)

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

    @cached_property
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
        attributes = [
            attribute if attribute.one_of in (None, *whole) else replace(attribute, one_of=None)
            for attribute in chosen
        ]
        kept = AttributeSchema(attributes, ())._places
        pairs = [[label for label in pair if label in kept] for pair in self.flip_pairs]
        return AttributeSchema(attributes, [[*pair, None][:2] for pair in pairs if pair])

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dicts and strings, for checkpoints and exports."""
        attributes = [
            {
                'name': attribute.name,
                'values': None if attribute.values is None else list(attribute.values),
                'group': attribute.group,
                **({} if attribute.one_of is None else {'one_of': attribute.one_of}),
                **({'momentary': True} if attribute.momentary else {}),
            }
            for attribute in self.attributes
        ]
        if self.flip_pairs == self._left_and_right:
            return {'attributes': attributes}
        return {'attributes': attributes, 'flip_pairs': [list(pair) for pair in self.flip_pairs]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | str) -> 'AttributeSchema':
        """The inverse of :meth:`to_dict`; an entry may also be a bare name (binary), or lack all
        but the name.

        Raises:
            InputError: If the dict does not have the form of :meth:`to_dict`.
        """
        if data == 'dataset':
            raise InputError(
                "schema='dataset' is filled in by tools/train.py (par_plugins.apis.build_runner) "
                'before the model is built: give the schema itself or num_attributes'
            )
        try:
            items = data['attributes']  # type: ignore[index]
            if isinstance(items, str):
                raise TypeError('attributes must be a list')
            attributes = [item if isinstance(item, str) else Attribute(**item) for item in items]
            return cls(attributes, data.get('flip_pairs'))  # type: ignore[union-attr]
        except (KeyError, TypeError, AttributeError) as error:
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

    def flipped(self, targets: np.ndarray) -> np.ndarray:
        """What the labels of pictures are when these are mirrored, left and right exchanged.

        Args:
            targets: ``(..., A)`` integers, -1 for unknown.

        Returns:
            The same with the labels of ``flip_pairs`` exchanged.
        """
        places = self._places
        by_column: np.ndarray = targets.copy()
        for one, other in self.flip_pairs:
            column, value = places[one]
            if value is None and other is None:
                by_column[..., column] = UNKNOWN
            elif value is None and other is not None:
                columns = [column, places[other][0]]
                by_column[..., columns] = by_column[..., columns[::-1]]
        by_value: np.ndarray = by_column.copy()
        for one, other in self.flip_pairs:
            column, value = places[one]
            if value is not None:
                opposite = UNKNOWN if other is None else places[other][1]
                by_value[..., column][by_column[..., column] == value] = opposite
                if other is not None:
                    by_value[..., column][by_column[..., column] == opposite] = value
        return by_value

    @property
    def _places(self) -> dict[str, tuple[int, int | None]]:
        """What ``flip_pairs`` may name: a column, by ``ATTRIBUTE=VALUE`` a value of one."""
        columns = list(enumerate(self.attributes))
        values = {
            f'{attribute.name}={name}': (column, value)
            for column, attribute in columns
            for value, name in enumerate(attribute.values or ())
        }
        return {**values, **{attribute.name: (column, None) for column, attribute in columns}}

    @property
    def _left_and_right(self) -> tuple[FlipPair, ...]:
        pairs = left_right_pairs(self.names)
        for attribute in self.attributes:
            of_values = left_right_pairs(attribute.values or ())
            pairs += [
                (f'{attribute.name}={one}', None if other is None else f'{attribute.name}={other}')
                for one, other in of_values
            ]
        alike = [pair for pair in pairs if self._exchangeable(*pair)]
        others = [(label, None) for pair in set(pairs) - {*alike} for label in pair if label]
        return checked_pairs([*alike, *others], list(self._places))

    def _exchangeable(self, one: str, other: str | None) -> bool:
        """Whether two labels are attributes of the same values, or values of one attribute."""
        column, value = self._places[one]
        of_other, opposite = self._places[other or one]
        if (value is None) != (opposite is None):
            return False
        same = self.attributes[column].values == self.attributes[of_other].values
        return same if value is None else column == of_other

    def predictions(self, probabilities: ArrayLike) -> NDArray[np.int64]:
        """The value each attribute is given at the default operating point.

        Args:
            probabilities: Packed ``(N, C)``.

        Returns:
            ``(N, A)`` int64: 1 where a binary attribute's probability is at least 0.5, the
            most probable value of a categorical one.
        """
        given = np.asarray(probabilities)
        columns = [
            given[:, part.start] >= 0.5 if binary else given[:, part].argmax(axis=1)
            for part, binary in zip(self.logit_slices, self.binary, strict=True)
        ]
        return np.stack(columns, axis=1).astype(np.int64)
