"""Values of indicators for the fake cache: of its bars, every day of which is a session from 00:00 to 24:00 UTC."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.indicator_messages import IndicatorReply, IndicatorRows
from candledesk.cache.own_messages import OwnFile, OwnState
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Market
from candledesk.indicators.own.table import set_own_indicators
from tests.fake_jobs import resolved

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
    from candledesk.domain.bars import Bars
    from candledesk.indicators.declaration import Indicator


def fake_indicator_reply(request: IndicatorRequest, bars: Bars, now: int) -> IndicatorReply:
    """Return the values at some bars; older bars could exist."""
    first = int(bars.open_time[0]) if len(bars) else now
    days = np.arange(first // DAY_S - 400, now // DAY_S + 100, dtype=np.int64) * DAY_S
    none = np.zeros(len(days), np.int64)
    market = Market(SessionCalendar("24/7", "UTC", days, days, days + DAY_S, none, none, is_24h=True), request.interval)
    values = compute(request.study, bars, market, [Hole(0, first - 1)] if len(bars) else ())
    is_final = bars.open_time + request.interval.step_s <= now
    shifts = request.study.indicator.shifts(request.study.params)
    return IndicatorReply(request, bars.open_time, is_final, values.settled, values.lines, shifts)


def fake_indicator_rows(request: IndicatorRowsRequest, reply: IndicatorReply) -> IndicatorRows:
    """Return the rows of the values in a reply."""
    keys = reply.open_time // (request.interval.step_s * request.stride)
    runs = [np.flatnonzero(keys == key) for key in np.unique(keys)]
    first, counts = np.array([run[0] for run in runs], np.int64), np.array([len(run) for run in runs], np.int64)
    least, greatest, last = (
        {name: np.array([pick(line[run]) for run in runs], np.float64) for name, line in reply.lines.items()}
        for pick in (np.fmin.reduce, np.fmax.reduce, lambda values: values[-1])
    )
    settled = np.array([reply.settled[run].all() for run in runs], np.bool_)
    return IndicatorRows(request, reply.open_time[first], counts, least, greatest, last, settled, reply.rev)


class FakeOwnIndicators:
    """The files of own indicators of the fake cache; ``refusal``: what ``allow`` fails with."""

    def __init__(self) -> None:
        self.files: list[OwnFile] = []
        self.declared: dict[str, Indicator] = {}  # by the name of the file, once it is allowed
        self.refusal: Exception | None = None

    def list_files(self) -> Future[list[OwnFile]]:
        return resolved(lambda: list(self.files))

    def allow(self, name: str, sha256: str) -> Future[OwnFile]:
        def answer() -> OwnFile:
            if self.refusal is not None:
                raise self.refusal
            at, one = next((at, one) for at, one in enumerate(self.files) if (one.name, one.sha256) == (name, sha256))
            self.files[at] = replace(one, state=OwnState.ALLOWED)
            set_own_indicators(self.declared[row.name] for row in self.files if row.state is OwnState.ALLOWED)
            return self.files[at]

        return resolved(answer)
