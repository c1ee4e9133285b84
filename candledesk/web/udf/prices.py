"""Columns of numbers as JSON, prices in their shortest form: 395.7, not 395.70001220703125 (yahoo.md §4.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import orjson

from candledesk.domain.prices.digits import with_short_digits

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray


def number_column(column: FloatArray | IntArray) -> orjson.Fragment:
    """Return a column as a JSON array; prices have the digits that were sent, and large volumes all of theirs."""
    if column.dtype.kind == "f":
        column = with_short_digits(column.astype(np.float64))
    return orjson.Fragment(orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY))
