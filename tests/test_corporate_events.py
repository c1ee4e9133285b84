"""A split and dividends of the demo market at the right bars of every interval, and where these bars came from."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from candledesk.cache.bar_messages import EventKind
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from tests.live_window import NOW, SLOW_MS, LiveWindow

SPLIT_DATE = datetime(2026, 9, 14, tzinfo=UTC)  # of NVDA in the demo market, 4:1, a Monday
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def live(qtbot, tmp_path, market):
    made = LiveWindow(qtbot, tmp_path / "home", market.url)
    yield made
    made.close()


def _marked_bars(live, kind):
    """Return when the bars open that have a mark of a kind on screen."""
    frame = live.model.frame()
    times = live.model.placed.open_time
    rows = [round(frame.placed.logical_at(mark.x / frame.dpr)) for mark in frame.event_marks if mark.kind is kind]
    return [int(times[row]) for row in rows]


def _open(live, interval):
    live.open("NVDA", interval)
    live.model.zoom_right(3.0 if interval == "1mo" else 1.0)  # a month after a dividend: both would have one mark
    live.model.go_to(int(SPLIT_DATE.timestamp()))
    live.qtbot.waitUntil(lambda: bool(_marked_bars(live, EventKind.SPLIT)), timeout=SLOW_MS)
    return [datetime.fromtimestamp(time, UTC) for time in _marked_bars(live, EventKind.SPLIT)]


def test_a_split_and_dividends_stand_at_the_right_bars_of_every_interval(live, market):
    assert _open(live, "1d") == [SPLIT_DATE]
    dividends = [datetime.fromtimestamp(time, UTC) for time in _marked_bars(live, EventKind.DIVIDEND)]
    assert dividends
    assert all(time.month in {2, 5, 8, 11} and time.hour == 0 for time in dividends)
    hourly = _open(live, "1h")
    assert [time.astimezone(NEW_YORK).isoformat() for time in hourly] == ["2026-09-14T09:30:00-04:00"]
    assert _open(live, "1wk") == [SPLIT_DATE]
    assert _open(live, "1mo") == [datetime(2026, 9, 1, tzinfo=UTC)]


def test_the_bars_of_every_interval_say_where_they_came_from(live):
    live.open("NVDA", "1d")
    date = int(SPLIT_DATE.timestamp())
    asked = live.service.controller.read_provenance
    day = asked("NVDA", INTERVALS["1d"], Span(date, date + 1)).result()
    assert (day.is_final, day.sources, day.derived_from, day.is_fetch_exact) == (True, ("Yahoo Finance",), (), False)
    assert day.fetched_at == pytest.approx(parse_instant(NOW), abs=60)
    week = asked("NVDA", INTERVALS["1wk"], Span(date, date + 1)).result()
    assert (week.is_final, week.derived_from, week.sources) == (True, ("1d",), ("Yahoo Finance",))
    last = int(live.model.series.bars.open_time[-1])
    forming = asked("NVDA", INTERVALS["1d"], Span(last, last + 1)).result()
    assert (forming.is_final, forming.is_fetch_exact) == (False, True)
    assert forming.reason
    unknown = asked("NOTHING", INTERVALS["1d"], Span(date, date + 1)).result()
    assert (unknown.is_final, unknown.fetched_at) == (None, None)
