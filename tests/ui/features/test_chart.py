from dataclasses import replace

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.time_ticks import build_calendar
from candledesk.ui.features.chart import facts_text
from tests.fake_data import make_bars, make_instrument


def test_the_facts_count_the_bars_and_name_the_zone_of_the_exchange():
    bars = make_bars(1_234)
    calendar = build_calendar(bars.open_time, "America/New_York", is_daily=True)
    series = Series(
        "AAPL",
        INTERVALS["1d"],
        bars,
        BarAxis(bars.open_time),
        calendar,
        instrument=make_instrument(),
        edge=EdgeState.START,
    )
    assert facts_text(series) == "1,234 bars on this chart   ·   Exchange in America/New York"
    assert facts_text(replace(series, instrument=None)) == ""
    assert facts_text(Series.empty()) == ""
