"""Compared series of the fake cache: its bars, aligned as the real cache aligns them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.compare_messages import CompareRows
from candledesk.cache.rules.compare_rows import rows_beside
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.compare.alignment import bar_times
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from tests.fake_drawing_bars import FakeDrawingBars
from tests.fake_indicators import FakeOwnIndicators
from tests.fake_jobs import resolved
from tests.fake_maintenance import FakeMaintenance

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.compare_messages import CompareRequest
    from candledesk.domain.bars import Bars
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval

_NONE = np.empty(0, np.int64)
_CALENDAR = SessionCalendar("", "UTC", _NONE, _NONE, _NONE, _NONE, _NONE)


def fake_compare_rows(request: CompareRequest, main: Bars, other: Bars, instrument: Instrument) -> CompareRows:
    """Return the rows of two series of which every bar is as long as its interval."""
    interval = request.interval
    times = [bar_times(_CALENDAR, interval, bars.open_time) for bars in (main, other)]
    width = interval.step_s * request.stride if interval.base is interval else 1
    rows = rows_beside(main.open_time, times[0], (other, times[1]), width)
    return CompareRows(
        request, rows.open_time, rows.least, rows.greatest, rows.last, rows.own_time, rows.is_carried, instrument
    )


class FakeCompares(FakeMaintenance):
    """Answers ``load_compare`` from the bars of the cache that it is a part of."""

    instruments: dict[str, Instrument]

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.own_indicators = FakeOwnIndicators()
        self.drawing_bars = FakeDrawingBars()

    def _stored_bars(self, symbol: str, interval: Interval, span: Span) -> Bars:
        raise NotImplementedError

    def load_compare(self, request: CompareRequest) -> Future[CompareRows]:
        self.calls.append(("load_compare", (request,)))

        def answer() -> CompareRows:
            if request.other not in self.instruments:
                raise UnknownSymbolError(request.other, f"Yahoo knows no symbol {request.other!r}.")
            wide = Span(request.span.start - 30 * DAY_S, request.span.end)
            main = self._stored_bars(request.symbol, request.interval, request.span)
            other = self._stored_bars(request.other, request.interval, wide)
            return fake_compare_rows(request, main, other, self.instruments[request.other])

        return resolved(answer)
