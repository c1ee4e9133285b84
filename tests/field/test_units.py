"""Rows in the other unit of the currency: kept as sent and read in the instrument's own unit (like F5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.oddity import Oddity
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
    read_sent,
    through_a_cache,
)

DAYS = dates("2026-09-07", 57)  # to the day before now
CURRENCIES = {"GBp": 0.01, "ZAc": 0.01, "GBP": 100.0}  # and by what a row in the other unit is multiplied


def in_other_unit(row, factor):
    return (row[0], *(price * factor for price in row[1:5]), row[5])


def assert_read_in_one_unit(bars, sent, rows, moved):
    """Check that the bars have the prices of ``rows`` and those at ``moved`` are flagged, with their prices as sent."""
    assert bars.open_time.tolist() == [row[0] for row in rows]
    for column, at in ((bars.open, 1), (bars.high, 2), (bars.low, 3), (bars.close, 4), (bars.volume, 5)):
        assert column.tolist() == pytest.approx([row[at] for row in rows], rel=1e-9)
    assert {time: flags for time, (flags, _) in sent.items()} == dict.fromkeys(moved, int(Oddity.UNIT))
    assert {time: prices for time, (_, prices) in sent.items()} == {time: row[1:5] for time, row in moved.items()}


@st.composite
def blocks(draw):
    """Choose a few separate runs of 57 rows; the rows outside them are the majority."""
    starts = draw(st.lists(st.sampled_from([1, 12, 23, 34, 45]), unique=True, min_size=1, max_size=3))
    return sorted({at + i for at in starts for i in range(draw(st.integers(1, 8)))})


@given(blocks(), st.sampled_from(list(CURRENCIES)), st.integers(0, 3), st.booleans())
@through_a_cache
def test_blocks_in_the_other_unit_are_read_in_the_instruments_own(block, currency, seed, has_market):
    rows = ordinary(DAYS, price=83.0, seed=seed)
    share = Share("AAA.L", currency=currency, market=(NOW, rows[-1][4]) if has_market else None)
    moved = {rows[at][0]: in_other_unit(rows[at], CURRENCIES[currency]) for at in block}
    share.put("1d", rows)
    share.put("1d", moved.values())
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1d", Span(DAYS[0], DAYS[-1] + DAY_S), "AAA.L")
        sent = read_sent(harness, "1d", "AAA.L")
    assert_read_in_one_unit(bars, sent, rows, moved)


@given(st.integers(1, 50), st.integers(1, 6), st.sampled_from(list(CURRENCIES)), st.permutations(range(4)))
@through_a_cache
def test_the_order_in_which_parts_are_fetched_does_not_matter(first, n_rows, currency, order):
    rows = ordinary(DAYS, price=83.0)
    share = Share("AAA.L", currency=currency)
    moved = {row[0]: in_other_unit(row, CURRENCIES[currency]) for row in rows[first : first + n_rows]}
    share.put("1d", rows)
    share.put("1d", moved.values())
    whole = Span(DAYS[0], DAYS[-1] + DAY_S)
    with cache_over(RowMarket(share)) as harness:
        for part in order:
            part_rows = DAYS[part * 14 : part * 14 + 15]
            harness.bars("1d", Span(part_rows[0], part_rows[-1] + DAY_S), "AAA.L")
        bars = harness.bars("1d", whole, "AAA.L").bars
        sent = read_sent(harness, "1d", "AAA.L")
    assert_read_in_one_unit(bars, sent, rows, moved)


@pytest.mark.parametrize(
    ("currency", "is_end"), [("GBp", True), ("ZAc", True), ("GBP", True), ("GBp", False), ("ZAc", False)]
)
def test_a_block_at_an_end_is_decided_by_the_market_price(currency, is_end):
    rows = ordinary(DAYS, price=83.0)
    share = Share("AAA.L", currency=currency, market=(NOW, rows[-1][4]))
    block = rows[-4:] if is_end else rows[:4]
    moved = {row[0]: in_other_unit(row, CURRENCIES[currency]) for row in block}
    share.put("1d", rows)
    share.put("1d", moved.values())
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1d", Span(DAYS[0], DAYS[-1] + DAY_S), "AAA.L")
        sent = read_sent(harness, "1d", "AAA.L")
    assert_read_in_one_unit(bars, sent, rows, moved)


@pytest.mark.parametrize(("currency", "kind"), [("GBp", "EQUITY"), ("USD", "EQUITY"), ("USD", "CRYPTOCURRENCY")])
def test_a_lasting_fall_of_ninety_nine_percent_is_not_a_unit(currency, kind):
    rows = ordinary(DAYS, price=83.0)
    fallen = [*rows[:30], *(in_other_unit(row, 0.01) for row in rows[30:])]
    share = Share("AAA", currency=currency, quote_type=kind, market=(NOW, fallen[-1][4]))
    share.put("1d", fallen)
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1d", Span(DAYS[0], DAYS[-1] + DAY_S))
        assert read_sent(harness, "1d", "AAA") == {}
    assert closes_of(bars) == {row[0]: row[4] for row in fallen}


def test_a_block_is_decided_again_when_more_bars_are_known():
    rows = ordinary(DAYS, price=83.0)
    share = Share("AAA.L", currency="GBp")
    moved = {row[0]: in_other_unit(row, 0.01) for row in rows[25:30]}
    share.put("1d", rows[:25])
    share.put("1d", moved.values())
    market = RowMarket(share, now=DAYS[29] + 22 * 3_600)
    with cache_over(market) as harness:
        early = harness.bars("1d", Span(DAYS[0], DAYS[29] + DAY_S), "AAA.L").bars
        assert early.close[-1] == moved[DAYS[29]][4]  # as sent: it may have fallen
        share.put("1d", rows[30:])
        market.now = NOW
        bars = harness.bars("1d", Span(DAYS[0], DAYS[-1] + DAY_S), "AAA.L").bars
        sent = read_sent(harness, "1d", "AAA.L")
    assert_read_in_one_unit(bars, sent, rows, moved)


@pytest.mark.parametrize("currency", list(CURRENCIES))
def test_intraday_bars_in_the_other_unit_follow_the_dailies(currency):
    share = Share("AAA.L", currency=currency)
    times = open_times(share.calendar, "1h", "2026-11-02", "2026-11-25")
    rows = ordinary(times, price=83.0)
    by_day = {}
    for row in rows:
        by_day.setdefault(row[0] // DAY_S * DAY_S, []).append(row)
    share.put("1d", ordinary(DAYS, price=83.0))
    for day, part in by_day.items():
        bounds = max(row[2] for row in part), min(row[3] for row in part)
        share.put("1d", [(day, part[0][1], *bounds, part[-1][4], 9e5)])
    moved = {row[0]: in_other_unit(row, CURRENCIES[currency]) for row in rows[-60:-20]}
    share.put("1h", rows)
    share.put("1h", moved.values())
    with cache_over(RowMarket(share)) as harness:
        harness.bars("1d", Span(DAYS[0], DAYS[-1] + DAY_S), "AAA.L")
        bars = is_complete_at_once(harness, "1h", Span(times[0], times[-1] + 3_600), "AAA.L")
        sent = read_sent(harness, "1h", "AAA.L")
    assert_read_in_one_unit(bars, sent, rows, moved)
