"""The write-ahead log of a database: the committed versions of pages whose checksums hold.

The checksum of a frame continues that of the frame before, which is stored in its header. So a frame behind a damaged
one is still checked: only the damaged one is left out.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from sys import byteorder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = struct.Struct(">8I")  # magic, version, page size, checkpoint number, two salts, two checksums
_FRAME = struct.Struct(">6I")  # page, pages after the commit (0: no commit), two salts, two checksums
_LITTLE, _BIG = 0x377F0682, 0x377F0683  # the magic number shows the byte order of the words that are summed
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Log:
    """What a log adds to its database. ``places``: of the newest committed version of each page in the log's file.

    ``n_damaged``: frames before the last commit that were left out because their checksum does not hold. (Those after
    it were never complete, or were lost by a power cut.)
    """

    places: dict[int, int]
    n_damaged: int


def read_log(path: Path, page_size: int) -> Log:
    """Read the log at ``path``; an empty ``Log`` when there is none."""
    places: dict[int, int] = {}
    pending: dict[int, int] = {}
    n_damaged = n_unsure = 0  # before the last commit, and since
    if not path.exists():
        return Log(places, 0)
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return Log(places, 0)
        magic, *_, salt_1, salt_2, sum_1, sum_2 = _HEADER.unpack(header)
        is_big = magic == _BIG
        is_header_good = _add(header[:24], (0, 0), is_big=is_big) == (sum_1, sum_2)
        before, salts = (sum_1, sum_2), (salt_1, salt_2) if is_header_good else None
        while len(frame := file.read(_FRAME.size + page_size)) == _FRAME.size + page_size:
            page, n_after, *found = _FRAME.unpack_from(frame)
            stored = found[2], found[3]
            is_good = _add(frame[_FRAME.size :], _add(frame[:8], before, is_big=is_big), is_big=is_big) == stored
            before = stored
            if salts is None:
                salts = (found[0], found[1])
            if (found[0], found[1]) != salts or not is_good:  # other salts: of an older log, or they are damaged
                n_unsure += 1
                continue
            pending[page] = file.tell() - page_size
            if n_after:
                places.update(pending)
                pending.clear()
                n_damaged, n_unsure = n_damaged + n_unsure, 0
    return Log(places, n_damaged)


def _add(data: bytes, start: tuple[int, int], *, is_big: bool) -> tuple[int, int]:
    """Return the checksum of the log's format: two sums of 32 bits over the words of ``data``, from ``start`` on."""
    words = array("I", data)
    if is_big != (byteorder == "big"):
        words.byteswap()
    one, two = start
    pairs = iter(words)
    for first, second in zip(pairs, pairs, strict=True):
        one = (one + first + two) & _MASK
        two = (two + second + one) & _MASK
    return one, two
