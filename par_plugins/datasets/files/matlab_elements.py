"""A look at the bytes of a MATLAB 5 file before SciPy reads them.

SciPy's compiled reader trusts the type codes, sizes and nesting that it meets: in a damaged or
hostile file they end the process with a segmentation fault, which nothing can catch. Format:
"MAT-File Format", The MathWorks, level 5.
"""

import math
import struct
import zlib
from collections.abc import Container
from typing import NamedTuple

HEADER_BYTES = 128
COMPRESSED, MATRIX = 15, 14
INT8, INT32, UINT32, UTF8 = 1, 5, 6, 16
NUMBER_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}
TEXT_TYPES = {1, 2, 4, 16, 17, 18}
CELL, STRUCT, CHAR = 1, 2, 4
NUMERIC_CLASSES = range(6, 16)
COMPLEX_FLAG = 0x800

# Several times what the largest benchmark needs, far below what fills a machine.
MAX_DEPTH = 16
MAX_BYTES = 2**30
MAX_ELEMENTS = 2**22


class DamagedError(Exception):
    """The bytes are no sound MATLAB 5 file; the message says why."""


class _Element(NamedTuple):
    type_: int
    start: int  # of the data
    size: int
    end: int  # where the next element starts


def sound_matlab_bytes(content: bytes, variables: Container[str]) -> bytes:
    """Return the wanted variables of a MATLAB 5 file, uncompressed, each element of them checked.

    Args:
        content: A whole file.
        variables: Names of the variables to keep; the others are not looked at.

    Returns:
        A file of the same version with these variables alone.

    Raises:
        DamagedError: If an element is cut, of an unknown type, larger than what holds it,
            nested too deep or of another size than its dimensions say, if the compressed bytes
            do not match their checksum, or if it holds functions, objects or sparse matrices.
    """
    order = _byte_order(content)
    kept: dict[str, bytes] = {}
    start = HEADER_BYTES
    while start < len(content):
        type_, data, size, start = _Elements(content, order).read(start, len(content))
        element = content[data - 8 : data + size]
        if type_ == COMPRESSED:
            element = _expanded(element[8:], sum(map(len, kept.values())))
        elements = _Elements(element, order)
        name = elements.name()
        if name in variables:
            if name in kept:
                raise DamagedError(f'variable {name!r} occurs twice')
            kept[name] = element[: elements.check_matrix(0, len(element), MAX_DEPTH)]
    return content[:HEADER_BYTES] + b''.join(kept.values())


def _byte_order(content: bytes) -> str:
    order = {b'IM': '<', b'MI': '>'}.get(content[126:128])
    if len(content) < HEADER_BYTES or order is None or 0 in content[:4]:
        raise DamagedError('it has no header of MATLAB 5')
    (version,) = struct.unpack_from(f'{order}H', content, 124)
    if version == 0x200:
        raise DamagedError('it is saved as -v7.3, which is HDF5; save it as -v7')
    if version != 0x100:
        raise DamagedError(f'its version is {version:#x}, not 0x100')
    return order


