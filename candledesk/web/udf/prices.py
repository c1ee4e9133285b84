"""Columns of numbers as JSON, prices in their shortest form: 395.7, not 395.70001220703125 (yahoo.md §4.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray


def number_column(column: FloatArray | IntArray) -> orjson.Fragment:
    """Return a column as a JSON array; what a 32-bit float holds exactly is written as one.

    The provider's prices are such floats, widened to 64 bits; an imported price that is none keeps all its digits.
    """
    if column.dtype.kind != "f":
        return orjson.Fragment(_dump(column))
    with np.errstate(over="ignore"):
        single = column.astype(np.float32)
    is_single = single == column
    if is_single.all():
        return orjson.Fragment(_dump(single))
    short, long = (_dump(one)[1:-1].split(b",") for one in (single, column))
    texts = [one if is_one else other for one, other, is_one in zip(short, long, is_single.tolist(), strict=True)]
    return orjson.Fragment(b"[" + b",".join(texts) + b"]")


def _dump(column: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    return orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)
