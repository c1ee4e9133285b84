"""The traps of yahoo.md §2, each through the real yfinance client against a loopback server."""

import datetime as dt
import gzip
import threading
import time

import numpy as np
import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.providers.answers import BarsAnswer, FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer

DAY = 86_400


def utc(*args):
    return int(dt.datetime(*args, tzinfo=dt.UTC).timestamp())


OPEN = utc(2026, 11, 2, 14, 30)  # 09:30 in New York
CLOSE = utc(2026, 11, 2, 21, 0)
ROWS = [(OPEN + 300 * i, 10.0 + i, 11.0 + i, 9.0 + i, 10.5 + i, 100 * i) for i in range(3)]


@pytest.fixture
def day(request_for):
    return request_for(OPEN, CLOSE)


@pytest.fixture
def good(chart, period):
    return 200, chart(ROWS, periods=[[period(OPEN, CLOSE)]])


def test_a_fetch_is_one_request_and_returns_plain_arrays(provider, yahoo_server, day, good):
    yahoo_server.says(good)
    answer = provider.fetch(day)
    assert isinstance(answer, BarsAnswer)
    assert answer.n_requests == len(yahoo_server.requests) == 1
    assert answer.bars.open_time.tolist() == [row[0] for row in ROWS]
    assert answer.bars.open.tolist() == [10.0, 11.0, 12.0]
    assert answer.bars.volume.tolist() == [0.0, 100.0, 200.0]
    assert answer.bars.volume.dtype == np.float64
    assert answer.sessions == ((OPEN, CLOSE),)


def test_the_request_is_what_yahoo_expects(provider, yahoo_server, day, good):
    yahoo_server.says(good)
    provider.fetch(day)
    (seen,) = yahoo_server.requests
    assert seen.path == "/v8/finance/chart/AAPL"
    assert seen.headers["X-Forwarded-Host"] == "query2.finance.yahoo.com"
    assert "Mozilla" in seen.headers["User-Agent"]
    assert seen.query["period1"] == str(OPEN)
    assert seen.query["period2"] == str(CLOSE)
    assert seen.query["interval"] == "5m"
    assert "crumb" not in seen.query


def test_the_instrument_is_read_from_meta(provider, yahoo_server, day, good):
    yahoo_server.says(good)
    instrument = provider.fetch(day).instrument
    assert (instrument.symbol, instrument.exchange, instrument.quote_type) == ("AAPL", "NMS", "EQUITY")
    assert (instrument.tz, instrument.currency, instrument.price_decimals) == ("America/New_York", "USD", 2)
    assert (instrument.first_open_time, instrument.name) == (345_479_400, "Apple Inc.")


def test_nothing_is_written_to_yfinances_sqlite_caches(provider, yahoo_server, day, good, tmp_path):
    yahoo_server.says(good)
    provider.fetch(day)
    provider.search("apple", 1.0)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("symbol", ["^GSPC", "EURUSD=X", "BRK-B", "M&M.NS", "US0378331005"])
def test_every_spelling_of_a_symbol_costs_one_request(provider, yahoo_server, request_for, good, symbol):
    yahoo_server.says(good)
    assert provider.fetch(request_for(OPEN, CLOSE, symbol=symbol)).n_requests == 1
    (seen,) = yahoo_server.requests
    assert seen.path.removeprefix("/v8/finance/chart/").replace("%5E", "^").replace("%26", "&") == symbol


# --- §2.3: failures are not replayed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "oops"),
        (502, "<html>Bad Gateway</html>"),
        (401, {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}),
        (200, '{"chart": {"result": [{"meta": {"cur'),
        (200, "Will be right back"),
    ],
)
def test_a_failure_is_not_replayed(provider, yahoo_server, day, good, status, body):
    yahoo_server.says((status, body), good)
    assert isinstance(provider.fetch(day), FaultAnswer)
    assert isinstance(provider.fetch(day), BarsAnswer)
    assert len(yahoo_server.requests) == 2


