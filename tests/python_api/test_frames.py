"""Frames and pictures of made-up rows: what the demo market does not have."""

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S
from candledesk.python_api.frames import FrameOptions, Series, empty_frame, history_frame, local_dates
from candledesk.python_api.picture import DOWN, MAX_CANDLES, UP, candles_svg
from candledesk.python_api.rows import PriceRows
from tests.fake_data import make_bars

MONDAY = 20_003 * DAY_S  # 2024-10-07
OPEN_S = 48_600  # 13:30 UTC


def make_rows(times, prices, volume=5.0):
    prices = np.array(prices, np.float64)
    columns = (prices.copy() for _ in range(4))
    return PriceRows(Bars(np.array(times, np.int64), *columns, np.full(len(prices), volume)), prices.copy())


def event(day, kind, value):
    date = MONDAY + day * DAY_S
    return CorporateEvent(date, kind, value, None, date + OPEN_S)


def make_frame(rows, events=(), quote_type="EQUITY", **options):
    share = Instrument("A", "NMS", quote_type, "America/New_York", "USD", 2, None)
    return history_frame(Series(share, rows, events), FrameOptions(**options))


def test_dividends_of_one_row_are_added_up_and_splits_multiplied():
    events = [event(0, EventKind.DIVIDEND, 0.5), event(1, EventKind.SPLIT, 2.0)]
    events += [event(3, EventKind.DIVIDEND, 0.25), event(4, EventKind.SPLIT, 3.0)]
    frame = make_frame(make_rows([MONDAY, MONDAY + 7 * DAY_S], [10, 11]), events, interval="1wk")
    assert frame["Dividends"].tolist() == [0.75, 0.0]
    assert frame["Stock Splits"].tolist() == [6.0, 0.0]


def test_an_event_on_a_day_without_a_row_belongs_to_the_row_before():
    frame = make_frame(make_rows([MONDAY, MONDAY + 2 * DAY_S], [10, 11]), [event(1, EventKind.DIVIDEND, 0.5)])
    assert frame["Dividends"].tolist() == [0.5, 0.0]


def test_an_event_before_the_first_row_is_left_out():
    frame = make_frame(make_rows([MONDAY + DAY_S], [10]), [event(0, EventKind.DIVIDEND, 0.5)])
    assert frame["Dividends"].tolist() == [0.0]


def test_a_week_to_come_gets_a_row_for_its_event_and_a_later_one_none():
    events = [event(8, EventKind.DIVIDEND, 0.5), event(20, EventKind.DIVIDEND, 0.5)]
    frame = make_frame(make_rows([MONDAY], [10]), events, interval="1wk")
    assert frame["Dividends"].tolist() == [0.0, 0.5]


def test_gains_have_a_column_of_their_own_for_funds_only():
    rows, gain = make_rows([MONDAY], [10]), [event(0, EventKind.CAPITAL_GAIN, 0.5)]
    assert make_frame(rows, gain, "ETF")["Capital Gains"].tolist() == [0.5]
    assert "Capital Gains" not in make_frame(rows, gain)


def test_rows_of_nothing_are_kept_with_keepna_only():
    rows = make_rows([MONDAY, MONDAY + DAY_S], [10, 0], volume=0.0)
    assert len(make_frame(rows)) == 1
    assert len(make_frame(rows, keepna=True)) == 2


def test_no_rows_are_the_empty_frame_of_yfinance():
    pd.testing.assert_frame_equal(make_frame(make_rows([], [])), empty_frame())


@pytest.mark.parametrize(
    ("date", "zone", "expected"),
    [
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),  # midnight did not exist
        ("2025-11-02", "America/Havana", "2025-11-02T00:00:00-04:00"),  # it came twice: the summer one, as yfinance
    ],
)
def test_a_midnight_that_a_clock_change_moves_is_that_of_yfinance(date, zone, expected):
    seconds = np.array([int(pd.Timestamp(date, tz="UTC").timestamp())])
    assert local_dates(seconds, zone)[0].isoformat() == expected


def test_a_picture_is_svg_with_a_wick_and_a_body_for_each_candle():
    bars = make_bars(50)
    root = ET.fromstring(candles_svg(bars))
    drawn = {path.get("fill"): path.get("d").count("z") for path in root}
    is_up = bars.close >= bars.open
    assert drawn == {UP: 2 * is_up.sum(), DOWN: 2 * (~is_up).sum()}


def test_a_picture_of_many_bars_shares_candles():
    root = ET.fromstring(candles_svg(make_bars(5_000)))
    n_candles = sum(path.get("d").count("z") for path in root) / 2
    assert MAX_CANDLES / 2 < n_candles <= MAX_CANDLES


def test_there_is_no_picture_of_nothing():
    assert candles_svg(Bars.empty()) == ""
