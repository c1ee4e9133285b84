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
_LOW_BYTES = {1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 8: 8}  # the rest of the width is a second part


def pack(values: IntArray) -> bytes:
    """Return the column in the width that makes it smallest."""
    has_sign = bool(len(values)) and int(values.min()) < 0
    width, is_over = _best_width(values, has_sign=has_sign)
    places = np.flatnonzero(is_over)
    parts = [_HEADER.pack(width, has_sign, len(places))]
    if width:
        low = _LOW_BYTES[width]
        is_whole = low == width
        parts.append(values.astype(f"<{'i' if has_sign and is_whole else 'u'}{low}").tobytes())
        if not is_whole:
            high = values >> (8 * low)
            parts.append(high.astype(f"<{'i' if has_sign else 'u'}{width - low}").tobytes())
    parts += [places.astype("<u4").tobytes(), values[places].astype("<i8").tobytes()]
    return b"".join(parts)


def _best_width(values: IntArray, *, has_sign: bool) -> tuple[int, NDArray[np.bool_]]:
    """Return the width with the fewest bytes, and which values do not fit into it."""
    n = len(values)
    size = values ^ (values >> 63) if has_sign else values
    is_over = values != 0
    best, fewest, best_over = 0, _EXCEPTION_BYTES * int(np.count_nonzero(is_over)), is_over
    for width in _LOW_BYTES:
        if n * width >= fewest:
            break
        is_over = size >= 1 << (8 * width - has_sign) if width < 8 else np.zeros(n, np.bool_)  # noqa: PLR2004
        n_bytes = n * width + _EXCEPTION_BYTES * int(np.count_nonzero(is_over))
        if n_bytes < fewest:
            best, fewest, best_over = width, n_bytes, is_over
    return best, best_over


def unpack(data: bytes, at: int, n: int) -> tuple[NDArray[Any], int]:
    """Return the ``n`` values of the column that begins at byte ``at``, and where the next one begins.

    The array has the narrowest type of integers that holds the column and may be read-only. Raises ``ValueError``,
    ``KeyError``, ``IndexError`` or ``struct.error`` for bytes that no ``pack`` has made.
    """
    width, has_sign, n_exceptions = _HEADER.unpack_from(data, at)
    at += _HEADER.size
    if not width:
        values: NDArray[Any] = np.zeros(n, np.int8)
    else:
        low = _LOW_BYTES[width]
        kind = "i" if has_sign else "u"
        values = np.frombuffer(data, f"<{kind if low == width else 'u'}{low}", n, at)
        at += n * low
        if low < width:
            high = np.frombuffer(data, f"<{kind}{width - low}", n, at).astype(np.int64)
            at += n * (width - low)
            high <<= 8 * low
            high |= values
            values = high
    if n_exceptions:
        places = np.frombuffer(data, "<u4", n_exceptions, at)
        at += 4 * n_exceptions
        values = values.astype(np.int64)
        values[places] = np.frombuffer(data, "<i8", n_exceptions, at)
        at += 8 * n_exceptions
    return values, at
