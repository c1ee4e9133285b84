"""Columns of whole numbers in as few bytes a value as most of them need; the few larger ones follow in a list. Pure.

A packed column is a header (``_HEADER``), the low bytes of every value, their high bytes where the width has two parts,
and the exceptions: their places (uint32) and their values (int64). All numbers are little-endian.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from candledesk.domain.bars import IntArray

_HEADER = struct.Struct("<BBI")  # bytes a value, whether values have a sign, how many exceptions
_EXCEPTION_BYTES = 12
_WHOLE_WIDTH = 8
_TYPES = {(n, has_sign): np.dtype(f"<{'ui'[has_sign]}{n}") for n in (1, 2, 4, 8) for has_sign in (False, True)}
_LOW_BYTES = {1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 8: 8}  # the rest of the width is a second part


def pack(values: IntArray) -> bytes:
    """Return the column in the width that makes it smallest."""
    has_sign = bool(len(values)) and int(values.min()) < 0
    size = values ^ (values >> 63) if has_sign else values
    width, n_over = _best_width(values, size, has_sign=has_sign)
    parts = [_HEADER.pack(width, has_sign, n_over)]
    if width:
        low = _LOW_BYTES[width]
        is_whole = low == width
        parts.append(values.astype(f"<{'i' if has_sign and is_whole else 'u'}{low}").tobytes())
        if not is_whole:
            high = values >> (8 * low)
            parts.append(high.astype(f"<{'i' if has_sign else 'u'}{width - low}").tobytes())
    if n_over:
        places = np.flatnonzero(size >= _limit(width, has_sign=has_sign) if width else values)
        parts += [places.astype("<u4").tobytes(), values[places].astype("<i8").tobytes()]
    return b"".join(parts)


def _limit(width: int, *, has_sign: bool) -> int:
    """Return the first size that does not fit into ``width`` bytes; a negative number has the size ``-1 - number``."""
    return 1 << (8 * width - has_sign)


def _best_width(values: IntArray, size: IntArray, *, has_sign: bool) -> tuple[int, int]:
    """Return the width with the fewest bytes, and how many values do not fit into it."""
    n = len(values)
    best, n_best_over = 0, int(np.count_nonzero(values))
    fewest = _EXCEPTION_BYTES * n_best_over
    for width in _LOW_BYTES:
        if n * width >= fewest:
            break
        n_over = 0 if width == _WHOLE_WIDTH else int(np.count_nonzero(size >= _limit(width, has_sign=has_sign)))
        n_bytes = n * width + _EXCEPTION_BYTES * n_over
        if n_bytes < fewest:
            best, n_best_over, fewest = width, n_over, n_bytes
    return best, n_best_over


def is_zero(data: bytes, at: int) -> bool:
    """Return whether every value of the column that begins at byte ``at`` is 0."""
    width, _, n_exceptions = _HEADER.unpack_from(data, at)
    return not width and not n_exceptions


def unpack_into(out: NDArray[Any], data: bytes, at: int) -> int:
    """Fill ``out`` with the values of the column that begins at byte ``at``; return where the next one begins.

    ``out`` may be of any type of numbers that holds the values exactly. Raises ``ValueError``, ``KeyError``,
    ``IndexError`` or ``struct.error`` for bytes that no ``pack`` has made.
    """
    n = len(out)
    width, has_sign, n_exceptions = _HEADER.unpack_from(data, at)
    at += _HEADER.size
    if not width:
        out.fill(0)
    else:
        low = _LOW_BYTES[width]
        out[:] = np.frombuffer(data, _TYPES[low, low == width and has_sign != 0], n, at)
        at += n * low
        if low < width:
            high = np.frombuffer(data, _TYPES[width - low, has_sign != 0], n, at)
            at += n * (width - low)
            out += high * out.dtype.type(1 << 8 * low)
    if n_exceptions:
        places = np.frombuffer(data, "<u4", n_exceptions, at)
        at += 4 * n_exceptions
        out[places] = np.frombuffer(data, "<i8", n_exceptions, at)
        at += 8 * n_exceptions
    return at
