"""What may be stored: each reason to drop a bar, and that cleaning what is clean changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.clean import clean_bars, jump_ratio
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.sessions import is_on_grid
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, bars_at, calendar_of, calendars, column, spans

HOUR = INTERVALS["1h"]
T0 = FIRST_DAY_S + 9 * HOUR_S
DESK = calendar_of((FIRST_DAY_S, 9 * HOUR_S, 16 * HOUR_S, 12 * HOUR_S, 13 * HOUR_S))
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
def test_cleaning_is_idempotent_complete_and_valid(raw, calendar, interval, span, days):
    now = FIRST_DAY_S + days * DAY_S
    once = clean_bars(raw, calendar, interval, span, now)
    again = clean_bars(once.bars, calendar, interval, span, now)
    assert again.bars.equals(once.bars)
    assert again.dropped == {}
    assert len(once.bars) + sum(once.dropped.values()) == len(raw)
    bars = once.bars
    assert (np.diff(bars.open_time) > 0).all()
    assert is_on_grid(calendar, interval, bars.open_time).all()
    assert bars.within(span).equals(bars)
    assert (bars.low > 0).all()
    assert (bars.volume >= 0).all()
    assert np.isfinite([bars.open, bars.high, bars.low, bars.close, bars.volume]).all()
    assert (bars.high >= np.maximum(bars.open, bars.close) * (1 - 1e-6)).all()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((T0, 10.0, nan, 9.0, 11.0, 5.0), "nan"),
        ((T0, 10.0, float("inf"), 9.0, 11.0, 5.0), "nan"),
        ((T0, 10.0, 12.0, 0.0, 11.0, 5.0), "non_positive"),
        ((T0, 10.0, 8.0, 9.0, 8.5, 5.0), "high_low"),
        ((T0, 10.0, 10.5, 9.0, 11.0, 5.0), "high_low"),
        ((T0, 10.0, 12.0, 10.5, 11.0, 5.0), "high_low"),
        ((T0 - 9 * HOUR_S - 1, *GOOD[1:]), "outside_span"),
        ((T0 + 7 * HOUR_S, *GOOD[1:]), "out_of_session"),  # the row at the close
        ((T0 - 1, *GOOD[1:]), "out_of_session"),
        ((T0 + 123, *GOOD[1:]), "off_grid"),  # the live row
        ((T0 + 3 * HOUR_S, *GOOD[1:]), "off_grid"),  # inside the break
    ],
)
def test_a_bad_row_is_dropped_and_counted(row, reason):
    cleaned = clean_bars(Bars.from_rows([GOOD, row]), DESK, HOUR, WEEK, LATER)
    assert cleaned.bars.equals(Bars.from_rows([GOOD]))
    assert cleaned.dropped == {reason: 1}


def test_float32_noise_is_kept_as_it_is():
    noisy = (T0, 10.0, float(np.float32(501.98)), 9.0, 501.98000001, 5.0)
    cleaned = clean_bars(Bars.from_rows([noisy]), DESK, HOUR, WEEK, LATER)
    assert cleaned.bars.equals(Bars.from_rows([noisy]))


@pytest.mark.parametrize("volume", [nan, -1.0, float("inf")])
def test_a_missing_volume_becomes_zero(volume):
    cleaned = clean_bars(Bars.from_rows([(*GOOD[:5], volume)]), DESK, HOUR, WEEK, LATER)
    assert cleaned.bars.volume.tolist() == [0.0]
    assert cleaned.dropped == {}


@pytest.mark.parametrize(("volumes", "kept"), [([1, 2], 1), ([1, 0], 0), ([0, 2], 1), ([0, 0], 1), ([nan, 3], 1)])
def test_of_doubled_rows_the_last_with_volume_wins(volumes, kept):
    rows = [(T0, 10.0 + i, 12.0, 9.0, 11.0, float(volume)) for i, volume in enumerate(volumes)]
    cleaned = clean_bars(Bars.from_rows(rows), DESK, HOUR, WEEK, LATER)
    assert cleaned.bars.open.tolist() == [10.0 + kept]
    assert cleaned.dropped == {"duplicate": 1}


def test_a_bar_that_has_not_begun_is_dropped():
    rows = [(T0 + i * HOUR_S, *GOOD[1:]) for i in range(2)]
    cleaned = clean_bars(Bars.from_rows(rows), DESK, HOUR, WEEK, T0 + 60)
    assert cleaned.bars.open_time.tolist() == [T0]
    assert cleaned.dropped == {"future": 1}


def test_todays_daily_bar_is_kept_once_its_session_has_opened_on_the_utc_day_before():
    sydney = calendar_of((FIRST_DAY_S, -HOUR_S, 5 * HOUR_S, 0, 0))
    row = Bars.from_rows([(FIRST_DAY_S, *GOOD[1:])])
    for now, n_kept in ((FIRST_DAY_S - HOUR_S, 1), (FIRST_DAY_S - HOUR_S - 1, 0)):
        assert len(clean_bars(row, sydney, INTERVALS["1d"], WEEK, now).bars) == n_kept


def test_nothing_in_nothing_out():
    cleaned = clean_bars(Bars.empty(), DESK, HOUR, WEEK, LATER)
    assert len(cleaned.bars) == 0
    assert cleaned.dropped == {}


@pytest.mark.parametrize("factor", [1.0, 0.01, 0.25])
def test_jump_ratio_is_the_median_over_shared_bars(factor):
    stored = bars_at(column(range(10)))
    new = Bars.from_rows([(t, o, h, lo, c * factor, v) for t, o, h, lo, c, v in _rows(stored)[5:]] + [(99, *GOOD[1:])])
    assert jump_ratio(new, stored) == pytest.approx(factor)


def test_jump_ratio_needs_a_shared_bar():
    assert jump_ratio(bars_at(column([1, 2])), bars_at(column([3]))) is None
    assert jump_ratio(Bars.empty(), Bars.empty()) is None


def _rows(bars):
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return list(zip(*(values.tolist() for values in columns), strict=True))
