"""Encodes the records of a chunk as bytes, decodes them bit for bit, and computes their checksum. Pure.

Codec 0 is the array itself, 8 bytes a value. Codec 1 writes prices as whole numbers (decimal ticks, or the ordered bit
patterns of 32-bit floats; many providers send 32-bit floats widened) and of them only the differences: close to the
close before, open to the close before, high and low to the higher and lower of open and close. Most differences need
one or two bytes, so a bar takes 6 to 11 bytes instead of 48, and a few steps of numpy unpack a chunk in 0.03 ms.
Packing the result with zlib too would save a fifth and take longer than all the rest of a read.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.packed_integers import pack, unpack

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray

RAW, PACKED = 0, 1
_AS_BITS, _AS_TICKS, _AS_SINGLE_TICKS, _AS_SINGLE_BITS = range(4)
_HEADER = struct.Struct("<BBBBqqqq")  # form and decimals of prices, of volumes; first time, its step, close, count
_KEY = struct.Struct("<qqqq")
_PIECE = 4_096  # bytes; above 5 KB zlib releases the interpreter's lock, which a busy thread may keep for milliseconds
_DECIMALS = range(9)
_MAX_SINGLE_DECIMALS = 4  # with more, the bit patterns of 32-bit floats need no more room
_MAX_TICKS = 2.0**50  # sums and differences below it are exact in float64
_SIGN = 0x8000_0000
_MAX_TIME = 2**62
_DAMAGES = (ValueError, LookupError, OverflowError, MemoryError, struct.error)


def encode(records: IntArray) -> tuple[int, bytes]:
    """Return the codec and the bytes of ``records``: codec 1 if they decode to the same bits, else codec 0."""
    data = _pack_records(records)
    found = np.empty_like(records)
    _unpack_records(found, data)
    if np.array_equal(found, records) and len(data) < records.nbytes:
        return PACKED, data
    return RAW, np.ascontiguousarray(records, "<i8").tobytes()


def decode_into(out: IntArray, codec: int, data: bytes) -> None:
    """Fill ``out`` with the records of a chunk; raise ``ValueError`` for bytes that cannot be theirs."""
    if codec == RAW:
        out[:] = np.frombuffer(data, "<i8").reshape(out.shape)
        return
    if codec != PACKED:
        raise ValueError(f"there is no codec {codec}")
    try:
        _unpack_records(out, data)
    except _DAMAGES as error:
        raise ValueError("these bytes are not a packed chunk") from error


def checksum(records: IntArray, series_id: int, level: int, start: int) -> int:
    """Return the CRC-32 of records and of their place; it is the same for a chunk and for its rows."""
    crc = zlib.crc32(_KEY.pack(series_id, level, start, records.shape[1]))
    for row in records if records.shape[1] else ():
        view = np.ascontiguousarray(row).data.cast("B")
        for at in range(0, len(view), _PIECE):
            crc = zlib.crc32(view[at : at + _PIECE], crc)
    return crc


def _pack_records(records: IntArray) -> bytes:
    time, values = records[pyramid.TIME], records.view(np.float64)
    n = len(time)
    if not n:
        return _HEADER.pack(0, 0, 0, 0, 0, 0, 0, 0)
    step = int(np.partition(np.diff(time), (n - 1) // 2)[(n - 1) // 2]) if n > 1 else 0
    usual_count = int(np.partition(records[pyramid.COUNT], n // 2)[n // 2]) if len(records) > pyramid.COUNT else 0
    form, decimals, prices = _whole_numbers(values[pyramid.OPEN : pyramid.CLOSE + 1])
    volume_form, volume_decimals, volumes = _whole_numbers(values[pyramid.VOLUME : pyramid.VOLUME + 1])
    close = 0 if form == _AS_BITS else int(prices[3, 0])
    parts = [
        _HEADER.pack(form, decimals, volume_form, volume_decimals, int(time[0]), step, close, usual_count),
        pack(np.diff(time, prepend=time[:1] - step) - step),
        *(pack(column) for column in (prices if form == _AS_BITS else _differences(prices))),
        pack(volumes[0]),
    ]
    if len(records) > pyramid.COUNT:
        parts.append(pack(records[pyramid.COUNT] - usual_count))
    return b"".join(parts)


def _unpack_records(out: IntArray, data: bytes) -> None:
    form, decimals, volume_form, volume_decimals, first, step, close, usual_count = _HEADER.unpack_from(data)
    n, at = out.shape[1], _HEADER.size
    if n:
        values = out.view(np.float64)
        late, at = unpack(data, at, n)
        if step > 0 and first + n * step < _MAX_TIME and not late.any():
            out[pyramid.TIME] = np.arange(first, first + n * step, step)
        else:
            np.cumsum(late, dtype=np.int64, out=out[pyramid.TIME])
            ramp = np.arange(n, dtype=np.int64)
            ramp *= step
            ramp += first
            out[pyramid.TIME] += ramp
        prices = values[pyramid.OPEN : pyramid.CLOSE + 1]
        columns = []
        for _ in prices:
            column, at = unpack(data, at, n)
            columns.append(column)
        with np.errstate(all="ignore"):  # damaged bytes may give numbers that no price has
            if form == _AS_BITS:
                out[pyramid.OPEN : pyramid.CLOSE + 1] = columns
            else:
                _sum_up(prices, columns, close)
                _numbers(prices, form, decimals)
            column, at = unpack(data, at, n)
            if volume_form == _AS_BITS:
                out[pyramid.VOLUME] = column
            else:
                values[pyramid.VOLUME] = column
                _numbers(values[pyramid.VOLUME : pyramid.VOLUME + 1], volume_form, volume_decimals)
        if len(out) > pyramid.COUNT:
            column, at = unpack(data, at, n)
            np.add(column, usual_count, out=out[pyramid.COUNT], dtype=np.int64)
    if at != len(data):
        raise ValueError("the chunk has more bytes than its records need")


def _differences(prices: IntArray) -> tuple[IntArray, ...]:
    """Return what is written of open, high, low and close: small numbers, in the order of ``_sum_up``."""
    opened, high, low, close = prices
    before = np.concatenate((close[:1], close[:-1]))
    return close - before, opened - before, high - np.maximum(opened, close), np.minimum(opened, close) - low


def _sum_up(prices: FloatArray, columns: list[IntArray], first_close: int) -> None:
    """Undo ``_differences``; whole numbers of this size are exact in float64."""
    opened, high, low, close = prices
    close[:] = np.cumsum(columns[0], dtype=np.int64)  # less than half the time of a sum of floats
    close += first_close
    opened[0] = first_close + int(columns[1][0])
    np.add(close[:-1], columns[1][1:], out=opened[1:])
    np.maximum(opened, close, out=high)
    high += columns[2]
    np.minimum(opened, close, out=low)
    low -= columns[3]


def _whole_numbers(values: FloatArray) -> tuple[int, int, IntArray]:
    """Return form, decimals and ``values`` as whole numbers of the first form that is exact."""
    peak = float(np.abs(values).max())
    if not peak < _MAX_TICKS:  # NaN and infinity too
        return _AS_BITS, 0, values.view(np.int64)
    sample = values[:, :: max(1, values.shape[1] // 8)]
    has_singles = _is_single(sample) and _is_single(values)
    for decimals in _DECIMALS:
        scale = 10.0**decimals
        if peak * scale >= _MAX_TICKS or (has_singles and decimals > _MAX_SINGLE_DECIMALS):
            break
        for form in (_AS_TICKS, _AS_SINGLE_TICKS) if has_singles else (_AS_TICKS,):
            if _ticks(sample, form, scale) is not None and (ticks := _ticks(values, form, scale)) is not None:
                return form, decimals, ticks.astype(np.int64)
    if has_singles:
        bits = values.astype(np.float32).view(np.uint32).astype(np.int64)
        return _AS_SINGLE_BITS, 0, np.where(bits < _SIGN, bits, _SIGN - bits)
    return _AS_BITS, 0, values.view(np.int64)


def _is_single(values: FloatArray) -> bool:
    return bool((values.astype(np.float32) == values).all())


def _ticks(values: FloatArray, form: int, scale: float) -> FloatArray | None:
    """Return the whole numbers that stand for ``values``, ``None`` when they do not give them back."""
    ticks: FloatArray = np.rint(values * scale)
    found = ticks / scale
    if form == _AS_SINGLE_TICKS:
        found = found.astype(np.float32).astype(np.float64)
    return ticks if (found == values).all() else None


def _numbers(values: FloatArray, form: int, decimals: int) -> None:
    """Turn whole numbers back into what they stand for, in place."""
    if form == _AS_SINGLE_BITS:
        whole = values.astype(np.int64)
        bits = np.where(whole >= 0, whole, _SIGN - whole)
        values[:] = bits.astype(np.uint32).view(np.float32)
        return
    if decimals:
        values /= 10.0**decimals
    if form == _AS_SINGLE_TICKS:
        values[:] = values.astype(np.float32)