# --- §2.4: what each answer means, and that it costs one request ---------------------------------------------------

CAP_8_DAYS = (
    "1m data not available for startTime=1 and endTime=2. "
    "Only 8 days worth of 1m granularity data are allowed to be fetched per request."
)
CAP_30_DAYS = (
    "1m data not available for startTime=1 and endTime=2. The requested range must be within the last 30 days."
)
CAP_730_DAYS = (
    "1h data not available for startTime=1 and endTime=2. The requested range must be within the last 730 days."
)
CAP_YEARS = "Only 100 years worth of day granularity data are allowed to be fetched per request."
BEFORE_LISTING = "Data doesn't exist for startDate = 1, endDate = 2"
DELISTED = "No data found, symbol may be delisted"
BAD_INTERVAL = "Invalid input - interval=7m is not supported. Valid intervals: [1m, 2m, 5m]"
BAD_ORDER = "Invalid input - start date cannot be after end date. startDate = 2, endDate = 1"


@pytest.mark.parametrize(
    ("status", "text", "kind", "limit_s"),
    [
        (422, CAP_8_DAYS, RefusalKind.SPAN_TOO_WIDE, 8 * DAY),
        (422, CAP_YEARS, RefusalKind.SPAN_TOO_WIDE, 100 * 31_557_600),
        (422, CAP_30_DAYS, RefusalKind.BEYOND_LOOKBACK, 30 * DAY),
        (422, CAP_730_DAYS, RefusalKind.BEYOND_LOOKBACK, 730 * DAY),
        (400, BEFORE_LISTING, RefusalKind.BEFORE_LISTING, None),
        (404, DELISTED, RefusalKind.UNKNOWN_SYMBOL, None),
        (404, "anything", RefusalKind.UNKNOWN_SYMBOL, None),
        (400, BAD_INTERVAL, RefusalKind.BAD_REQUEST, None),
        (400, BAD_ORDER, RefusalKind.BAD_REQUEST, None),
        (200, BEFORE_LISTING, RefusalKind.BEFORE_LISTING, None),
    ],
)
def test_a_definitive_no_is_typed_and_costs_one_request(
    provider, yahoo_server, day, no_chart, status, text, kind, limit_s
):
    yahoo_server.says((status, no_chart(text)))
    assert provider.fetch(day) == RefusedAnswer(kind, text, limit_s, n_requests=1)
    assert len(yahoo_server.requests) == 1


@pytest.mark.parametrize(("status", "body"), [(429, "Edge: Too Many Requests"), (999, "Request denied")])
def test_a_rate_limit_is_seen_at_the_first_429(provider, yahoo_server, day, status, body):
    yahoo_server.says((status, body))
    answer = provider.fetch(day)
    assert isinstance(answer, RateLimitedAnswer)
    assert answer.n_requests == len(yahoo_server.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"finance": {"result": None, "error": {"code": "x", "description": "Invalid Cookie"}}}, "Invalid Cookie"),
        (403, "<html>Forbidden</html>", "403"),
        (404, "<html>no such page</html>", "404"),
        (422, {"chart": {"result": None, "error": {"code": "x", "description": "no such thing"}}}, "no such thing"),
        (500, {"chart": {"result": None, "error": {"code": "x", "description": "boom"}}}, "boom"),
        (502, "<html>Bad Gateway</html>", "502"),
        (503, "", "503"),
        (302, "", "not JSON"),
        (200, '{"chart": {"result": [{"meta"', "not JSON"),
        (200, "<html>log in to the hotel</html>", "not JSON"),
        (200, "", "not JSON"),
        (200, "Will be right back", "right back"),
        (200, {"chart": {"result": [], "error": None}}, "no chart"),
        (200, {"chart": {"result": None, "error": None}}, "no chart"),
        (200, {"chart": None}, "no chart"),
        (200, {}, "no chart"),
        (200, [], "no chart"),
        (200, {"chart": {"result": [{}], "error": None}}, "unknown shape"),
        (200, {"chart": {"result": None, "error": {"description": "unusual"}}}, "unusual"),
    ],
)
def test_a_broken_answer_is_a_fault_that_says_why(provider, yahoo_server, day, status, body, words):
    yahoo_server.says((status, body))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert words in answer.reason
    assert not answer.is_offline
    assert answer.n_requests == len(yahoo_server.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"exchangeTimezoneName": "Mars/Olympus"},
        {"exchangeTimezoneName": None},
        {"instrumentType": None, "exchangeTimezoneName": 5},
    ],
)
def test_an_odd_meta_is_a_fault(provider, yahoo_server, day, chart, odd):
    yahoo_server.says((200, chart(ROWS, **odd)))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert "unknown shape" in answer.reason


