"""Verdicts on rows: what is kept, what is kept and flagged, and what is no bar."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import is_on_grid
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.prices.clean import clean_bars, fit_prices, shape_flags
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, calendar_of, calendars, spans

HOUR = INTERVALS["1h"]
T0 = FIRST_DAY_S + 9 * HOUR_S
CALENDAR = calendar_of((FIRST_DAY_S, 9 * HOUR_S, 16 * HOUR_S, 12 * HOUR_S, 13 * HOUR_S))
WEEK = Span(FIRST_DAY_S, FIRST_DAY_S + 7 * DAY_S)
LATER = FIRST_DAY_S + 30 * DAY_S
GOOD = (T0, 10.0, 12.0, 9.0, 11.0, 5.0)
nan = float("nan")


@st.composite
def raw_bars(draw):
    """Rows as bad as the provider sends them: unsorted, doubled, off the grid, NaN, upside down."""
    step = draw(st.sampled_from([900, 1800, HOUR_S, 97]))
    times = draw(st.lists(st.integers(0, 200), max_size=40))
    price = st.one_of(st.floats(1, 100), st.sampled_from([nan, 0.0, -3.0, float("inf")]))
    rows = [(FIRST_DAY_S + time * step, *(draw(price) for _ in range(5))) for time in times]
    rows = [(t, o, max(o, c) if draw(st.booleans()) else h, min(o, c), c, v) for t, o, h, _, c, v in rows]
    return Bars.from_rows(rows)


@given(raw_bars(), calendars(), st.sampled_from([HOUR, INTERVALS["15m"], INTERVALS["1d"]]), spans(), st.integers(0, 99))
def test_every_row_gets_one_verdict_and_every_row_with_a_close_on_the_grid_is_kept(raw, calendar, interval, span, days):
    now = FIRST_DAY_S + days * DAY_S
    once = clean_bars(raw, calendar, interval, span, now)
    bars = once.bars
    assert len(bars) + sum(once.dropped.values()) == len(raw)
    assert len(once.odd) == len(bars) == once.sent.shape[1]
    assert (np.diff(bars.open_time) > 0).all()
    assert bars.within(span).equals(bars)
    assert (bars.volume >= 0).all()
    assert np.isfinite([bars.open, bars.high, bars.low, bars.close, bars.volume]).all()
    assert (bars.high >= bars.low).all()
    begins = raw.open_time if not interval.is_daily else raw.open_time + 0
    could_be = np.isfinite(raw.close) & (begins >= span.start) & (begins < span.end) & (begins <= now)
    sure = raw.open_time[could_be & is_on_grid(calendar, interval, raw.open_time)]
    assert np.isin(sure, bars.open_time).all()
    is_listed = is_on_grid(calendar, interval, bars.open_time)
    assert (((once.odd & Oddity.SESSION) == 0) == is_listed).all()


def test_a_zero_beside_a_negative_price_is_a_price():
    sent = np.array([[0.0, 5.0, 0.0], [-3.0, 0.0, 1.0], [0.0, -3.0, 1.0], [1.0, 1.0, 1.0]])
    flags = shape_flags(*sent)
    outside = Oddity.NON_POSITIVE | Oddity.OPEN_OUTSIDE | Oddity.CLOSE_OUTSIDE
    assert flags.tolist() == [int(outside | Oddity.CROSSED), int(outside), int(Oddity.OPEN_UNKNOWN)]
    stored = fit_prices(sent, flags)
    assert stored[1:3].tolist() == [[0.0, 0.0, 1.0], [-3.0, -3.0, 1.0]]
    assert fit_prices(stored, shape_flags(*stored)).tolist() == stored.tolist()


@given(raw_bars(), calendars(), st.sampled_from([HOUR, INTERVALS["1d"]]))
def test_what_was_kept_is_kept_again(raw, calendar, interval):
    always = Span(0, FIRST_DAY_S + 10_000 * DAY_S)
    once = clean_bars(raw, calendar, interval, always, always.end)
    listed = once.bars.take(is_on_grid(calendar, interval, once.bars.open_time))
    again = clean_bars(listed, calendar, interval, always, always.end)
    assert again.bars.equals(listed)
    assert again.dropped == {}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((T0, 10.0, 12.0, 9.0, nan, 5.0), "no_close"),
        ((T0, 10.0, 12.0, 9.0, float("inf"), 5.0), "no_close"),
        ((T0 - 9 * HOUR_S - 1, *GOOD[1:]), "outside_span"),
        ((T0 + 7 * HOUR_S, *GOOD[1:]), "at_close"),
        ((T0 - 1, *GOOD[1:]), "off_grid"),
        ((T0 + 123, 10.0, 12.0, 9.0, 11.0, 5.0), "live_row"),
        ((T0 - 123, 10.0, 12.0, 9.0, 11.0, 5.0), "off_grid"),
        ((T0 + 9 * HOUR_S, 11.0, 11.0, 11.0, 11.0, 0.0), "live_row"),
    ],
)
def test_a_row_that_is_no_bar_is_dropped_and_counted(row, reason):
    cleaned = clean_bars(Bars.from_rows([GOOD, row]), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.bars.equals(Bars.from_rows([GOOD]))
    assert cleaned.dropped == {reason: 1}


@pytest.mark.parametrize(
    ("prices", "stored", "flags"),
    [
        ((13.0, 12.0, 9.0, 11.0), (13.0, 12.0, 9.0, 11.0), Oddity.OPEN_OUTSIDE),
        ((8.0, 12.0, 9.0, 11.0), (8.0, 12.0, 9.0, 11.0), Oddity.OPEN_OUTSIDE),
        ((10.0, 10.5, 9.0, 11.0), (10.0, 10.5, 9.0, 11.0), Oddity.CLOSE_OUTSIDE),
        ((10.0, 12.0, 11.5, 11.0), (10.0, 12.0, 11.5, 11.0), Oddity.CLOSE_OUTSIDE | Oddity.OPEN_OUTSIDE),
        ((0.0, 12.0, 9.0, 11.0), (0.0, 12.0, 9.0, 11.0), Oddity.OPEN_UNKNOWN),
        ((nan, 12.0, 9.0, 11.0), (0.0, 12.0, 9.0, 11.0), Oddity.OPEN_UNKNOWN),
        ((10.0, nan, 9.0, 11.0), (10.0, 11.0, 9.0, 11.0), Oddity.RANGE_UNKNOWN),
        ((10.0, 12.0, 0.0, 11.0), (10.0, 12.0, 10.0, 11.0), Oddity.RANGE_UNKNOWN),
        ((nan, nan, nan, 11.0), (0.0, 11.0, 11.0, 11.0), Oddity.RANGE_UNKNOWN | Oddity.OPEN_UNKNOWN),
        ((10.0, 9.0, 12.0, 11.0), (10.0, 12.0, 9.0, 11.0), Oddity.CROSSED | Oddity.OPEN_OUTSIDE | Oddity.CLOSE_OUTSIDE),
        ((-14.0, 13.69, -40.32, -37.63), (-14.0, 13.69, -40.32, -37.63), Oddity.NON_POSITIVE),
        ((1.0, 2.0, 0.0, 0.0), (1.0, 2.0, 0.0, 0.0), Oddity.NON_POSITIVE),
        ((0.0, 0.0, -2.0, -1.0), (0.0, 0.0, -2.0, -1.0), Oddity.NON_POSITIVE),
        ((10.0, 12.0, 9.0, 11.0), (10.0, 12.0, 9.0, 11.0), 0),
    ],
)
def test_a_bar_that_contradicts_itself_is_kept_and_flagged(prices, stored, flags):
    cleaned = clean_bars(Bars.from_rows([(T0, *prices, 5.0)]), CALENDAR, HOUR, WEEK, LATER)
    bars = cleaned.bars
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == stored
    assert cleaned.odd.tolist() == [int(flags)]
    assert np.array_equal(cleaned.sent[:, 0], prices, equal_nan=True)
    assert cleaned.dropped == {}


SUNDAY = FIRST_DAY_S + 2 * DAY_S  # the calendar has the Friday before only


@pytest.mark.parametrize(
    ("row", "is_kept"),
    [
        ((11.5, 12.0, 11.0, 11.8, 5.0), True),
        ((11.0, 11.0, 11.0, 11.0, 7.0), True),  # flat, with volume
        ((11.5, 11.5, 11.5, 11.5, 0.0), True),  # flat and without volume, at another price
        ((11.0, 11.0, 11.0, 11.0, 0.0), False),  # a phantom: the close before once more
    ],
)
def test_a_daily_row_of_a_day_that_the_calendar_lacks_is_a_session_or_a_phantom(row, is_kept):
    friday = calendar_of((FIRST_DAY_S, 9 * HOUR_S, 16 * HOUR_S, 0, 0))
    rows = Bars.from_rows([(FIRST_DAY_S, *GOOD[1:]), (SUNDAY, *row)])
    cleaned = clean_bars(rows, friday, INTERVALS["1d"], WEEK, LATER)
    assert cleaned.bars.open_time.tolist() == [FIRST_DAY_S, SUNDAY][: 1 + is_kept]
    assert cleaned.odd.tolist() == [0, int(Oddity.SESSION)][: 1 + is_kept]
    assert cleaned.dropped == ({} if is_kept else {"phantom": 1})


def test_a_first_row_repeats_what_was_stored_before_it():
    friday = calendar_of((FIRST_DAY_S, 9 * HOUR_S, 16 * HOUR_S, 0, 0))
    rows = Bars.from_rows([(SUNDAY, 11.0, 11.0, 11.0, 11.0, 0.0)])
    for previous, n_kept in ((11.0, 0), (10.0, 1), (None, 0)):
        assert len(clean_bars(rows, friday, INTERVALS["1d"], WEEK, LATER, previous).bars) == n_kept


def test_bars_beside_the_sessions_are_kept_on_a_grid_that_they_share():
    evening = [(T0 + at, *GOOD[1:]) for at in (0, 10 * HOUR_S + 1800, 11 * HOUR_S + 1800)]
    alone = (T0 + 12 * HOUR_S + 900, *GOOD[1:])
    cleaned = clean_bars(Bars.from_rows([*evening, alone]), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.bars.open_time.tolist() == [row[0] for row in evening]
    assert cleaned.odd.tolist() == [0, int(Oddity.SESSION), int(Oddity.SESSION)]
    assert cleaned.dropped == {"live_row": 1}
    later = (T0 + 14 * HOUR_S, *GOOD[1:])
    assert clean_bars(Bars.from_rows([*evening, alone, later]), CALENDAR, HOUR, WEEK, LATER).dropped == {"off_grid": 1}


def test_a_bar_inside_the_break_is_kept_and_flagged():
    cleaned = clean_bars(Bars.from_rows([GOOD, (T0 + 3 * HOUR_S, *GOOD[1:])]), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.odd.tolist() == [0, int(Oddity.SESSION)]


def test_rows_without_a_close_are_distinguished_by_their_volume():
    rows = [(T0, nan, nan, nan, nan, 5.0), (T0 + HOUR_S, nan, nan, nan, nan, 0.0), (T0 + 2 * HOUR_S, *GOOD[1:])]
    cleaned = clean_bars(Bars.from_rows(rows), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.lost.tolist() == [T0, T0 + HOUR_S]
    assert cleaned.untraded.tolist() == [T0 + HOUR_S]
    assert cleaned.impossible == ((T0, "no_close"),)


def test_float32_noise_is_kept_as_it_is():
    noisy = (T0, 10.0, float(np.float32(501.98)), 9.0, 501.98000001, 5.0)
    cleaned = clean_bars(Bars.from_rows([noisy]), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.bars.equals(Bars.from_rows([noisy]))


@pytest.mark.parametrize("volume", [nan, -1.0, float("inf")])
def test_a_missing_volume_becomes_zero(volume):
    cleaned = clean_bars(Bars.from_rows([(*GOOD[:5], volume)]), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.bars.volume.tolist() == [0.0]
    assert cleaned.dropped == {}


@pytest.mark.parametrize(("volumes", "kept"), [([1, 2], 1), ([1, 0], 0), ([0, 2], 1), ([0, 0], 1), ([nan, 3], 1)])
def test_of_doubled_rows_the_last_with_volume_wins(volumes, kept):
    rows = [(T0, 10.0 + i, 12.0, 9.0, 11.0, float(volume)) for i, volume in enumerate(volumes)]
    cleaned = clean_bars(Bars.from_rows(rows), CALENDAR, HOUR, WEEK, LATER)
    assert cleaned.bars.open.tolist() == [10.0 + kept]
    assert cleaned.dropped == {"duplicate": 1}


def test_a_bar_that_has_not_begun_is_dropped():
    rows = [(T0 + i * HOUR_S, *GOOD[1:]) for i in range(2)]
    cleaned = clean_bars(Bars.from_rows(rows), CALENDAR, HOUR, WEEK, T0 + 60)
    assert cleaned.bars.open_time.tolist() == [T0]
    assert cleaned.dropped == {"future": 1}


def test_todays_daily_bar_is_kept_once_its_session_has_opened_on_the_utc_day_before():
    sydney = calendar_of((FIRST_DAY_S, -HOUR_S, 5 * HOUR_S, 0, 0))
    row = Bars.from_rows([(FIRST_DAY_S, *GOOD[1:])])
    for now, n_kept in ((FIRST_DAY_S - HOUR_S, 1), (FIRST_DAY_S - HOUR_S - 1, 0)):
        assert len(clean_bars(row, sydney, INTERVALS["1d"], WEEK, now).bars) == n_kept


def test_nothing_in_nothing_out():
    cleaned = clean_bars(Bars.empty(), CALENDAR, HOUR, WEEK, LATER)
    assert len(cleaned.bars) == 0
    assert cleaned.dropped == {}
