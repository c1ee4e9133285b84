"""The cells of a page and the records in them (https://sqlite.org/fileformat2.html, §1.6 and §2)."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

INDEX_INNER, TABLE_INNER, INDEX_LEAF, TABLE_LEAF = 2, 5, 10, 13
LEAVES, INNERS = {INDEX_LEAF, TABLE_LEAF}, {INDEX_INNER, TABLE_INNER}
MAX_PAYLOAD = 1 << 24  # the largest values are chunks and calendars, below a megabyte
_HEADER_AT_PAGE_1 = 100
_NUMBER = struct.Struct(">I")
_CODES = {1: "b", 2: "h", 3: "3s", 4: "i", 5: "6s", 6: "q", 7: "d"}  # of ``struct``, by serial type
_CONSTANTS = {0: None, 8: 0, 9: 1}
_TEXT_FROM = 12  # serial types from here on are blobs (even) and texts (odd)

Value = int | float | str | bytes | None
Record = tuple[Value, ...]


class DamagedCellError(ValueError):
    """A cell that cannot be decoded."""


class Cell(NamedTuple):
    """One cell. ``left``: the child page before it, 0 in a leaf; ``rowid``: ``None`` in the page of an index.

    ``record``: ``None`` in an inner page of a table, which has no records.
    """

    left: int
    rowid: int | None
    record: Record | None


def read_kind(page: bytes, number: int) -> int:
    """Return the kind of a page: one of the four constants above, or another number."""
    return page[_start(number)]


def read_right(page: bytes, number: int) -> int:
    """Return the last child of an inner page."""
    return int(_NUMBER.unpack_from(page, _start(number) + 8)[0])


def find_cells(page: bytes, number: int) -> list[int]:
    """Return where the cells of a page begin, in the order of their keys; impossible places are left out."""
    start = _start(number)
    first = start + (12 if page[start] in INNERS else 8)
    n_cells = int.from_bytes(page[start + 3 : start + 5], "big")
    n_possible = min(n_cells, (len(page) - first) // 4)
    places = struct.unpack_from(f">{n_possible}H", page, first)
    return [place for place in places if first + 2 * n_possible <= place < len(page) - 1]


def read_cell(page: bytes, number: int, place: int, read_page: Callable[[int], bytes]) -> Cell:
    """Decode the cell at ``place``; ``read_page``: for what is stored in overflow pages.

    Raises ``DamagedCellError``.
    """
    kind = read_kind(page, number)
    try:
        left = 0
        if kind in INNERS:
            left, place = int(_NUMBER.unpack_from(page, place)[0]), place + 4
        if kind == TABLE_INNER:
            return Cell(left, read_varint(page, place)[0], None)
        n_payload, place = read_varint(page, place)
        rowid = None
        if kind == TABLE_LEAF:
            rowid, place = read_varint(page, place)
        payload = _read_payload(page, place, n_payload, read_page, is_table=kind == TABLE_LEAF)
        return Cell(left, rowid, _decode(payload))
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise DamagedCellError(str(error)) from error


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes as a signed integer, and where it ends."""
    value = 0
    for end in range(at + 1, at + 9):
        byte = data[end - 1]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that another byte follows
            return value, end
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def _read_payload(
    page: bytes,
    place: int,
    n_payload: int,
    read_page: Callable[[int], bytes],
    *,
    is_table: bool,
) -> bytes:
    """Return the payload of a cell with its overflow pages."""
    usable = len(page)
    if not 0 < n_payload <= MAX_PAYLOAD:
        raise DamagedCellError("impossible length")
    most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
    if n_payload <= most:
        return page[place : place + n_payload]
    least = (usable - 12) * 32 // 255 - 23
    n_local = least + (n_payload - least) % (usable - 4)
    n_local = n_local if n_local <= most else least
    payload = bytearray(page[place : place + n_local])
    number = int(_NUMBER.unpack_from(page, place + n_local)[0])
    while len(payload) < n_payload:
        if not number:
            raise DamagedCellError("the chain of overflow pages ends early")
        more = read_page(number)
        payload += more[4 : 4 + n_payload - len(payload)]
        number = int(_NUMBER.unpack_from(more, 0)[0])
    return bytes(payload)


def _decode(payload: bytes) -> Record:
    """Return the values of a record."""
    n_header, at = read_varint(payload, 0)
    if not 0 < n_header <= len(payload):
        raise DamagedCellError("impossible header")
    form = _form(payload[at:n_header])
    if n_header + form.body.size != len(payload):
        raise DamagedCellError("the values do not fill the record")
    values: list[Value] = list(form.body.unpack_from(payload, n_header))
    for place in form.texts:
        values[place] = values[place].decode()  # type: ignore[union-attr]
    for place in form.numbers:
        values[place] = int.from_bytes(values[place], "big", signed=True)  # type: ignore[arg-type]
    for place, value in form.constants:  # ascending
        values.insert(place, value)
    return tuple(values)


class _Form(NamedTuple):
    """How the body of records with one header is unpacked.

    ``texts``, ``numbers``: places of byte strings to convert; ``constants``: values that take no room, by their place.
    """

    body: struct.Struct
    texts: tuple[int, ...]
    numbers: tuple[int, ...]
    constants: tuple[tuple[int, int | None], ...]


@lru_cache(maxsize=4_096)
def _form(header: bytes) -> _Form:
    """Return the form of records with the serial types in ``header``."""
    layout = ">"
    texts: list[int] = []
    numbers: list[int] = []
    constants: list[tuple[int, int | None]] = []
    at = n_values = 0
    while at < len(header):
        kind, at = read_varint(header, at)
        n_stored = n_values - len(constants)
        n_values += 1
        if kind in _CONSTANTS:
            constants.append((n_values - 1, _CONSTANTS[kind]))
        elif kind in _CODES:
            layout += _CODES[kind]
            if _CODES[kind].endswith("s"):
                numbers.append(n_stored)
        elif _TEXT_FROM <= kind <= 2 * MAX_PAYLOAD:
            layout += f"{(kind - _TEXT_FROM) // 2}s"
            if kind % 2:
                texts.append(n_stored)
        else:
            raise DamagedCellError("unknown type")
    return _Form(struct.Struct(layout), tuple(texts), tuple(numbers), tuple(constants))


def _start(number: int) -> int:
    return _HEADER_AT_PAGE_1 if number == 1 else 0