@pytest.mark.parametrize("field", ["instrumentType", "exchangeTimezoneName"])
def test_a_missing_field_of_meta_is_a_fault(provider, yahoo_server, day, good, field):
    del good[1]["chart"]["result"][0]["meta"][field]
    yahoo_server.says(good)
    assert isinstance(provider.fetch(day), FaultAnswer)


@pytest.mark.parametrize("field", ["timestamp", "indicators"])
def test_a_missing_field_of_the_result_is_a_fault(provider, yahoo_server, day, good, field):
    del good[1]["chart"]["result"][0][field]
    yahoo_server.says(good)
    assert isinstance(provider.fetch(day), FaultAnswer)


def test_an_empty_window_is_an_answer_without_bars(provider, yahoo_server, day, chart, period):
    yahoo_server.says((200, chart(periods=[[period(OPEN, CLOSE)]])))
    answer = provider.fetch(day)
    assert isinstance(answer, BarsAnswer)
    assert len(answer.bars) == 0
    assert answer.instrument.first_open_time == 345_479_400
    assert answer.sessions == ((OPEN, CLOSE),)
    assert answer.n_requests == 1


def test_an_empty_window_with_an_unreadable_meta_is_a_fault(provider, yahoo_server, day):
    yahoo_server.says((200, {"chart": {"result": [{"meta": {"symbol": "X"}, "indicators": {"quote": [{}]}}]}}))
    assert isinstance(provider.fetch(day), FaultAnswer)


def test_empty_arrays_are_an_answer_without_bars(provider, yahoo_server, day, good):
    result = good[1]["chart"]["result"][0]
    result["timestamp"] = []
    result["indicators"]["quote"] = [{name: [] for name in ("open", "high", "low", "close", "volume")}]
    yahoo_server.says(good)
    answer = provider.fetch(day)
    assert isinstance(answer, BarsAnswer)
    assert len(answer.bars) == 0


@pytest.mark.parametrize("interval", [name for name, row in INTERVALS.items() if row.base is row])
def test_every_fetched_interval_goes_through_the_client(provider, yahoo_server, request_for, chart, period, interval):
    yahoo_server.says((200, chart([(OPEN, 1.0, 2.0, 0.5, 1.5, 7)], periods=[[period(OPEN, CLOSE)]])))
    answer = provider.fetch(request_for(OPEN - OPEN % DAY, CLOSE, interval))
    assert answer.bars.open_time.tolist() == [utc(2026, 11, 2) if interval == "1d" else OPEN]
    assert yahoo_server.requests[0].query["interval"] == interval


# --- the network ---------------------------------------------------------------------------------------------------


