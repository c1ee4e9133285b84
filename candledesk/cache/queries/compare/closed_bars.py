"""The stored bars of what a chart can show, a series or a ratio of two, and when each of them counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import FillTarget
from candledesk.cache.messages import BarsReply, BarsRequest
from candledesk.cache.queries.compare.ratio_bars import join_replies
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.series_reader import Source, read_series
from candledesk.domain.compare.alignment import BarTimes, bar_times
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.errors import NotCachedError

if TYPE_CHECKING:
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding


@dataclass(frozen=True, eq=False, slots=True)
class ClosedBars:
    """Bars as an answer to a script has them, and when they count."""

    reply: BarsReply
    times: BarTimes


class ClosedBarsReader:
    """Reads bars with their times on a reader thread; made for one request."""

    def __init__(self, connection: Connection, catalog: Catalog) -> None:
        """Start without damage found."""
        self._connection, self._catalog = connection, catalog
        self.findings: list[Finding] = []

    def read(self, symbol: str, interval: Interval, span: Span) -> ClosedBars:
        """Read the stored bars that open in a span; ``NotCachedError`` of a symbol that is not in the cache."""
        parts = [self._read_series(part, interval, span) for part in symbols_of(symbol)]
        if len(parts) == 1:
            return parts[0]
        numerator, denominator = parts
        request = BarsRequest(symbol, interval, span, fill="none")
        joined = join_replies(request, (numerator.reply, denominator.reply), (numerator.times, denominator.times))
        return ClosedBars(joined.reply, joined.times)

    def _read_series(self, symbol: str, interval: Interval, span: Span) -> ClosedBars:
        known = self._catalog.read(self._connection, symbol, interval.base)
        if known.instrument is None:
            raise NotCachedError(symbol)
        request = BarsRequest(symbol, interval, span, fill="none")
        source = Source(self._connection, partial(self._catalog.rate_symbols, symbol), self.findings)

        def read_once(findings: list[Finding]) -> BarsReply:
            return read_series(source, request, self._catalog.without_lost(known, findings), FillTarget(span))

        reply = read_proven(read_once, self.findings)
        times, facts = reply.bars.open_time, known.readable
        return ClosedBars(
            reply, BarTimes(times, times, times) if facts is None else bar_times(facts.calendar, interval, times)
        )
