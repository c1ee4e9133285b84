"""The demo market: its clock, prices, faults, log and answers."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import orjson

from candledesk.demo.http.chart import ChartRefusedError, answer_chart
from candledesk.demo.http.clock import DemoClock
from candledesk.demo.http.faults import CHART_PATH, HOSTILE_KINDS, FaultPlan, spoil
from candledesk.demo.http.hostile import answer_wrong_granularity, make_hostile, make_page_hostile
from candledesk.demo.http.pages import Reply, answer_page
from candledesk.demo.prices.listings import Prices
from candledesk.demo.prices.truth import make_truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from candledesk.demo.http.faults import Fault
    from candledesk.demo.instruments.profile import Profile
    from candledesk.demo.instruments.splits import SplitEvent
    from candledesk.domain.bars import Bars


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request: UNIX time, the requested host, path, query, the status of the answer and the applied fault."""

    time: float
    host: str
    path: str
    query: dict[str, str]
    status: int
    fault: str | None


class Market:
    """The answers of the demo market, independent of the transport.

    ``clock``: a function that returns UNIX seconds, the real time by default; ``now`` freezes the time at an instant
    until ``clock.set`` changes it. ``faults`` (``FaultPlan``), ``log`` (list of ``LogEntry``) and ``clock``
    (``DemoClock``) may be used while the market runs.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        now: float | str | None = None,
        log_file: Path | None = None,
    ) -> None:
        self.clock = DemoClock(clock)
        if now is not None:
            self.clock.set(now)
        self.faults = FaultPlan()
        self.log: list[LogEntry] = []
        self.closing = threading.Event()
        self.prices = Prices(self.clock.now())
        self._log_file = log_file
        self._log_lock = threading.Lock()

    def warm_up(self) -> None:
        """Load pandas and the first listings before the first request (three seconds on a cold machine)."""
        for symbol in ("AAPL", "BTC-USD"):
            self.prices.listing(symbol, self.clock.now())

    def reset(self) -> None:
        """Clear faults, splits, new owners and the log; reset the clock to its source."""
        self.faults.clear()
        self.prices.reset()
        self.clock.reset()
        with self._log_lock:
            self.log.clear()

    def truth(
        self, symbol: str, interval: str, start: int, end: int, now: int | None = None, *, is_read: bool = False
    ) -> Bars:
        """Return the final bars that a correct cache holds (``make_truth``); ``is_read``: with odd rows corrected."""
        now = self.clock.now() if now is None else now
        return make_truth(self.prices, symbol, interval, start, end, now, is_read=is_read)

    def split(
        self, symbol: str, numerator: int, denominator: int = 1, date: str | None = None, *, forgotten: int = 0
    ) -> SplitEvent:
        """Split a symbol at once, ``numerator`` new shares for ``denominator`` old ones, and return the split.

        The history of every interval is then on the new basis, and answers whose range contains the split's date state
        it. ``date`` (ISO): the split is on the first session on or after it; by default on the session that is open, or
        the next one. A split with a ``date`` in the future takes effect when its session opens. ``forgotten``: how many
        daily rows stay on the old basis, the last of them two sessions before the date. Raises ``KeyError`` for an
        unknown symbol, ``ValueError`` for parts that are not from 1 to 10,000.
        """
        return self.prices.split(symbol, (numerator, denominator), _day(date), forgotten, self.clock.now())

    def reuse(
        self, symbol: str, name: str = "Another Company", factor: float = 100.0, date: str | None = None
    ) -> Profile:
        """Give the symbol to another company at once and return its profile.

        Every answer is then about the new company only: its name, its first trade date (``date``, by default the
        session that is open, or the next one) and its prices, which begin at ``factor`` times the last price before. It
        has no splits, payments or oddities. Raises ``KeyError`` for an unknown symbol.
        """
        return self.prices.reuse(symbol, name, factor, _day(date), self.clock.now())

    def whole_log(self) -> list[LogEntry]:
        """Return every request so far."""
        with self._log_lock:
            return list(self.log)

    def chart_log(self, symbol: str | None = None) -> list[LogEntry]:
        """Return the chart requests so far, of one symbol or of all."""
        prefix = CHART_PATH + (symbol or "")
        with self._log_lock:
            return [row for row in self.log if (row.path == prefix if symbol else row.path.startswith(prefix))]

    def remember(self, entry: LogEntry) -> None:
        """Add a request to the log."""
        with self._log_lock:
            self.log.append(entry)
            if self._log_file is not None:
                with self._log_file.open("ab") as file:
                    file.write(orjson.dumps(asdict(entry)) + b"\n")

    def answer(self, host: str, path: str, query: Mapping[str, str], fault: Fault | None) -> Reply:
        """Return the provider's answer with ``fault`` applied to it."""
        now = self.clock.now()
        kind = fault.kind if fault is not None else ""
        if not path.startswith(CHART_PATH):
            page = answer_page(self.prices, host, path, query, now)
            return make_page_hostile(kind, page) if kind in HOSTILE_KINDS else page
        ask = answer_wrong_granularity if kind == "wrong_granularity" else answer_chart
        try:
            payload = ask(self.prices, path.removeprefix(CHART_PATH), query, now)
        except ChartRefusedError as refusal:
            return Reply.of_json(refusal.payload, refusal.status)
        if fault is not None:
            spoil(payload, fault)
            make_hostile(kind, payload)
        return Reply.of_json(payload)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
