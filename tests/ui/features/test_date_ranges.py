from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.features.dates.date_ranges import RANGES, is_loaded_from, range_start, view_from
from tests.fake_data import make_instrument

BY_NAME = {row.name: row for row in RANGES}
NEW_YORK = ZoneInfo("America/New_York")


def _series(times, interval, edge=EdgeState.MORE):
    times = np.array(times, np.int64)
    prices = np.full(len(times), 10.0)
    bars = Bars(times, prices, prices, prices, prices, prices)
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], int(times[-1]), 10, 10)
    return Series.from_reply(ViewportReply(request, bars, make_instrument(), edge, ""))


def _days(first, n):
    return [int(datetime(*first, tzinfo=UTC).timestamp()) + day * 86_400 for day in range(n)]


def _hours_of_sessions(n):
    """Return seven hourly bars in each of ``n`` weekdays up to Friday 27 Nov 2026."""
    days, day = [], datetime(2026, 11, 27, 9, 30, tzinfo=NEW_YORK)
    while len(days) < n:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return [int(day.timestamp()) + hour * 3_600 for day in reversed(days) for hour in range(7)]


def test_each_range_has_an_interval_that_exists():
    assert [row.name for row in RANGES] == ["1D", "5D", "1M", "3M", "6M", "YTD", "1Y", "5Y", "All"]
    assert all(parse_interval(row.interval).name == row.interval for row in RANGES)
    assert [row.name for row in RANGES if row.is_all] == ["All"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("1M", (2026, 2, 28)),
        ("3M", (2025, 12, 31)),
        ("6M", (2025, 9, 30)),
        ("YTD", (2026, 1, 1)),
        ("1Y", (2025, 3, 31)),
    ],
)
def test_months_go_back_to_the_same_day_or_the_last_one_of_a_shorter_month(name, first):
    series = _series(_days((2024, 1, 1), 821), "1d")
    assert (
        datetime.fromtimestamp(int(series.bars.open_time[-1]), UTC).date() == datetime(2026, 3, 31, tzinfo=UTC).date()
    )
    assert range_start(BY_NAME[name], series) == int(datetime(*first, tzinfo=UTC).timestamp())


def test_intraday_months_begin_at_midnight_at_the_exchange():
    start = range_start(BY_NAME["1M"], _series(_hours_of_sessions(40), "1h"))
    assert datetime.fromtimestamp(start, NEW_YORK) == datetime(2026, 10, 27, tzinfo=NEW_YORK)


def test_days_are_sessions():
    times = _hours_of_sessions(8)
    assert range_start(BY_NAME["1D"], _series(times, "1h")) == times[-7]
    assert range_start(BY_NAME["5D"], _series(times, "1h")) == times[-35]


def test_sessions_that_are_not_loaded_are_estimated_from_weekdays():
    times = _hours_of_sessions(2)
    assert times[-1] - range_start(BY_NAME["5D"], _series(times, "1h")) == 7 * 86_400


def test_a_range_longer_than_the_history_begins_with_it():
    times = _days((2026, 1, 1), 20)
    assert range_start(BY_NAME["1Y"], _series(times, "1d", EdgeState.START)) == times[0]
    assert range_start(BY_NAME["1Y"], _series(times, "1d")) < times[0], "older bars may come"


def test_the_view_shows_exactly_the_bars_of_the_span():
    series = _series(_days((2024, 1, 1), 821), "1d")
    placed = Viewport(width=900.0).place(series.axis)
    start = range_start(BY_NAME["6M"], series)
    shown = view_from(placed, start).place(series.axis)
    lo, hi = shown.visible()
    assert int(series.bars.open_time[lo]) == start
    assert hi == len(series.bars)
    assert shown.x_of(lo) == pytest.approx(shown.view.spacing / 2, abs=0.01)
    assert shown.x_of(hi - 1) == pytest.approx(900 - shown.view.spacing)


def test_a_span_that_begins_between_two_bars_begins_with_the_next_one():
    series = _series(_days((2024, 1, 1), 100), "1d")
    placed = Viewport(width=900.0).place(series.axis)
    shown = view_from(placed, int(series.bars.open_time[50]) + 3_600).place(series.axis)
    assert shown.visible()[0] == 51


def test_a_span_is_loaded_when_its_first_bar_is():
    series = _series(_days((2024, 1, 1), 100), "1d")
    first = int(series.bars.open_time[0])
    assert is_loaded_from(series, first)
    assert not is_loaded_from(series, first - 1)
    assert not is_loaded_from(Series.empty(), first)
