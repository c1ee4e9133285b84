"""The time of a bar in other charts: across intervals and zones, and what no bar holds."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.ui.chart.core.links.moments import Moment, last_slot_of, moment_of, slot_of
from candledesk.ui.chart.core.scene import Series
from tests.fake_data import make_instrument

NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
DAYS = [(2026, 3, day) for day in (5, 6, 9, 10, 11)]  # over the change of the clocks in New York on 8 March


def _instant(zone, day, hour, minute=0):
    return int(datetime(*day, hour, minute, tzinfo=zone).timestamp())


def _series(times, interval, zone="America/New_York"):
    times = np.array(times, np.int64)
    request = ViewportRequest(1, 1, "AAPL", parse_interval(interval), None, 500, 0)
    bars = Bars(times, *[np.full(len(times), 100.0) for _ in range(5)])
    instrument = replace(make_instrument(), tz=zone)
    return Series.from_reply(ViewportReply(request, bars, instrument, EdgeState.START))


@pytest.fixture
def daily():
    return _series([int(datetime(*day, tzinfo=UTC).timestamp()) for day in DAYS], "1d")


@pytest.fixture
def hourly():
    return _series([_instant(NEW_YORK, day, 9 + n, 30) for day in DAYS for n in range(7)], "1h")


@pytest.fixture
def fives():
    return _series([_instant(NEW_YORK, day, 9, 30) + 300 * n for day in DAYS for n in range(78)], "5m")


@pytest.fixture
def tokyo_daily():
    return _series([int(datetime(*day, tzinfo=UTC).timestamp()) for day in DAYS], "1d", "Asia/Tokyo")


@pytest.fixture
def tokyo_fives():
    return _series([_instant(TOKYO, day, 9) + 300 * n for day in DAYS for n in range(60)], "5m", "Asia/Tokyo")


def _date(series, slot):
    zone = ZoneInfo("UTC") if series.interval.is_daily else ZoneInfo(series.instrument.tz)
    return datetime.fromtimestamp(int(series.axis.slot_times[slot]), zone).date()


def test_a_day_is_the_same_date_in_every_interval_and_zone(daily, hourly, fives, tokyo_daily, tokyo_fives):
    for slot in range(len(DAYS)):
        moment = moment_of(daily, slot)
        for other in (daily, hourly, fives, tokyo_daily, tokyo_fives):
            assert _date(other, slot_of(other, moment)) == _date(daily, slot)
            assert _date(other, last_slot_of(other, moment)) == _date(daily, slot)
    assert slot_of(hourly, moment_of(daily, 1)) == 7, "the first bar of the session"
    assert last_slot_of(hourly, moment_of(daily, 1)) == 13, "and its last one"


def test_an_hour_is_the_bar_that_holds_it_in_other_intervals(daily, hourly, fives):
    for slot in range(hourly.axis.n_rows):
        moment = moment_of(hourly, slot)
        assert int(fives.axis.slot_times[slot_of(fives, moment)]) == moment.time
        assert slot_of(daily, moment) == slot // 7
    inside = moment_of(fives, 80)  # 09:40 on the second day
    assert slot_of(hourly, inside) == 7
    assert last_slot_of(hourly, inside) == 7


def test_an_instant_belongs_to_the_date_that_it_has_in_the_other_zone(hourly, tokyo_daily):
    moment = moment_of(hourly, 6)  # 15:30 in New York on 5 March is 05:30 on 6 March in Tokyo
    assert _date(tokyo_daily, slot_of(tokyo_daily, moment)).day == 6
    assert slot_of(tokyo_daily, moment_of(hourly, 13)) is None, "Saturday in Tokyo"


def test_between_sessions_and_outside_of_the_window_no_bar_holds_a_time(hourly, daily, fives):
    night = Moment(_instant(NEW_YORK, DAYS[0], 20), 300)
    assert slot_of(hourly, night) is None
    assert slot_of(fives, night) is None
    assert slot_of(hourly, Moment(_instant(NEW_YORK, (2026, 3, 1), 12), 300)) is None
    assert slot_of(hourly, Moment(_instant(NEW_YORK, (2026, 4, 1), 12), 300)) is None
    assert slot_of(daily, Moment(_instant(NEW_YORK, (2026, 3, 7), 12), 300)) is None, "a Saturday"
    assert last_slot_of(hourly, Moment(_instant(NEW_YORK, (2026, 3, 1), 12), 300)) == -1
    assert moment_of(hourly, 10_000) is None
    assert moment_of(hourly, -1) is None


def test_a_bar_that_begins_between_sessions_is_the_first_bar_that_opens_within_it(hourly):
    nine = Moment(_instant(NEW_YORK, DAYS[1], 9), 3_600)
    assert slot_of(hourly, nine) == 7


def test_a_week_holds_each_of_its_days(daily):
    weeks = _series([int(datetime(2026, 3, day, tzinfo=UTC).timestamp()) for day in (2, 9)], "1wk")
    assert [slot_of(weeks, moment_of(daily, slot)) for slot in range(5)] == [0, 0, 1, 1, 1]
    assert slot_of(daily, moment_of(weeks, 0)) == 0, "the first of its days that is loaded"
    assert slot_of(weeks, Moment(moment_of(weeks, 1).time + 30 * DAY_S, DAY_S, is_date=True)) is None
