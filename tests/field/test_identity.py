"""A symbol that another company takes over: no bars are mixed or lost, and the change is reported once (F12)."""

import pytest

from candledesk.cache.events import SymbolReused
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from tests.field.row_market import (
    NOW,
    RowMarket,
    Share,
    cache_over,
    closes_of,
    dates,
    is_complete_at_once,
    open_times,
    ordinary,
    when,
)

DAYS = dates("2026-08-03", 83)
CUT = DAYS[50]


def company(name, first, days, price):
    share = Share("XYZ", name=name, first=first, exchange="TST")
    share.put("1d", ordinary(days, price=price))
    hours = [t for day in days[-20:] for t in open_times(share.calendar, "1h", iso(day), iso(day + DAY_S))]
    share.put("1h", ordinary(hours, price=price, seed=2))
    return share


def iso(time):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC).replace(tzinfo=None).isoformat()


@pytest.mark.allow_logs
@pytest.mark.parametrize("times", [100.0, 3.0, 1.0])
@pytest.mark.parametrize("first_asked", ["1d", "1h"])
def test_f12_a_reused_ticker_keeps_the_two_companies_apart(times, first_asked):
    old = company("Old Mines Ltd", when("1995-05-01"), DAYS[:48], 20.0)
    new = company("Nova Robotics Inc.", CUT + 52_200, DAYS[50:], 20.0 * times)
    market = RowMarket(old, now=DAYS[47] + 23 * 3_600)
    old_span, new_span = Span(DAYS[0], DAYS[48]), Span(CUT, NOW)
    with cache_over(market) as harness:
        stored = {name: harness.bars(name, old_span, "XYZ").bars for name in ("1d", "1h")}
        market.shares, market.now = {"XYZ": new}, NOW
        harness.bars(first_asked, new_span, "XYZ")
        found = {name: is_complete_at_once(harness, name, new_span, "XYZ") for name in ("1d", "1h")}
        reported = [event for event in harness.events if isinstance(event, SymbolReused)]
        assert len(reported) == 1
        previous = reported[0].former_symbol
        for name, bars in stored.items():
            assert harness.bars(name, old_span, previous, fill="none").bars.equals(bars)
            assert len(harness.bars(name, old_span, "XYZ", fill="none").bars) == 0
        assert "Old Mines" in harness.bars("1d", old_span, previous, fill="none").instrument.name
    for name, bars in found.items():
        assert closes_of(bars) == {time: row[3] for time, row in new.rows[name].items() if time <= NOW}


@pytest.mark.parametrize(
    ("name", "first"),
    [("Newer Mines plc", when("1995-05-01")), ("Old Mines Limited", CUT + 52_200), ("", CUT + 52_200)],
)
def test_a_new_name_or_a_corrected_date_alone_is_the_same_company(name, first):
    old = company("Old Mines Ltd", when("1995-05-01"), DAYS, 20.0)
    market = RowMarket(old, now=DAYS[47] + 23 * 3_600)
    with cache_over(market) as harness:
        harness.bars("1d", Span(DAYS[0], DAYS[48]), "XYZ")
        old.name, old.first, market.now = name, first, NOW
        bars = harness.bars("1d", Span(DAYS[0], NOW), "XYZ").bars
        assert not [event for event in harness.events if isinstance(event, SymbolReused)]
    assert closes_of(bars) == {time: row[3] for time, row in old.rows["1d"].items()}
