"""Chart documents that yfinance cannot read, or reads otherwise than they are meant, through the real client."""

import json
from dataclasses import replace

import numpy as np
import pytest

from candledesk.providers.answers import BarsAnswer, CorporateAction, FaultAnswer
from candledesk.providers.yahoo.documents import is_answer_for, mend_chart

DAY = 86_400
OPEN, CLOSE = 1_793_629_800, 1_793_653_200  # Monday 2026-11-02, 09:30 to 16:00 in New York
ROWS = [(OPEN + 300 * i, 10.0 + i, 11.0 + i, 9.0 + i, 10.5 + i, 100 + i) for i in range(3)]
MONDAY = (OPEN, 10.0, 12.0, 9.0, 11.0, 500)
DATE = OPEN // DAY * DAY


@pytest.fixture
def five(request_for):
    return request_for(OPEN, CLOSE)


@pytest.fixture
def daily(request_for):
    return request_for(DATE - 7 * DAY, DATE + 2 * DAY, "1d")


def closes(answer):
    assert isinstance(answer, BarsAnswer)
    return dict(zip(answer.bars.open_time.tolist(), answer.bars.close.tolist(), strict=True))


def result_of(document):
    return document["chart"]["result"][0]


EXPECTED = {row[0]: row[4] for row in ROWS}


@pytest.mark.parametrize(
    "periods",
    [
        None,
        [],
        {},
        {"pre": [], "post": []},
        "none",
        [[None]],
        [[{"start": OPEN, "end": CLOSE}]],
        {"regular": [[{"start": OPEN, "end": CLOSE, "timezone": "EST", "gmtoffset": 0}]]},
        [[{"start": OPEN, "end": OPEN + 9_000}, {"start": OPEN + 12_600, "end": CLOSE}]],  # a lunch break
    ],
)
def test_no_shape_of_trading_periods_costs_a_bar(provider, yahoo_server, five, chart, periods):
    document = chart(ROWS)
    result_of(document)["meta"]["tradingPeriods"] = periods
    yahoo_server.says((200, document))
    answer = provider.fetch(five)
    assert closes(answer) == EXPECTED
    has_periods = "start" in json.dumps(periods)
    assert all(end - start > DAY for start, end in answer.sessions) or answer.sessions == ((OPEN, CLOSE),)
    assert has_periods == (answer.sessions == ((OPEN, CLOSE),))


@pytest.mark.parametrize("field", ["currency", "tradingPeriods", "regularMarketTime", "priceHint", "firstTradeDate"])
def test_a_field_of_meta_that_no_bar_needs_may_be_missing(provider, yahoo_server, five, chart, period, field):
    document = chart(ROWS, periods=[[period(OPEN, CLOSE)]])
    del result_of(document)["meta"][field]
    yahoo_server.says((200, document))
    assert closes(provider.fetch(five)) == EXPECTED


@pytest.mark.parametrize("odd", [{"regular": {"start": 1}}, {"regular": None}, [], 5])
def test_an_odd_current_period_costs_nothing(provider, yahoo_server, five, chart, odd):
    yahoo_server.says((200, chart(ROWS, currentTradingPeriod=odd)))
    assert closes(provider.fetch(five)) == EXPECTED


def test_a_column_that_is_missing_or_short_is_filled_with_nulls(provider, yahoo_server, five, daily, chart):
    document = chart(ROWS, adj=True)
    quote = result_of(document)["indicators"]["quote"][0]
    del quote["volume"]
    quote["high"].pop()
    result_of(document)["indicators"]["adjclose"] = [{"adjclose": [1.0]}]
    yahoo_server.says((200, document))
    answer = provider.fetch(five)
    assert closes(answer) == EXPECTED
    assert np.isnan(answer.bars.high).tolist() == [False, False, True]
    assert not (answer.bars.volume > 0).any()


@pytest.mark.parametrize("bad_first", [True, False])
def test_of_several_rows_with_one_stamp_the_usable_one_remains(provider, yahoo_server, five, chart, bad_first):
    time = ROWS[1][0]
    bad = [
        (time, 10.0, 9.0, 11.0, 10.0, 5),
        (time, -1.0, -1.0, -1.0, -1.0, 5),
        (time, 0.0, 0.0, 0.0, 0.0, 5),
        (time, None, None, None, None, None),
    ]
    rows = [*bad, *ROWS[::-1]] if bad_first else [*ROWS[::-1], *bad]
    yahoo_server.says((200, chart(rows)))
    answer = provider.fetch(five)
    assert closes(answer) == EXPECTED
    assert answer.bars.volume.tolist() == [100.0, 101.0, 102.0]


