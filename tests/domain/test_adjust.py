"""Other price bases at read time, against numbers worked out by hand."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.adjust import adjust_bars
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.resample import resample_bars
from candledesk.provider.answers import CorporateAction
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
        CorporateAction(DATES[1], "capital_gain", 10.0),
    ],
)
def test_what_cannot_be_told_changes_nothing(action):
    assert adjust_bars(DAILY, DAY, CALENDAR, [action], "all").close.tolist() == CLOSES


@pytest.mark.parametrize("mode", ["none", "splits", "all"])
def test_no_bars_or_no_actions(mode):
    assert len(adjust_bars(Bars.empty(), DAY, CALENDAR, SPLITS + DIVIDENDS, mode)) == 0
    assert adjust_bars(DAILY, DAY, CALENDAR, [], mode) is DAILY
    assert adjust_bars(DAILY, DAY, CALENDAR, SPLITS + DIVIDENDS, mode, Bars.empty()).open_time.tolist() == DATES


class _Row(NamedTuple):
    date: int
    kind: str
    value: float


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0.1, 20)), max_size=5), st.integers(0, 9))
def test_adjusting_keeps_the_shape_of_bars_and_their_traded_value(splits, seed):
    bars = bars_at(column([FIRST_DAY_S + i * DAY_S for i in range(31)]), seed)
    calendar = calendar_of(*((int(t), 0, DAY_S, 0, 0) for t in bars.open_time))
    raw = adjust_bars(bars, DAY, calendar, [_Row(FIRST_DAY_S + d * DAY_S, "split", v) for d, v in splits], "none")
    assert (raw.low <= np.minimum(raw.open, raw.close) * (1 + 1e-12)).all()
    assert raw.close * raw.volume == pytest.approx(bars.close * bars.volume)
    assert len(resample_bars(raw, calendar, INTERVALS["1wk"])) > 0
