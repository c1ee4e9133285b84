"""Other price bases at read time, against numbers worked out by hand."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.prices.adjust import adjust_bars, in_currency
from candledesk.domain.prices.resample import resample_bars
from candledesk.providers.answers import CorporateAction
from tests.domain.strategies import FIRST_DAY_S, bars_at, calendar_of, column

DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]
DATES = [FIRST_DAY_S + i * DAY_S for i in range(4)]
CALENDAR = calendar_of(*((date, -HOUR_S, 5 * HOUR_S, 0, 0) for date in DATES))  # opens on the UTC day before
CLOSES = [100.0, 50.0, 25.0, 20.0]
DAILY = Bars.from_rows([(date, c, c, c, c, 8.0) for date, c in zip(DATES, CLOSES, strict=True)])
SPLITS = [CorporateAction(DATES[3], "split", 2.0), CorporateAction(DATES[1], "split", 4.0)]
DIVIDENDS = [CorporateAction(DATES[1], "dividend", 10.0), CorporateAction(DATES[3], "dividend", 5.0)]


def test_splits_is_the_stored_basis():
    assert adjust_bars(DAILY, DAY, CALENDAR, SPLITS + DIVIDENDS, "splits") is DAILY


def test_none_undoes_all_later_splits():
    raw = adjust_bars(DAILY, DAY, CALENDAR, SPLITS + DIVIDENDS, "none")
    assert raw.close.tolist() == [800.0, 100.0, 50.0, 20.0]
    assert raw.volume.tolist() == [1.0, 4.0, 4.0, 8.0]
    assert raw.open.tolist() == raw.high.tolist() == raw.low.tolist() == raw.close.tolist()


def test_all_takes_dividends_off_earlier_prices():
    adjusted = adjust_bars(DAILY, DAY, CALENDAR, SPLITS + DIVIDENDS, "all")
    late, early = 1 - 5 / 25, 1 - 10 / 100
    assert adjusted.close == pytest.approx([100 * early * late, 50 * late, 25 * late, 20])
    assert adjusted.volume.tolist() == DAILY.volume.tolist()
    # The point of it: the return over an ex-date is the price change plus the dividend.
    assert adjusted.close[3] / adjusted.close[2] == pytest.approx(20 / (25 - 5))


def test_intraday_bars_follow_their_session_date_and_the_daily_closes():
    times = column([date + offset for date in DATES for offset in (-HOUR_S, 0)])
    hours = Bars(times, *(np.full(len(times), 10.0) for _ in range(5)))
    raw = adjust_bars(hours, HOUR, CALENDAR, SPLITS, "none")
    assert raw.close.tolist() == [80, 80, 20, 20, 20, 20, 10, 10]
    late, early = 1 - 5 / 25, 1 - 10 / 100
    adjusted = adjust_bars(hours, HOUR, CALENDAR, DIVIDENDS, "all", DAILY)
    assert adjusted.close == pytest.approx(np.repeat([10 * early * late, 10 * late, 10 * late, 10], 2))
    without_daily = adjust_bars(hours, HOUR, CALENDAR, DIVIDENDS[1:], "all")
    assert without_daily.close == pytest.approx([5.0] * 6 + [10.0] * 2)


@pytest.mark.parametrize(
    "action",
    [
        CorporateAction(DATES[0], "dividend", 10.0),  # no close before it
        CorporateAction(DATES[1], "dividend", 100.0),  # not below the close before it
        CorporateAction(DATES[1], "dividend", 0.0),
        CorporateAction(DATES[1], "rights", 10.0),
    ],
)
def test_what_cannot_be_decided_changes_nothing(action):
    assert adjust_bars(DAILY, DAY, CALENDAR, [action], "all").close.tolist() == CLOSES


@pytest.mark.parametrize("mode", ["none", "splits", "all"])
def test_no_bars_or_no_actions(mode):
    assert len(adjust_bars(Bars.empty(), DAY, CALENDAR, SPLITS + DIVIDENDS, mode)) == 0
    assert adjust_bars(DAILY, DAY, CALENDAR, [], mode) is DAILY
    assert adjust_bars(DAILY, DAY, CALENDAR, SPLITS + DIVIDENDS, mode, Bars.empty()).open_time.tolist() == DATES


# --- gains of funds ------------------------------------------------------------------------------------------------

FUND_DATES = [FIRST_DAY_S + i * DAY_S for i in range(12)]


def fund(falls):
    """Return a fund's dailies: 100 on the first day, then moved by 0.1 a day, and down by ``falls`` on their days."""
    closes, close = [], 100.0
    for day in range(12):
        close -= falls.get(day, 0.1 if day % 2 else -0.1)
        closes.append(close)
    return Bars.from_rows([(date, c, c, c, c, 0.0) for date, c in zip(FUND_DATES, closes, strict=True)])