def test_an_action_stays_on_its_own_date_when_that_has_no_row(provider, yahoo_server, daily, chart):
    saturday = OPEN - 2 * DAY
    events = {
        "dividends": {str(saturday): {"amount": 0.5, "date": saturday}, "odd": {"amount": None, "date": OPEN}},
        "splits": {str(OPEN): {"date": OPEN, "numerator": 3, "denominator": 2, "splitRatio": "3:2"}, "x": {}},
    }
    yahoo_server.says((200, chart([(OPEN - 3 * DAY, 9.0, 9.5, 8.5, 9.0, 5), MONDAY], events=events)))
    answer = provider.fetch(daily)
    assert answer.actions == (CorporateAction(DATE - 2 * DAY, "dividend", 0.5), CorporateAction(DATE, "split", 1.5))
    assert list(closes(answer)) == [DATE - 3 * DAY, DATE]


def test_an_action_is_read_from_minutes_too(provider, yahoo_server, five, chart):
    yahoo_server.says((200, chart(ROWS, events={"dividends": {"1": {"amount": 0.5, "date": OPEN}}})))
    assert provider.fetch(five).actions == (CorporateAction(DATE, "dividend", 0.5),)


@pytest.mark.parametrize(
    ("live", "regular", "expected"),
    [
        (OPEN + 7_213, (OPEN, CLOSE), (10.0, 13.0, 9.0, 13.0, 500.0)),  # the session goes on
        (CLOSE + 1, (OPEN, CLOSE), (10.0, 12.0, 9.0, 11.0, 500.0)),  # it is over: the price may be a later one
        (CLOSE + 1, (OPEN + DAY, CLOSE + DAY), (10.0, 12.0, 9.0, 11.0, 500.0)),
    ],
)
def test_a_flat_live_row_never_takes_the_place_of_its_day(
    provider, yahoo_server, daily, chart, period, live, regular, expected
):
    today = {name: period(*regular) for name in ("pre", "regular", "post")}
    rows = [MONDAY, (live, 13.0, 13.0, 13.0, 13.0, 0)]
    yahoo_server.says((200, chart(rows, currentTradingPeriod=today, adj=True)))
    bars = provider.fetch(daily).bars
    assert bars.open_time.tolist() == [DATE]
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]) == expected


@pytest.mark.parametrize("rows", [ROWS, ()])
def test_an_answer_about_another_symbol_is_a_fault(provider, yahoo_server, five, chart, rows):
    yahoo_server.says((200, chart(rows, symbol="MSFT")))
    answer = provider.fetch(five)
    assert isinstance(answer, FaultAnswer)
    assert "MSFT" in answer.reason


def test_a_name_that_yahoo_insists_on_is_an_alias(provider, yahoo_server, five, chart):
    yahoo_server.says((200, chart(ROWS, symbol="MSFT")))
    assert isinstance(provider.fetch(five), FaultAnswer)
    assert closes(provider.fetch(five)) == EXPECTED


def test_no_other_name_is_accepted_after_the_right_one(provider, yahoo_server, five, chart):
    yahoo_server.says((200, chart(ROWS)), (200, chart(ROWS, symbol="MSFT")))
    assert closes(provider.fetch(five)) == EXPECTED
    assert all(isinstance(provider.fetch(five), FaultAnswer) for _ in range(3))


@pytest.mark.parametrize(
    ("asked", "named", "is_same"),
    [
        ("^N225", "^N225", True),
        ("^N225", "%5EN225", True),
        ("USDJPY=X", "JPY=X", True),
        ("JPY=X", "USDJPY=X", True),
        ("EURUSD=X", "EURUSD=X", True),
        ("BRK-B", "brk-b", True),
        ("BRK-B", "BRK-A", False),
        ("EURJPY=X", "JPY=X", False),
        ("X", None, True),
    ],
)
def test_what_counts_as_the_same_symbol(asked, named, is_same):
    assert is_answer_for(asked, {"symbol": named}) == is_same


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b'{"chart":null}', b'{"chart":{"result":[]}}'])
def test_what_is_no_chart_stays_as_it_is(body):
    assert mend_chart(body, step_s=DAY) is body


def test_a_good_answer_stays_as_it_is(chart, period):
    body = json.dumps(chart(ROWS, periods=[[period(OPEN, CLOSE)]])).encode()
    assert mend_chart(body, step_s=300) is body


def test_the_first_trade_is_not_gone_behind_where_that_is_refused(provider, yahoo_server, daily, chart):
    yahoo_server.says((200, chart([MONDAY])))
    provider.fetch(replace(daily, not_before=OPEN))
    assert int(yahoo_server.requests[0].query["period1"]) == OPEN
