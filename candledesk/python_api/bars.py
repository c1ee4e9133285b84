"""The bars that ``Cache.candles`` returns, in the form that the reader's tools need."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.candle_files import arrow_table, finals_of
from candledesk.domain.prices.oddity import odd_tokens
from candledesk.domain.times import iso_time
from candledesk.python_api.picture import candles_svg

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from candledesk.cache.messages import BarsReply, Gap
    from candledesk.domain.bars import FloatArray, IntArray


class Bars:
    """The bars of one series in a span, and what is missing of them.

    ``open_time``: int64 UTC seconds of each bar's open (1d and longer: the session's date at 00:00 UTC); ``open``,
    ``high``, ``low``, ``close``, ``volume``: float64; all of shape ``(n,)`` and read-only.
    """

    def __init__(self, reply: BarsReply) -> None:
        """``reply``: the answer of the cache."""
        self._reply = reply

    symbol = property(lambda self: self._reply.request.symbol, doc="The symbol, as the cache spells it.")
    interval = property(lambda self: self._reply.request.interval.name, doc="The name of the interval.")

    @property
    def complete(self) -> bool:
        """Whether every bar that the venue's calendar expects is here or known not to exist."""
        return self._reply.complete

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing: of each gap its ``span`` (UTC seconds), ``reason`` and ``retry_at``."""
        return self._reply.gaps

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the answer, a sentence each."""
        return self._reply.notes

    @property
    def open_time(self) -> IntArray:
        """UTC seconds of each bar's open."""
        return self._reply.bars.open_time

    @property
    def open(self) -> FloatArray:
        """First prices."""
        return self._reply.bars.open

    @property
    def high(self) -> FloatArray:
        """Highest prices."""
        return self._reply.bars.high

    @property
    def low(self) -> FloatArray:
        """Lowest prices."""
        return self._reply.bars.low

    @property
    def close(self) -> FloatArray:
        """Last prices."""
        return self._reply.bars.close

    @property
    def volume(self) -> FloatArray:
        """Volumes."""
        return self._reply.bars.volume

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self._reply.bars)

    def __repr__(self) -> str:
        """Return symbol, interval, number, span and completeness."""
        return f"<Bars {self._title()}>"

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame by ``timestamp`` (UTC): ``open high low close volume`` (float64), ``final`` and ``odd``."""
        import pandas as pd

        bars, reply = self._reply.bars, self._reply
        index = pd.DatetimeIndex(bars.open_time.astype("datetime64[s]"), tz="UTC", name="timestamp")
        columns: dict[str, Any] = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
        columns["final"] = np.array(finals_of(reply), dtype=bool)
        columns["odd"] = [odd_tokens(reply.odd.get(time_s, 0)) for time_s in bars.open_time.tolist()]
        return pd.DataFrame(columns, index)

    def to_arrow(self) -> pa.Table:
        """Return a table: ``timestamp`` (seconds, UTC), prices and ``volume`` (double), ``final`` and ``odd``."""
        return arrow_table(self._reply)

    def to_polars(self) -> Any:  # noqa: ANN401 - polars may be absent
        """Return a ``polars.DataFrame`` with the columns of ``to_arrow``; ``ImportError`` without polars."""
        return table_to_polars(self.to_arrow())

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a small chart, and whether it is complete."""
        gaps = "".join(
            f"<li>{escape(_iso(gap.span.start))} – {escape(_iso(gap.span.end))}: {escape(gap.reason)}</li>"
            for gap in self.gaps[:5]
        )
        picture = candles_svg(self._reply.bars)
        return f"<div><div>{escape(self._title())}</div>{picture}{f'<ul>{gaps}</ul>' if gaps else ''}</div>"

    def _title(self) -> str:
        times = self.open_time
        span = f", {_iso(int(times[0]))} to {_iso(int(times[-1]))}" if len(times) else ""
        state = "complete" if self.complete else gaps_text(len(self.gaps))
        return f"{self.symbol} {self.interval}: {len(self):,} bars{span}, {state}"


def gaps_text(n_gaps: int) -> str:
    """Return how many gaps remain."""
    return "1 gap remains" if n_gaps == 1 else f"{n_gaps} gaps remain"


def table_to_polars(table: pa.Table) -> Any:  # noqa: ANN401 - polars may be absent
    """Return an Arrow table as a ``polars.DataFrame``."""
    try:
        import polars as pl
    except ImportError:
        raise ImportError("to_polars() needs the package polars: pip install polars") from None
    return pl.from_arrow(table)


def _iso(time: int) -> str:
    return iso_time(time).replace("T00:00:00Z", "")