def payments(*rows):
    return [
        CorporateAction(FUND_DATES[day], kind, value)
        for day, dividend, gain in rows
        for kind, value in (("dividend", dividend), ("capital_gain", gain))
        if value
    ]


def factor_of(bars, actions):
    adjusted = adjust_bars(bars, DAY, CALENDAR, actions, "all", bars)
    assert adjusted.close[-1] == bars.close[-1]
    return adjusted.close[0] / bars.close[0]


@pytest.mark.parametrize(
    ("dividend", "gain", "fall", "paid"),
    [
        (2.0, 1.0, 3.1, 3.0),  # it fell by both
        (2.0, 1.0, 2.1, 2.0),  # the dividend holds the gain
        (2.0, 2.0, 2.1, 2.0),
        (2.0, 1.0, 2.7, 3.0),
        (2.0, 1.0, 2.5, 2.0),
        (1.0, 2.0, 1.1, 3.0),  # a dividend cannot hold a gain that is larger
        (0.0, 2.0, 2.1, 2.0),
        (2.0, 0.0, 2.1, 2.0),
    ],
)
def test_a_gain_is_taken_off_once(dividend, gain, fall, paid):
    bars = fund({6: fall})
    assert factor_of(bars, payments((6, dividend, gain))) == pytest.approx(1 - paid / bars.close[5])


@pytest.mark.parametrize(("n_held", "is_held"), [(3, True), (2, True), (1, False), (0, False)])
def test_two_thirds_of_the_days_decide_for_all(n_held, is_held):
    days = (3, 6, 9)
    bars = fund({day: 2.1 if place < n_held else 3.1 for place, day in enumerate(days)})
    expected = np.prod([1 - (2.0 if is_held else 3.0) / bars.close[day - 1] for day in days])
    assert factor_of(bars, payments(*((day, 2.0, 1.0) for day in days))) == pytest.approx(expected)


def test_a_fall_is_measured_by_the_close_before_it_whatever_the_price_does_later():
    bars = fund({6: 2.5, 7: -80.0})
    factor = (1 - 2.0 / bars.close[5]) * (1 - 0.01 / bars.close[6])
    assert factor_of(bars, payments((6, 2.0, 1.0), (7, 0.01, 0.0))) == pytest.approx(factor)


def test_a_day_without_a_close_has_no_vote():
    bars = fund({6: 2.1})
    without = bars.take(bars.open_time != FUND_DATES[6])
    assert factor_of(without, payments((6, 2.0, 1.0))) == pytest.approx(1 - 3.0 / bars.close[5])


def test_intraday_bars_of_a_fund_are_judged_by_the_last_close_of_each_day():
    daily = fund({6: 2.1})
    times = column([date + offset for date in FUND_DATES for offset in (0, HOUR_S)])
    calendar = calendar_of(*((date, 0, 5 * HOUR_S, 0, 0) for date in FUND_DATES))
    closes = np.column_stack([daily.close + 50.0, daily.close]).ravel()
    hours = Bars(times, *(closes.copy() for _ in range(5)))
    adjusted = adjust_bars(hours, HOUR, calendar, payments((6, 2.0, 1.0)), "all")
    assert adjusted.close[0] / hours.close[0] == pytest.approx(1 - 2.0 / daily.close[5])


