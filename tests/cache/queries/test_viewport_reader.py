"""Replies to charts: paging without duplicate or hole, whole derived bars, and the truth about the edge."""

import numpy as np
import pandas as pd
import pytest

from candledesk.cache.messages import EdgeState
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, days_back

MIDNIGHT = NOW // DAY_S * DAY_S
RULES = {"1wk": "W-MON", "1mo": "MS", "3mo": "QS"}


def resample(bars, name, symbol="AAA"):
    """The same bars by another road: pandas."""
    index = pd.DatetimeIndex(pd.to_datetime(bars.open_time, unit="s"))
    columns = {"open": bars.open, "high": bars.high, "low": bars.low, "close": bars.close, "volume": bars.volume}
    frame = pd.DataFrame({key: np.array(value) for key, value in columns.items()}, index=index)
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    if name in RULES:
        options = {"closed": "left", "label": "left"} if name == "1wk" else {}
        found = frame.resample(RULES[name], **options).agg(how)
    else:
        times = frame.index
        origin = times.normalize() + pd.Timedelta(0 if symbol == "BTC-USD" else 52_200, unit="s")
        step = pd.Timedelta({"30m": "30min", "4h": "4h"}[name])
        found = frame.groupby(origin + (times - origin) // step * step).agg(how)
    found = found.dropna()
    found.index = found.index.as_unit("s").asi8
    return found


def check_derived(bars, expected):
    found = expected.loc[bars.open_time[0] : bars.open_time[-1]]
    np.testing.assert_array_equal(bars.open_time, found.index)
    for field in ("open", "high", "low", "close", "volume"):
        np.testing.assert_allclose(getattr(bars, field), found[field], rtol=1e-12)


def page_left(harness, name, n_before, symbol="AAA"):
    """Scroll to the start of history as a chart does; return the pages, newest first."""
    pages, anchor = [], None
    for _ in range(400):
        reply = harness.view(name, anchor=anchor, n_before=n_before, symbol=symbol)
        while reply.edge is EdgeState.LOADING or not len(reply.bars):
            harness.settle()
            reply = harness.view(name, anchor=anchor, n_before=n_before, symbol=symbol)
            if reply.edge is EdgeState.START:
                break
        if len(reply.bars):
            pages.append(reply.bars)
            anchor = int(reply.bars.open_time[0])
        if reply.edge is EdgeState.START:
            return pages
    raise AssertionError("no start")


@pytest.mark.parametrize("symbol", ["AAA", "BTC-USD"])
@pytest.mark.parametrize(
    ("name", "n_before"),
    [
        *[("1m", 4_000), ("5m", 1_000), ("15m", 400), ("30m", 200), ("1h", 700), ("90m", 70), ("4h", 150)],
        *[("1d", 130), ("1wk", 17), ("1mo", 5), ("3mo", 2)],
    ],
)
def test_paging_left_returns_every_bar_once(harness, yahoo, name, n_before, symbol):
    pages = page_left(harness, name, n_before, symbol)
    times = np.concatenate([page.open_time for page in pages[::-1]])
    assert len(times) > n_before
    assert (np.diff(times) > 0).all()
    base = INTERVALS[name].base.name
    whole = yahoo.truth(symbol, base, Span(int(times[0]), NOW + 1))
    if base == name:
        np.testing.assert_array_equal(times, whole.open_time)
        return
    expected = resample(whole, name, symbol)
    for page in pages:
        check_derived(page, expected)
    assert len(times) == len(expected)


@pytest.mark.parametrize("name", ["30m", "4h", "1wk", "1mo", "3mo"])
def test_derived_bars_for_scripts_equal_pandas(harness, yahoo, name):
    days = 50 if name == "30m" else 300
    reply = harness.bars(name, days_back(days))
    assert reply.complete
    base = yahoo.truth("AAA", INTERVALS[name].base.name, Span(NOW - (days + 100) * DAY_S, NOW + 1))
    check_derived(reply.bars, resample(base, name))


def test_a_gap_in_the_middle_is_not_skipped(harness, yahoo):
    harness.bars("1h", Span(MIDNIGHT - 90 * DAY_S, MIDNIGHT - 60 * DAY_S))
    harness.bars("1h", Span(MIDNIGHT - 20 * DAY_S, NOW + 1))
    yahoo.gate.clear()
    reply = harness.view("1h", n_before=200)
    assert reply.edge is EdgeState.LOADING
    assert reply.bars.open_time[0] > MIDNIGHT - 21 * DAY_S
    derived = harness.view("4h", n_before=100, view_id=2)
    assert derived.bars.open_time[0] > MIDNIGHT - 21 * DAY_S
    yahoo.gate.set()
    harness.settle()
    reply = harness.view("1h", n_before=200)
    truth = yahoo.truth("AAA", "1h", Span(MIDNIGHT - 90 * DAY_S, NOW + 1)).take(slice(-200, None))
    np.testing.assert_array_equal(reply.bars.open_time, truth.open_time)
    assert reply.edge is EdgeState.MORE


def test_go_to_date_far_before_the_oldest_bar(harness, yahoo):
    harness.bars("1h", Span(MIDNIGHT - 20 * DAY_S, NOW + 1))
    anchor = MIDNIGHT - 300 * DAY_S
    yahoo.gate.clear()
    reply = harness.view("1h", anchor=anchor, n_before=30, n_after=30)
    assert (len(reply.bars), reply.edge, reply.at_latest) == (0, EdgeState.LOADING, False)
    yahoo.gate.set()
    harness.settle()
    reply = harness.view("1h", anchor=anchor, n_before=30, n_after=30)
    truth = yahoo.truth("AAA", "1h", Span(anchor - 30 * DAY_S, anchor + 30 * DAY_S))
    at = int(np.searchsorted(truth.open_time, anchor))
    np.testing.assert_array_equal(reply.bars.open_time, truth.open_time[at - 30 : at + 30])
    assert not reply.at_latest


def test_a_failed_gap_shows_what_is_stored_beyond_it_and_says_why(harness, yahoo):
    harness.bars("1h", Span(MIDNIGHT - 400 * DAY_S, MIDNIGHT - 370 * DAY_S))
    harness.bars("1h", Span(MIDNIGHT - 20 * DAY_S, NOW + 1))
    yahoo.script = lambda request: FaultAnswer("broken")
    assert harness.view("1h", n_before=200).bars.open_time[0] > MIDNIGHT - 21 * DAY_S
    harness.settle()
    assert harness.view("1h", n_before=200).bars.open_time[0] < MIDNIGHT - 370 * DAY_S
    first = harness.view("1h", anchor=MIDNIGHT - 399 * DAY_S, n_before=50)
    harness.settle()
    first = harness.view("1h", anchor=MIDNIGHT - 399 * DAY_S, n_before=50)
    assert (first.edge, first.edge_reason) == (EdgeState.FAILED, "broken")


def test_bars_older_than_the_lookback_stay_and_are_the_start(harness, yahoo):
    harness.backfill("1m")
    n = len(yahoo.requests)
    yahoo.now += 20 * DAY_S
    old = NOW - 25 * DAY_S
    reply = harness.view("1m", anchor=old, n_before=100_000, n_after=10)
    assert len(reply.bars) > 1000
    assert reply.edge is EdgeState.START
    assert "30 days" in reply.edge_reason
    harness.settle()
    assert len(yahoo.requests) == n


def test_a_listing_is_the_start(harness, yahoo):
    pages = page_left(harness, "1d", 500)
    reply = harness.view("1d", anchor=int(pages[-1].open_time[0]) + DAY_S, n_before=10)
    assert (reply.edge, "listing" in reply.edge_reason) == (EdgeState.START, True)


def test_the_trimmed_page_knows_that_more_is_stored(harness, yahoo):
    page_left(harness, "1wk", 200)
    reply = harness.view("1wk", n_before=5)
    assert (len(reply.bars), reply.edge, reply.at_latest) == (5, EdgeState.MORE, True)
    middle = harness.view("1wk", anchor=int(reply.bars.open_time[0]), n_before=5, n_after=2)
    assert (len(middle.bars), middle.edge, middle.at_latest) == (7, EdgeState.MORE, False)


@pytest.mark.parametrize("name", ["1h", "4h", "1d", "1wk"])
def test_behind_the_latest_bar_the_calendar_says_when_the_next_ones_open(harness, yahoo, name):
    harness.bars(INTERVALS[name].base.name, Span(MIDNIGHT - 60 * DAY_S, NOW + 1))
    reply = harness.view(name, n_before=20)
    latest = int(reply.bars.open_time[-1])
    wanted = expected_open_times(yahoo.calendar("AAA"), INTERVALS[name], Span(latest + 1, latest + 5_000 * DAY_S))[:500]
    assert reply.at_latest
    assert reply.upcoming.tolist() == wanted.tolist()
    assert len(wanted) >= 3
    back = harness.view(name, anchor=int(reply.bars.open_time[-10]), n_before=5, n_after=2)
    assert (back.at_latest, back.upcoming) == (False, None)


def test_the_reply_says_when_the_oldest_stored_bar_opens(harness, yahoo):
    harness.bars("1h", Span(MIDNIGHT - 60 * DAY_S, NOW + 1))
    reply = harness.view("1h", n_before=20)
    truth = yahoo.truth("AAA", "1h", Span(MIDNIGHT - 60 * DAY_S, NOW + 1))
    assert (reply.stored_from, reply.n_older) == (int(truth.open_time[0]), len(truth) - len(reply.bars))
    assert harness.view("4h", n_before=5, view_id=2).stored_from is None


def test_an_empty_calendar_is_an_error_and_not_a_circle(harness, yahoo):
    calendar = yahoo.calendars["EQUITY"]
    yahoo.calendars["EQUITY"] = type(calendar)("XNON", "UTC", *(calendar.date[:0] for _ in range(5)))
    yahoo.script = lambda request: yahoo.bars_answer(request, lambda bars: bars)
    for _ in range(10):
        reply = harness.view("1d")
        harness.settle()
    assert reply.edge in {EdgeState.FAILED, EdgeState.LOADING}
    assert yahoo.n_calendars < 5
    assert len(yahoo.requests) < 5
