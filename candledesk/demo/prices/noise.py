"""Repeatable noise: random numbers that are a pure function of a key and a counter."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray

UintArray = NDArray[np.uint64]
_SIXTEEN_BITS = np.uint64(0xFFFF)


def noise_key(symbol: str, purpose: str) -> int:
    """Return a 64-bit key for one use of noise by one symbol."""
    text = f"{symbol}/{purpose}".encode()
    return zlib.crc32(text) << 32 | zlib.crc32(text[::-1])


def hash_counters(key: int, counters: IntArray) -> UintArray:
    """Return 64 well-mixed bits for each counter (splitmix64), shape as ``counters``."""
    bits = counters.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def take_field(bits: UintArray, index: int) -> IntArray:
    """Return one of the four 16-bit fields as int64 in ``[0, 65535]``."""
    return ((bits >> np.uint64(16 * index)) & _SIXTEEN_BITS).astype(np.int64)


def to_bell(bits: UintArray) -> IntArray:
    """Return bell-shaped integers of mean 0 (the sum of four fields); exact, so that sums are associative."""
    total = take_field(bits, 0)
    for index in (1, 2, 3):
        total += take_field(bits, index)
    return total - 131_070


def draw_gaussian(key: int, counters: IntArray) -> FloatArray:
    """Return nearly gaussian floats of mean 0 and deviation 1."""
    return to_bell(hash_counters(key, counters)) / 37_837.0  # 65536 / sqrt(12) * 2


def draw_smooth(key: int, counters: IntArray, period: int) -> FloatArray:
    """Return gaussian noise that varies smoothly over about ``period`` counters."""
    cell, rest = np.divmod(counters, period)
    share = rest / period
    share = share * share * (3 - 2 * share)
    return draw_gaussian(key, cell) * (1 - share) + draw_gaussian(key, cell + 1) * share