@pytest.mark.parametrize("previous", [-37.63, 0.0, np.nan, 9.0, 10.0])
def test_cash_that_is_not_below_a_positive_close_changes_nothing(previous):
    bars = Bars.from_rows([(date, c, c, c, c, 0.0) for date, c in zip(DATES, [previous, 5.0, 5.0, 5.0], strict=True)])
    adjusted = adjust_bars(bars, DAY, CALENDAR, [CorporateAction(DATES[1], "dividend", 10.0)], "all")
    np.testing.assert_array_equal(adjusted.close, bars.close)


# --- currencies ----------------------------------------------------------------------------------------------------


def no_rate(date, source, target):
    return None


@pytest.mark.parametrize(
    ("price", "stated", "value"),
    [
        ("GBp", None, 10.0),
        (None, "USD", 10.0),
        ("GBp", "GBp", 10.0),
        ("GBp", "GBX", 10.0),
        ("GBp", "GBP", 1000.0),
        ("GBP", "GBp", 0.1),
        ("ZAc", "ZAR", 1000.0),
        ("ILA", "ILS", 1000.0),
        ("ILS", "ILA", 0.1),
        ("KWF", "KWD", 10_000.0),
        ("GBP", "USD", None),
        ("GBp", "ZAR", None),
    ],
)
def test_units_of_one_currency_need_no_rate(price, stated, value):
    action = CorporateAction(DATES[1], "dividend", 10.0, stated)
    priced, others = in_currency([action], price, no_rate)
    assert [one.value for one in priced] == pytest.approx([] if value is None else [value])
    assert others == ([action] if value is None else [])


@pytest.mark.parametrize(
    ("price", "stated", "pair", "rate", "value"),
    [
        ("GBP", "USD", ("USD", "GBP"), 0.8, 8.0),
        ("GBp", "USD", ("USD", "GBP"), 0.8, 800.0),
        ("USD", "JPY", ("JPY", "USD"), 1 / 150, 10 / 150),
        ("ZAc", "GBp", ("GBP", "ZAR"), 24.0, 240.0),
        ("GBP", "USD", ("EUR", "USD"), 1.1, None),
    ],
)
def test_another_currency_is_converted_at_the_rate_of_the_day(price, stated, pair, rate, value):
    action = CorporateAction(DATES[1], "capital_gain", 10.0, stated)
    priced, others = in_currency([action], price, lambda *asked: rate if asked == (DATES[1], *pair) else None)
    assert [one.value for one in priced] == pytest.approx([] if value is None else [value])
    assert [(one.kind, one.date) for one in priced] == ([] if value is None else [("capital_gain", DATES[1])])
    assert others == ([action] if value is None else [])


def test_a_split_has_no_currency():
    split = CorporateAction(DATES[1], "split", 4.0, "USD")
    priced, others = in_currency([split], "GBP", no_rate)
    assert ([one.value for one in priced], others) == ([4.0], [])


class _Row(NamedTuple):
    date: int
    kind: str
    value: float
    currency: str | None = None


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0.1, 20)), max_size=5), st.integers(0, 9))
def test_adjusting_keeps_the_shape_of_bars_and_their_traded_value(splits, seed):
    bars = bars_at(column([FIRST_DAY_S + i * DAY_S for i in range(31)]), seed)
    calendar = calendar_of(*((int(t), 0, DAY_S, 0, 0) for t in bars.open_time))
    raw = adjust_bars(bars, DAY, calendar, [_Row(FIRST_DAY_S + d * DAY_S, "split", v) for d, v in splits], "none")
    assert (raw.low <= np.minimum(raw.open, raw.close) * (1 + 1e-12)).all()
    assert raw.close * raw.volume == pytest.approx(bars.close * bars.volume)
    assert len(resample_bars(raw, calendar, INTERVALS["1wk"])) > 0
