"""A split and dividends of the demo market: marks at the right bars of days, hours, weeks and months."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from candledesk.cache.bar_messages import EventKind
from candledesk.demo import DemoMarket
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
