"""Functions of the last n values: sums, extremes, averages and deviations. Each takes time in proportion to the values.

A long window is the end of one block of n values and the beginning of the next one: a sum is one stored sum of each.
Nothing is ever subtracted: no error grows along the series, and a value that is missing (NaN) or huge concerns those
windows only that contain it. All results are float64 ``(m,)``, NaN before the first whole window.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

_FEW = 32  # windows up to this length are added up value by value, which is faster
_FEW_WINDOWS = 4
_PART = 65_536  # values that are worked on at a time, so that they stay in the processor's cache


def _in_parts(function: Callable[[FloatArray, int], FloatArray], values: FloatArray, n: int) -> FloatArray:
    """Return what ``function`` makes of each whole window; it is given some values and returns ``n - 1`` less."""
    m = len(values)
    result = np.empty(m)
    result[: n - 1] = np.nan
    for start in range(0, m - n + 1, _PART):
        end = min(start + _PART, m - n + 1)
        result[start + n - 1 : end + n - 1] = function(values[start : end + n - 1], n)
    return result


def _blocks(values: FloatArray, n: int) -> FloatArray:
    """Return the values in rows of ``n``; the last row is filled with zeros, which no window reads."""
    n_rows = -(-len(values) // n)
    padded = np.zeros(n_rows * n)
    padded[: len(values)] = values
    return padded.reshape(n_rows, n)


def _heads(ufunc: np.ufunc, blocks: FloatArray) -> FloatArray:
    """Return for each value what ``ufunc`` makes of its block up to it."""
    heads: FloatArray = ufunc.accumulate(blocks, axis=1)
    return heads.reshape(-1)


def _tails(ufunc: np.ufunc, blocks: FloatArray) -> FloatArray:
    """Return for each value what ``ufunc`` makes of its block from it on."""
    tails: FloatArray = ufunc.accumulate(blocks[:, ::-1], axis=1)[:, ::-1]
    return tails.reshape(-1)


@cache
def _places(n_windows: int, n: int) -> IntArray:
    return np.arange(n_windows)[:, None] + np.arange(n)


def _table(values: FloatArray, n: int) -> FloatArray | None:
    """Return the windows as rows where they are so few that one operation on all is faster; the bits are the same."""
    n_windows = len(values) - n + 1
    return values[_places(n_windows, n)] if n_windows <= _FEW_WINDOWS else None


def _add_up(table: FloatArray) -> FloatArray:
    """Return the sum of each row, added up from the first value to the last one."""
    return np.add.accumulate(table, axis=1)[:, -1]


def _sum_few(values: FloatArray, n: int) -> FloatArray:
    table = _table(values, n)
    if table is not None:
        return _add_up(table)
    n_windows = len(values) - n + 1
    found = values[:n_windows].copy()
    for shift in range(1, n):
        found += values[shift : shift + n_windows]
    return found


def _sum_blocks(values: FloatArray, n: int) -> FloatArray:
    m = len(values)
    blocks = _blocks(values, n)
    heads = _heads(np.add, blocks)
    found: FloatArray = _tails(np.add, blocks)[: m - n + 1] + heads[n - 1 : m]
    found[::n] = heads[n - 1 : m : n]  # windows that are a whole block
    return found


def window_sum(values: FloatArray, n: int) -> FloatArray:
    """Return the sum of the last ``n`` values."""
    return _in_parts(_sum_few if n <= _FEW else _sum_blocks, values, n)


def _extreme(ufunc: np.ufunc, values: FloatArray, n: int) -> FloatArray:
    """Return the extreme of each window, from those of windows half as long."""
    length, found = 1, values
    while 2 * length <= n:
        found = ufunc(found[:-length], found[length:])
        length *= 2
    rest = n - length
    return ufunc(found[:-rest], found[rest:]) if rest else found


def highest(values: FloatArray, n: int) -> FloatArray:
    """Return the greatest of the last ``n`` values."""
    return _in_parts(partial(_extreme, np.maximum), values, n)


def lowest(values: FloatArray, n: int) -> FloatArray:
    """Return the smallest of the last ``n`` values."""
    return _in_parts(partial(_extreme, np.minimum), values, n)


def sma(values: FloatArray, n: int) -> FloatArray:
    """Return the mean of the last ``n`` values."""
    result = window_sum(values, n)
    result /= n
    return result


def wma(values: FloatArray, n: int) -> FloatArray:
    """Return the mean of the last ``n`` values with the weights n … 1, the newest the heaviest."""
    return _in_parts(_wma_few if n <= _FEW else _wma_blocks, values, n)


def _wma_few(values: FloatArray, n: int) -> FloatArray:
    table = _table(values, n)
    if table is not None:
        return _add_up(table * np.arange(1.0, n + 1.0)) / (n * (n + 1) / 2)
    n_windows = len(values) - n + 1
    found = values[:n_windows].copy()
    for weight in range(2, n + 1):
        found += weight * values[weight - 1 : weight - 1 + n_windows]
    return found / (n * (n + 1) / 2)


def _wma_blocks(values: FloatArray, n: int) -> FloatArray:
    m = len(values)
    blocks = _blocks(values, n)
    heads, tails = _heads(np.add, blocks), _tails(np.add, blocks).reshape(blocks.shape)
    # A tail from place s on weighs 1, 2 …: the sum of all tails from s on. A head up to place t weighs n − t … n.
    weighted_tails = _tails(np.add, tails)
    weighted_heads = _heads(np.add, blocks * np.arange(1.0, n + 1.0))
    place = np.arange(n - 1, m) % n
    found = weighted_heads[n - 1 : m] + (n - 1 - place) * heads[n - 1 : m]
    is_split = place != n - 1
    found[is_split] += weighted_tails[: m - n + 1][is_split]
    return found / (n * (n + 1) / 2)


def _side(values: FloatArray, n: int, *, is_tail: bool) -> tuple[FloatArray, FloatArray]:
    """Return of each head (or tail) of a block its mean and the sum of squares around that.

    Distances are taken from the value at the joint of the two blocks, which is part of every head (or tail): so the
    squares are never much larger than what they are needed for.
    """
    blocks = _blocks(values, n)
    joint = blocks[:, -1:] if is_tail else blocks[:, :1]
    away = blocks - joint
    add = _tails if is_tail else _heads
    count = np.tile(np.arange(n, 0, -1.0) if is_tail else np.arange(1.0, n + 1.0), len(blocks))
    total = add(np.add, away)
    squares = add(np.add, away * away) - total * total / count
    return np.repeat(joint[:, 0], n) + total / count, np.maximum(squares, 0.0)


def stdev(values: FloatArray, n: int) -> FloatArray:
    """Return the population standard deviation (divided by n) of the last ``n`` values, exactly 0 for equal ones."""
    return _in_parts(_stdev_few if n <= _FEW else _stdev_blocks, values, n)


def _stdev_few(values: FloatArray, n: int) -> FloatArray:
    table = _table(values, n)
    if table is not None:
        away = table - table[:, -1:]
        total, squares = _add_up(away), _add_up(away * away)
        return np.sqrt(np.maximum(squares - total * total / n, 0.0) / n)
    n_windows = len(values) - n + 1
    newest = values[n - 1 :]
    total, squares = np.zeros(n_windows), np.zeros(n_windows)
    for shift in range(n - 1):
        away = values[shift : shift + n_windows] - newest
        total += away
        squares += np.multiply(away, away, out=away)
    return np.sqrt(np.maximum(squares - total * total / n, 0.0) / n)


def _stdev_blocks(values: FloatArray, n: int) -> FloatArray:
    m = len(values)
    tail_mean, tail_squares = _side(values, n, is_tail=True)
    head_mean, head_squares = _side(values, n, is_tail=False)
    n_head = (np.arange(n - 1, m) % n + 1).astype(np.float64)
    away = head_mean[n - 1 : m] - tail_mean[: m - n + 1]
    squares = tail_squares[: m - n + 1] + head_squares[n - 1 : m] + away * away * ((n - n_head) * n_head / n)
    squares[::n] = head_squares[n - 1 : m : n]
    return np.sqrt(squares / n)


def mean_deviation(values: FloatArray, n: int) -> FloatArray:
    """Return the mean distance of the last ``n`` values from their mean, exactly 0 for equal ones (the CCI's ``dev``).

    Takes time in proportion to ``n`` too: each distance is from another mean.
    """
    result = _in_parts(_mean_deviation, values, n)
    result[_is_flat(values, n)] = 0.0  # the mean of equal values may differ from them by a rounding
    return result


def _mean_deviation(values: FloatArray, n: int) -> FloatArray:
    mean = sma(values, n)[n - 1 :]
    table = _table(values, n)
    if table is not None:
        return _add_up(np.abs(table - mean[:, None])) / n
    found, away = np.zeros(len(mean)), np.empty(len(mean))
    for shift in range(n):
        np.subtract(values[shift : shift + len(mean)], mean, out=away)
        found += np.abs(away, out=away)
    return found / n


def _is_flat(values: FloatArray, n: int) -> BoolArray:
    """Tell for each bar whether the last ``n`` values are equal."""
    place = np.arange(len(values))
    is_new = np.append(True, values[1:] != values[:-1])[: len(values)]
    since = np.maximum.accumulate(np.where(is_new, place, 0))
    flat: BoolArray = place - since >= n - 1
    return flat