def test_a_reset_is_a_fault_but_not_offline(provider, yahoo_server, day):
    yahoo_server.says(("reset", ""))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert (answer.is_offline, answer.n_requests) == (False, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
def test_an_unreachable_host_is_offline(cache_dir, day, url):
    from candledesk.providers.yahoo.client import YahooClient

    answer = YahooClient(url, cache_dir).fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert answer.is_offline


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_silent_or_dripping_host_costs_the_deadline_and_no_more(provider, yahoo_server, request_for, how):
    yahoo_server.says((how, ""))
    started = time.monotonic()
    answer = provider.fetch(request_for(OPEN, CLOSE, deadline_s=0.4))
    assert time.monotonic() - started < 10.0  # the host is silent to the end of the test
    assert isinstance(answer, FaultAnswer)
    assert answer.is_offline
    assert "timed out" in answer.reason


def test_a_spent_deadline_sends_nothing(provider, yahoo_server, request_for, good):
    yahoo_server.says(good)
    answer = provider.fetch(request_for(OPEN, CLOSE, deadline_s=0.0))
    assert isinstance(answer, FaultAnswer)
    assert (answer.n_requests, answer.is_offline, yahoo_server.requests) == (0, False, [])


def test_an_endless_body_is_cut(provider, yahoo_server, day):
    yahoo_server.says((200, b" " * ((32 << 20) + 1)))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert "larger" in answer.reason


def test_a_compressed_bomb_is_cut(provider, yahoo_server, day):
    yahoo_server.says((200, gzip.compress(bytes(64 << 20), 1), ("Content-Encoding", "gzip")))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert "larger" in answer.reason


def test_a_proxy_of_the_environment_does_not_divert_a_rewritten_request(
    monkeypatch, yahoo_server, cache_dir, day, good
):
    from candledesk.providers.yahoo.client import YahooClient

    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    yahoo_server.says(good)
    assert isinstance(YahooClient(yahoo_server.url, cache_dir).fetch(day), BarsAnswer)


def test_a_redirect_of_the_demo_server_is_not_followed_to_another_host(provider, yahoo_server, day):
    yahoo_server.says((302, "", ("Location", "https://consent.yahoo.com/")))
    assert isinstance(provider.fetch(day), FaultAnswer)
    assert len(yahoo_server.requests) == 1


def test_four_threads_do_not_mix_their_answers(provider, yahoo_server, request_for, chart, period):
    def echo(request):
        symbol = request.path.rsplit("/", 1)[1]
        price = float(symbol[1:])
        return 200, chart([(OPEN, price, price, price, price, 1)], periods=[[period(OPEN, CLOSE)]], symbol=symbol)

    yahoo_server.says(echo)
    wrong = []

    def work(k):
        for i in range(10):
            answer = provider.fetch(request_for(OPEN, CLOSE, symbol=f"T{k * 100 + i + 1}"))
            if answer.n_requests != 1 or answer.bars.close.tolist() != [k * 100.0 + i + 1]:
                wrong.append(answer)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(yahoo_server.requests) == 40


# --- search --------------------------------------------------------------------------------------------------------


def test_search_returns_typed_matches_with_one_request(provider, yahoo_server):
    quotes = [
        {"symbol": "AAPL", "longname": "Apple Inc.", "exchange": "NMS", "quoteType": "EQUITY"},
        {"symbol": "APLE", "shortname": "Apple Hospitality"},
        {"name": "no symbol"},
        {"symbol": "private company", "isYahooFinance": False},
    ]
    yahoo_server.says((200, {"quotes": quotes}))
    found = provider.search("apple", 1.0).matches
    assert [(match.symbol, match.name) for match in found] == [
        ("AAPL", "Apple Inc."),
        ("APLE", "Apple Hospitality"),
    ]
    (seen,) = yahoo_server.requests
    assert (seen.path, seen.query["q"]) == ("/v1/finance/search", "apple")


@pytest.mark.parametrize("answer", [(500, ""), (200, "{"), (200, []), (200, {"quotes": 5}), ("reset", "")])
def test_a_failed_search_is_a_fault_and_not_replayed(provider, yahoo_server, answer):
    yahoo_server.says(answer, (200, {"quotes": [{"symbol": "AAPL"}]}))
    assert isinstance(provider.search("apple", 1.0), FaultAnswer)
    assert [match.symbol for match in provider.search("apple", 1.0).matches] == ["AAPL"]


def test_a_search_reports_that_the_rate_is_limited(provider, yahoo_server):
    yahoo_server.says((429, "Too Many Requests"))
    assert isinstance(provider.search("apple", 1.0), RateLimitedAnswer)