def _expanded(compressed: bytes, so_far: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(compressed, MAX_BYTES - so_far)
    except zlib.error as error:
        raise DamagedError(f'its compressed data are damaged ({error})') from error
    if stream.unconsumed_tail:
        raise DamagedError(f'it expands to more than {MAX_BYTES >> 20} MiB')
    if not stream.eof:
        raise DamagedError('its compressed data are cut')
    return plain


class _Elements:
    """The elements in a buffer."""

    def __init__(self, buffer: bytes, order: str) -> None:
        self.buffer = buffer
        self.order = order
        self.tag = struct.Struct(f'{order}II')
        self.left = MAX_ELEMENTS

    def read(self, start: int, end: int) -> _Element:
        """Read the element at ``start``, which must end by ``end``."""
        self.left -= 1
        if self.left < 0:
            raise DamagedError(f'a variable has more than {MAX_ELEMENTS} elements')
        if start + 8 > end:
            raise DamagedError(f'it is cut at byte {start}')
        type_, size = self.tag.unpack_from(self.buffer, start)
        if type_ >> 16:  # a small element: type, size and up to four bytes of data in the tag
            type_, size, data, following = type_ & 0xFFFF, type_ >> 16, start + 4, start + 8
            if size > 4:
                raise DamagedError(f'a small element of {size} bytes at byte {start}')
        else:
            data = start + 8
            padding = 0 if type_ in (MATRIX, COMPRESSED) else -size % 8
            following = data + size + padding
        if following > end:
            raise DamagedError(
                f'{size} bytes are announced at byte {start}, {max(end - data, 0)} are there'
            )
        return _Element(type_, data, size, following)

    def name(self) -> str:
        """Return the name of the variable that the buffer holds."""
        matrix = self._expect(0, len(self.buffer), {MATRIX}, 'no matrix')
        return self._header(matrix)[2]

    def check_matrix(self, start: int, end: int, depth: int) -> int:
        """Check the matrix at ``start`` with all it holds; where it ends."""
        matrix = self._expect(start, end, {MATRIX}, 'no matrix')
        if matrix.size == 0:
            return matrix.end
        if depth == 0:
            raise DamagedError(f'it nests deeper than {MAX_DEPTH} levels')
        flags, length, _, start = self._header(matrix)
        class_ = flags & 0xFF
        if class_ in NUMERIC_CLASSES:
            for _ in range(2 if flags & COMPLEX_FLAG else 1):
                start = self._check_numbers(start, matrix.end, length)
        elif class_ == CHAR:
            text = self._expect(start, matrix.end, TEXT_TYPES, 'no text')
            if length > text.size:
                raise DamagedError(f'{text.size} bytes at byte {start} for {length} letters')
            start = text.end
        elif class_ in (CELL, STRUCT):
            fields = 1
            if class_ == STRUCT:
                fields, start = self._struct_fields(start, matrix.end)
            if 8 * length * max(fields, 1) > matrix.end - start + 8:
                raise DamagedError(f'a cell or struct at byte {start} is larger than its data')
            for _ in range(length * fields):
                start = self.check_matrix(start, matrix.end, depth - 1)
        else:
            raise DamagedError(
                f'it holds a sparse matrix, an object or a function (class {class_})'
            )
        if start != matrix.end:
            raise DamagedError(f'{matrix.end - start} bytes too many at byte {start}')
        return matrix.end

    def _header(self, matrix: _Element) -> tuple[int, int, str, int]:
        """Flags, number of items and name of a matrix, and where its content starts."""
        flags = self._expect(matrix.start, matrix.end, {UINT32}, 'no array flags')
        dimensions = self._expect(flags.end, matrix.end, {INT32, UINT32}, 'no dimensions')
        name = self._expect(dimensions.end, matrix.end, {INT8, UTF8}, 'no name')
        if flags.size != 8 or dimensions.size % 4 or not 8 <= dimensions.size <= 4 * 32:
            raise DamagedError(f'the header of a matrix at byte {matrix.start} is damaged')
        sizes = struct.unpack_from(
            f'{self.order}{dimensions.size // 4}i', self.buffer, dimensions.start
        )
        if min(sizes) < 0:
            raise DamagedError(f'a negative dimension at byte {dimensions.start}')
        text = self.buffer[name.start : name.start + name.size].decode('latin1')
        return self._number('I', flags.start), math.prod(sizes), text, name.end

    def _struct_fields(self, start: int, end: int) -> tuple[int, int]:
        """Number of fields of a struct, and where their values start."""
        width = self._expect(start, end, {INT32}, 'no length of field names')
        names = self._expect(width.end, end, {INT8}, 'no field names')
        letters = self._number('i', width.start) if width.size == 4 else 0
        if letters < 1 or names.size % letters:
            raise DamagedError(f'the field names at byte {start} are damaged')
        return names.size // letters, names.end

    def _check_numbers(self, start: int, end: int, length: int) -> int:
        element = self._expect(start, end, NUMBER_BYTES, 'no numbers')
        if element.size != length * NUMBER_BYTES[element.type_]:
            raise DamagedError(
                f'{element.size} bytes of numbers at byte {start} for {length} of them'
            )
        return element.end

    def _expect(self, start: int, end: int, types: Container[int], problem: str) -> _Element:
        element = self.read(start, end)
        if element.type_ not in types:
            raise DamagedError(f'{problem} at byte {start} (type {element.type_})')
        return element

    def _number(self, code: str, start: int) -> int:
        return int(struct.unpack_from(f'{self.order}{code}', self.buffer, start)[0])
