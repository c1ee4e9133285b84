"""The candles of a reply as JSON, in slices that keep the GIL free, and the tag of the answer."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import numpy as np
import orjson

from candledesk.domain.prices.oddity import odd_tokens

if TYPE_CHECKING:
    from candledesk.cache.messages import BarsReply
    from candledesk.domain.bars import Bars, FloatArray, IntArray

SLICE_ROWS = 1_000  # between two yields: 0.3 ms
PRICES = ("open", "high", "low", "close", "volume")


def etag_of(reply: BarsReply, shape: str) -> str:
    """Return a weak tag: the series' revision, and a digest of all that the answer holds but the clock.

    The revision alone is not enough: a bar becomes final, the retry time of a gap changes, or a dividend on the daily
    series changes adjusted prices, all without a change of this series.
    """
    request = reply.request
    digest = hashlib.blake2b(digest_size=12)
    asked = (shape, request.adjust, request.interval.name, request.limit, request.countback, request.as_of)
    facts = (asked, reply.next_open_time, reply.instrument)
    remarks = (reply.gaps, reply.notes, reply.derived, request.raw, sorted(reply.odd.items()))
    digest.update(repr((facts, remarks)).encode())
    digest.update(bytes(_finals(reply)))
    for name in ("open_time", *PRICES):
        digest.update(np.ascontiguousarray(getattr(reply.bars, name)).data)
    return f'W/"{reply.rev}-{digest.hexdigest()}"'


async def encode_candles(reply: BarsReply, shape: str) -> bytes:
    """Return the JSON of the candles; ``shape`` is ``rows`` (one object per candle) or ``columns``."""
    return await (_encode_columns(reply) if shape == "columns" else _encode_rows(reply))


def _encode_times(open_time: IntArray) -> bytes:
    """Return the JSON array of ``2026-11-02T14:30:00Z`` texts; ten times quicker than NumPy's own texts."""
    moments = np.ascontiguousarray(open_time).astype("datetime64[s]")
    return orjson.dumps(moments, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)


def _finals(reply: BarsReply) -> tuple[bool, ...]:
    return reply.is_final if reply.is_final is not None else (True,) * len(reply.bars)


async def _encode_rows(reply: BarsReply) -> bytes:
    finals, parts = _finals(reply), []
    for start in range(0, len(reply.bars), SLICE_ROWS):
        chosen = slice(start, start + SLICE_ROWS)
        bars = reply.bars.take(chosen)
        parts.append(_encode_slice(bars, finals[chosen], _odd_texts(reply, bars)))
        await asyncio.sleep(0)
    return b"[" + b",".join(parts) + b"]"


def _odd_texts(reply: BarsReply, bars: Bars) -> list[str]:
    """Return why each of some bars is flagged, empty for an ordinary one."""
    if not reply.odd:
        return [""] * len(bars)
    return [odd_tokens(reply.odd.get(time, 0)) for time in bars.open_time.tolist()]


def _encode_slice(bars: Bars, finals: tuple[bool, ...], odd: list[str]) -> bytes:
    """Return the rows of at least one bar without brackets.

    The texts of each column are made by one call and interleaved with the names by slicing: four times as quick as a
    dictionary for each row.
    """
    columns = [(b'{"timestamp":', _encode_times(bars.open_time)[1:-1].split(b","))]
    columns += [(b',"time":', _texts(bars.open_time))]
    columns += [(b',"' + name.encode() + b'":', _texts(getattr(bars, name))) for name in PRICES]
    columns += [(b',"final":', [b"true" if final else b"false" for final in finals])]
    if any(odd):
        columns += [(b"", [b',"odd":' + orjson.dumps(text) if text else b"" for text in odd])]
    n_rows, width = len(bars), 2 * len(columns) + 1
    pieces = [b"},"] * (n_rows * width)
    for index, (label, texts) in enumerate(columns):
        pieces[2 * index :: width] = [label] * n_rows
        pieces[2 * index + 1 :: width] = texts
    pieces[-1] = b"}"
    return b"".join(pieces)


def _texts(column: FloatArray | IntArray) -> list[bytes]:
    return orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


async def _encode_columns(reply: BarsReply) -> bytes:
    bars = reply.bars
    parts = [b'"timestamp":' + _encode_times(bars.open_time), b'"final":' + orjson.dumps(_finals(reply))]
    parts.append(b'"odd":' + orjson.dumps(_odd_texts(reply, bars)))
    for name, column in (("time", bars.open_time), *((name, getattr(bars, name)) for name in PRICES)):
        text = orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)
        parts.append(b'"' + name.encode() + b'":' + text)
        await asyncio.sleep(0)
    return b"{" + b",".join(parts) + b"}"
