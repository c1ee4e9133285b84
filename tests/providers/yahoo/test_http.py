"""The session under yfinance, on its own."""

import time

import pytest

from candledesk.providers.yahoo.http import LEAST_TIMEOUT_S, DeadlineError, StatusError, YahooHttpClient


@pytest.fixture
def session(yahoo_server):
    with YahooHttpClient(yahoo_server.url) as session:
        yield session


@pytest.mark.parametrize("url", ["https://fc.yahoo.com", "https://guce.yahoo.com/consent?a=1", "http://x.test:8080/y"])
def test_every_url_goes_to_the_base_with_its_host_in_a_header(session, yahoo_server, url):
    yahoo_server.says((200, ""))
    session.get(url, headers={"Referer": "kept"})
    (seen,) = yahoo_server.requests
    assert seen.headers["X-Forwarded-Host"] == url.split("/")[2]
    assert seen.headers["Referer"] == "kept"


def test_a_redirect_is_not_followed_away_from_the_base(session, yahoo_server):
    yahoo_server.says((302, "", ("Location", "https://consent.yahoo.com/")))
    assert session.get("https://fc.yahoo.com", allow_redirects=True).status_code == 302


def test_a_base_url_with_a_path_keeps_it(yahoo_server):
    yahoo_server.says((200, ""))
    with YahooHttpClient(f"{yahoo_server.url}/mirror/") as session:
        session.get("https://query2.finance.yahoo.com/v8/finance/chart/X?a=1", params={"b": 2})
    (seen,) = yahoo_server.requests
    assert (seen.path, seen.query) == ("/mirror/v8/finance/chart/X", {"a": "1", "b": "2"})


@pytest.mark.parametrize("timeout", [30, (20, 30), None])
def test_a_longer_timeout_of_the_caller_is_clamped_to_the_deadline(session, yahoo_server, timeout):
    yahoo_server.says(("hang", ""))
    started = time.monotonic()
    with session.call(0.3), pytest.raises(OSError, match="timed out"):
        session.get("https://fc.yahoo.com", timeout=timeout)
    assert time.monotonic() - started < 10.0


def test_all_requests_of_a_call_share_its_deadline_and_are_counted(session, yahoo_server):
    yahoo_server.says((200, ""), (200, ""), ("hang", ""))
    with session.call(1.0) as call:
        session.get("https://fc.yahoo.com")
        session.get("https://fc.yahoo.com")
        with pytest.raises(OSError, match="timed out"):
            session.get("https://fc.yahoo.com")
        assert call.n_requests == 3
        with pytest.raises(DeadlineError):
            session.get("https://fc.yahoo.com")
        assert call.n_requests == 3


def test_less_than_a_millisecond_is_not_for_ever(session, yahoo_server):
    yahoo_server.says(("hang", ""))
    with session.call(0.9 * LEAST_TIMEOUT_S) as call, pytest.raises(DeadlineError):
        session.get("https://fc.yahoo.com")
    assert call.n_requests == 0
    with session.call(2.0), pytest.raises(OSError, match="timed out"):
        session.get("https://fc.yahoo.com", timeout=0.2 * LEAST_TIMEOUT_S)


@pytest.mark.parametrize(
    ("body", "reason", "is_chart_error"),
    [
        ({"chart": {"error": {"code": "c", "description": "why"}}}, "why", True),
        ({"chart": {"error": {"code": "c", "description": None}}}, "c", True),
        ({"finance": {"error": {"code": "c", "description": "why"}}}, "why", False),
        ({"chart": {"error": None}}, "", False),
        ({"chart": None}, "", False),
        ([], "", False),
        ("<html>", "", False),
        (b"\xff\xfe", "", False),
    ],
)
def test_an_error_status_is_raised_with_its_reason(session, yahoo_server, body, reason, is_chart_error):
    yahoo_server.says((422, body))
    with pytest.raises(StatusError) as caught:
        session.get("https://query2.finance.yahoo.com/x")
    assert (caught.value.status, caught.value.reason, caught.value.is_chart_error) == (422, reason, is_chart_error)


def test_without_a_base_url_requests_go_where_they_say_and_redirects_count(yahoo_server):
    yahoo_server.says((302, "", ("Location", "/moved")), (200, "there"))
    with YahooHttpClient() as session, session.call(2.0) as call:
        assert session.get(f"{yahoo_server.url}/x").text == "there"
        assert call.n_requests == 2
    assert [seen.path for seen in yahoo_server.requests] == ["/x", "/moved"]
    assert "X-Forwarded-Host" not in yahoo_server.requests[0].headers
