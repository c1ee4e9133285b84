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
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.packed_integers import is_zero, pack, unpack_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from candledesk.domain.bars import FloatArray, IntArray

RAW, PACKED = 0, 1
_AS_BITS, _AS_TICKS, _AS_SINGLE_TICKS, _AS_SINGLE_BITS = range(4)
_TICKS = {_AS_TICKS, _AS_SINGLE_TICKS}
_IS_SHORT = 0x80  # prices and their differences are whole numbers of 31 bits: numpy takes two thirds of the time
_MAX_SHORT = 2**30
_IS_JOINED = 0x40  # the four columns of prices have one width
_MAX_JOINED = 1.2  # times the bytes of columns with a width each
_HEADER = struct.Struct("<BBBBqqqq")  # form and decimals of prices, of volumes; first time, its step, close, count
_KEY = struct.Struct("<qqqq")
_DATA_KEY = struct.Struct("<qqqqq")
_PIECE = 4_096  # bytes; above 5 KB zlib releases the interpreter's lock, which a busy thread may keep for milliseconds
_DECIMALS = range(9)
_MAX_SINGLE_DECIMALS = 4  # with more, the bit patterns of 32-bit floats need no more room
_MAX_TICKS = 2.0**50  # sums and differences below it are exact in float64
_SIGN = 0x8000_0000
_RAMP = np.arange(2_048, dtype=np.int64)
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


def data_checksum(data: bytes, codec: int, place: tuple[int, int, int, int]) -> int:
    """Return the CRC-32 of the bytes of a chunk, their codec and place: series, level, key and number of records.

    Raises ``TypeError`` or ``ValueError`` for values that no chunk has.
    """
    try:
        crc = zlib.crc32(_DATA_KEY.pack(*place, codec))
    except struct.error as error:
        raise ValueError("a number of the chunk is not a number") from error
    view = memoryview(data)
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
    is_short = _IS_SHORT if form != _AS_BITS and int(np.abs(prices).max()) < _MAX_SHORT else 0
    packed, is_joined = _pack_prices(prices if form == _AS_BITS else _differences(prices))
    parts = [
        _HEADER.pack(
            form | is_short | is_joined, decimals, volume_form, volume_decimals, int(time[0]), step, close, usual_count
        ),
        pack(np.diff(time, prepend=time[:1] - step) - step),
        packed,
        pack(volumes[0]),
    ]
    if len(records) > pyramid.COUNT:
        parts.append(pack(records[pyramid.COUNT] - usual_count))
    return b"".join(parts)


def _unpack_records(out: IntArray, data: bytes) -> None:
    form, decimals, volume_form, volume_decimals, first, step, close, usual_count = _HEADER.unpack_from(data)
    n, at = out.shape[1], _HEADER.size
    if n:
        at = _unpack_times(out[pyramid.TIME], data, at, first, step)
        whole = np.empty((4, n), np.int32 if form & _IS_SHORT else np.int64)
        for column in whole.reshape(1, -1) if form & _IS_JOINED else whole:
            at = unpack_into(column, data, at)
        form &= ~(_IS_SHORT | _IS_JOINED)
        if form != _AS_BITS:
            _sum_up(whole, close)
        _write_numbers(out[pyramid.OPEN : pyramid.CLOSE + 1], whole, form, decimals)
        volumes = out[pyramid.VOLUME]
        counts = volumes.view(np.float64) if volume_form in _TICKS else np.empty(n, np.int64)
        at = unpack_into(counts, data, at)
        _write_numbers(volumes, counts, volume_form, volume_decimals)
        if len(out) > pyramid.COUNT:
            at = unpack_into(out[pyramid.COUNT], data, at)
            out[pyramid.COUNT] += usual_count
    if at != len(data):
        raise ValueError("the chunk has more bytes than its records need")


def _unpack_times(times: IntArray, data: bytes, at: int, first: int, step: int) -> int:
    ramp = _RAMP[: len(times)] if len(times) <= len(_RAMP) else np.arange(len(times), dtype=np.int64)
    if is_zero(data, at):
        end = unpack_into(times[:0], data, at)
        np.multiply(ramp, step, out=times)
    else:
        end = unpack_into(times, data, at)
        np.add.accumulate(times, out=times)
        times += ramp * step
    times += first
    return end


def _differences(prices: IntArray) -> IntArray:
    """Return what is written of open, high, low and close: small numbers."""
    opened, high, low, close = prices
    before = np.concatenate((close[:1], close[:-1]))
    high_less, low_less = high - np.maximum(opened, close), np.minimum(opened, close) - low
    return np.stack((opened - before, high_less, low_less, close - before))


def _pack_prices(prices: IntArray) -> tuple[bytes, int]:
    """Return the bytes of the four columns, and ``_IS_JOINED`` where they are packed as one, which is read faster."""
    joined = pack(prices.ravel())
    widths = {int(peak).bit_length() // 8 for peak in np.abs(prices).max(axis=1)}
    if len(widths) == 1:
        return joined, _IS_JOINED
    apart = b"".join(pack(column) for column in prices)
    return (joined, _IS_JOINED) if len(joined) <= _MAX_JOINED * len(apart) else (apart, 0)


def _sum_up(prices: NDArray[Any], first_close: int) -> None:
    """Undo ``_differences`` in place; damaged numbers may wrap around."""
    opened, high, low, close = prices
    np.add.accumulate(close, dtype=close.dtype, out=close)
    close += first_close
    opened[0] += first_close
    opened[1:] += close[:-1]
    edge = np.maximum(opened, close)
    high += edge
    np.minimum(opened, close, out=edge)
    np.subtract(edge, low, out=low)


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


def _write_numbers(out: IntArray, whole: NDArray[Any], form: int, decimals: int) -> None:
    """Write the values that whole numbers stand for, as bit patterns."""
    values = out.view(np.float64)
    if form == _AS_BITS:
        out[...] = whole
    elif form == _AS_SINGLE_BITS:
        whole = whole.astype(np.int64)
        values[...] = np.where(whole >= 0, whole, _SIGN - whole).astype(np.uint32).view(np.float32)
    elif decimals:
        np.divide(whole, 10.0**decimals, out=values)
    else:
        values[...] = whole
    if form == _AS_SINGLE_TICKS:
        with np.errstate(over="ignore"):  # damaged bytes may give numbers that no price has
            values[...] = values.astype(np.float32)
