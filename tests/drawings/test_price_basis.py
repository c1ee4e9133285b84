"""A drawing stays on its candle in every mode, before and after a split."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.adjust import adjust_bars
from candledesk.drawings.drawing import Anchor
from candledesk.drawings.placing.price_basis import price_factors, raw_price
from tests.domain.strategies import FIRST_DAY_S, all_days, bars_at

N = 40
DAYS = FIRST_DAY_S + np.arange(N, dtype=np.int64) * DAY_S
CALENDAR = all_days(FIRST_DAY_S, N)


@dataclass(frozen=True)
class Action:
    date: int
    kind: str
    value: float
    currency: str | None = None


def split(day, ratio):
    return Action(int(DAYS[day]), "split", ratio)


def dividend(day, cash):
    return Action(int(DAYS[day]), "dividend", cash)


actions = st.lists(
    st.builds(split, st.integers(1, N - 1), st.sampled_from([4.0, 0.1, 1.046, 1000.0]))
    | st.builds(dividend, st.integers(1, N - 1), st.floats(0.01, 2.0)),
    max_size=6,
    unique_by=lambda one: (one.date, one.kind),
)


def shown_bars(stored, mode, known):
    return adjust_bars(stored, INTERVALS["1d"], CALENDAR, known, mode, stored)


@given(actions, st.sampled_from(["none", "splits", "all"]), st.integers(0, N - 1))
def test_the_high_of_a_candle_stays_its_high_in_every_mode(known, mode, at):
    stored = bars_at(DAYS)
    raw = shown_bars(stored, "none", known)
    anchor = Anchor(int(DAYS[at]), float(raw.high[at]), "1d")
    factors = price_factors([anchor], mode, known, CALENDAR, stored)
    assert anchor.price * factors[0] == pytest.approx(shown_bars(stored, mode, known).high[at], rel=1e-12)


@given(actions, st.sampled_from(["none", "splits", "all"]), st.integers(0, N - 2))
def test_a_later_split_moves_a_line_with_its_candles(known, mode, at):
    """The split becomes known after the line was drawn: the stored bars before it are divided, the anchor is not."""
    stored = bars_at(DAYS)
    raw = shown_bars(stored, "none", known)
    anchor = Anchor(int(DAYS[at]), float(raw.high[at]), "1d")
    later = [one for one in known if not (one.kind == "split" and one.date == DAYS[N - 1])] + [split(N - 1, 4.0)]
    is_before = DAYS[N - 1] > DAYS
    ratio = np.where(is_before, 4.0, 1.0)
    if len(later) != len(known) + 1:
        return
    rebased = Bars(
        DAYS.copy(), *(getattr(stored, name) / ratio for name in ("open", "high", "low", "close")), stored.volume
    )
    cash = [
        one
        if one.kind == "split" or one.date == DAYS[N - 1]
        else dividend(int(np.searchsorted(DAYS, one.date)), one.value / 4)
        for one in later
    ]
    factors = price_factors([anchor], mode, cash, "UTC", rebased)
    expected = shown_bars(rebased, mode, cash).high[at]
    assert anchor.price * factors[0] == pytest.approx(expected, rel=1e-12)


def test_a_level_is_moved_by_splits_and_not_by_dividends():
    stored = bars_at(DAYS)
    anchor, known = Anchor(int(DAYS[5]), 40.0, "1d"), [split(10, 4.0), dividend(12, 1.0)]
    level = price_factors([anchor], "all", known, "UTC", stored, is_level=True)
    assert level.tolist() == [0.25]
    assert price_factors([anchor], "all", known, "UTC", stored)[0] < 0.25
    assert price_factors([anchor], "none", known, "UTC", stored, is_level=True).tolist() == [1.0]


def test_daily_and_intraday_points_of_one_drawing_have_factors_of_their_own():
    known = [split(10, 4.0)]
    points = [
        Anchor(int(DAYS[10]) + 3_600, 1.0, "1h"),
        Anchor(int(DAYS[9]), 1.0, "1d"),
        Anchor(int(DAYS[9]) + 3_600, 1.0, "5m"),
        Anchor(int(DAYS[10]), 1.0, "1wk"),
    ]
    assert price_factors(points, "splits", known, "UTC").tolist() == [1.0, 0.25, 0.25, 1.0]


def test_a_shown_price_is_stored_as_it_was_traded():
    assert raw_price(25.0, 0.25) == 100.0


def test_the_date_of_an_instant_is_that_of_its_venue():
    """At 23:30 UTC it is the next day in Sydney, where the shares are split already."""
    points = [Anchor(int(DAYS[9]) + 84_600, 1.0, "5m")]
    assert price_factors(points, "splits", [split(10, 4.0)], "Australia/Sydney").tolist() == [1.0]
    assert price_factors(points, "splits", [split(10, 4.0)], "UTC").tolist() == [0.25]


def test_no_points_have_no_factors():
    assert price_factors([], "all", [], "UTC").tolist() == []


@pytest.mark.parametrize(("mode", "factor"), [("none", 1.0), ("splits", 0.25), ("all", 0.25)])
@pytest.mark.parametrize("is_level", [False, True])
def test_without_daily_bars_dividends_do_not_count(mode, factor, is_level):
    known = [split(10, 4.0), dividend(12, 1.0)]
    points = [Anchor(int(DAYS[5]), 40.0), Anchor(int(DAYS[10]), 10.0)]
    assert price_factors(points, mode, known, "UTC", is_level=is_level).tolist() == [factor, 1.0]
