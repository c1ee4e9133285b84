import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from candledesk.ui.chart.core.options import ChartOptions, ZoneName
from candledesk.ui.chart.core.time_ticks import format_open_time, zone_label
from candledesk.ui.chart.widget import time_zones


@pytest.fixture
def _in_kolkata(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    time_zones.local_zone.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()
    time_zones.local_zone.cache_clear()


@pytest.mark.usefixtures("_in_kolkata")
@pytest.mark.parametrize(
    ("zone", "name"),
    [(ZoneName.EXCHANGE, "America/New_York"), (ZoneName.UTC, "UTC"), (ZoneName.LOCAL, "Asia/Kolkata")],
)
def test_intraday_times_are_in_the_chosen_zone(chart, zone, name):
    chart.open("AAPL", "5m")
    chart.model.set_options(ChartOptions(zone=zone))
    series = chart.model.series
    when = datetime.fromtimestamp(int(series.bars.open_time[-1]), ZoneInfo(name))
    assert format_open_time(series.calendar, len(series.bars) - 1).endswith(f"{when:%H:%M}")
    assert zone_label(series.calendar, int(series.bars.open_time[-1])) == f"{when:%Z}"
    chart.open("AAPL", "5m")  # what comes later is in the same zone
    assert chart.model.series.calendar.tz == name


@pytest.mark.parametrize("zone", list(ZoneName))
def test_a_daily_bar_is_its_sessions_own_date_in_every_zone(chart, zone):
    chart.model.set_options(ChartOptions(zone=zone))
    chart.open("MSFT", "1d")
    series = chart.model.series
    day = datetime.fromtimestamp(int(series.bars.open_time[-1]), UTC)
    assert format_open_time(series.calendar, len(series.bars) - 1) == f"{day:%a %d %b %Y}"
    assert zone_label(series.calendar, 0) == ""


def test_sessions_begin_at_the_exchange_in_every_zone(chart):
    chart.open("AAPL", "5m")
    at_home = chart.model.series.calendar.is_session_start
    assert at_home.sum() == len(at_home) // 78
    chart.model.set_options(ChartOptions(zone=ZoneName.UTC))
    assert chart.model.series.calendar.is_session_start.tolist() == at_home.tolist()
