"""The first request for a new symbol: bars that are wanted anyway, and one request for a symbol that does not exist."""

from dataclasses import replace

import pytest

from candledesk.cache.rules.first_request import daily_first_request, first_request, usable_window
from candledesk.cache.rules.planner import Facts
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.windows import FetchLimits
from candledesk.providers.answers import FaultAnswer, RefusalKind, RefusedAnswer
from candledesk.providers.yahoo.capabilities import LIMITS
from candledesk.providers.yahoo.tickers import is_likely_24h
from tests.cache.conftest import FIRST_DAY, NOW, WAIT_S, make_bars, weekday_calendar

TODAY = NOW // DAY_S * DAY_S
WEEKDAYS = weekday_calendar()


def discover(name, wanted=None, symbol="AAA", *, is_view=False, window_s=None, now=NOW):
    interval = INTERVALS[name]
    limits = LIMITS[name] if window_s is None else replace(LIMITS[name], window_s=window_s)
    return first_request(interval, wanted, now, limits, is_24h=is_likely_24h(symbol), is_view=is_view)


def test_of_dailies_the_whole_history_is_asked():
    found = discover("1d", Span(NOW - 9 * DAY_S, NOW))
    assert found.interval is INTERVALS["1d"]
    assert found.window.end == TODAY + 2 * DAY_S
    assert 98 * 365 * DAY_S < found.window.end - found.window.start <= LIMITS["1d"].window_s


@pytest.mark.parametrize("name", ["1m", "2m", "5m", "15m", "1h", "90m"])
def test_intraday_the_latest_window_is_asked_inside_the_look_back(name):
    found, interval = discover(name), INTERVALS[name]
    assert (found.interval, found.window.end) == (interval, NOW + 1)
    assert found.window.start >= NOW - LIMITS[name].lookback_s
    assert LIMITS[name].window_s - DAY_S < found.window.end - found.window.start <= LIMITS[name].window_s
    assert discover(name, now=NOW + 60).window.start == found.window.start  # the same while it is tried again


def test_what_is_wanted_is_asked_as_it_is_when_it_fits():
    wanted = Span(NOW - 6 * DAY_S + 5, NOW - 2 * DAY_S)
    assert discover("1m", wanted).window == wanted
    assert discover("1m", Span(NOW - 25 * DAY_S, NOW)).window.start == TODAY - 7 * DAY_S
    assert discover("1m", Span(HISTORY_START, NOW)).window.start == TODAY - 7 * DAY_S
    assert discover("1m", Span(NOW - 3 * DAY_S, NOW + DAY_S)).window == Span(NOW - 3 * DAY_S, NOW + 1)


@pytest.mark.parametrize("wanted", [Span(NOW - 90 * DAY_S, NOW - 60 * DAY_S), Span(NOW + 1, NOW + DAY_S)])
def test_what_cannot_be_had_is_answered_with_the_latest_bars(wanted):
    assert discover("1m", wanted).window == discover("1m").window


def test_a_chart_asks_no_more_than_it_asks_at_a_time():
    assert discover("5m", symbol="BTC-USD", is_view=True).window.start == TODAY - 33 * DAY_S
    assert (
        discover("5m", symbol="BTC-USD").window.start == discover("5m", is_view=True).window.start == TODAY - 59 * DAY_S
    )
    wanted = Span(NOW - 3 * DAY_S, NOW)
    assert discover("5m", wanted, is_view=True).window == Span(TODAY - 59 * DAY_S, NOW)
    assert discover("1h", window_s=3 * DAY_S).window.start == TODAY - 2 * DAY_S


def test_a_plain_look_asks_the_latest_dailies():
    assert daily_first_request(NOW, is_24h=False).window == Span(TODAY - 10 * DAY_S, TODAY + DAY_S)
    assert daily_first_request(NOW, is_24h=True).is_extended
    hours = daily_first_request(NOW, is_24h=False, interval=INTERVALS["1h"])  # of a provider without dailies
    assert (hours.interval.name, hours.window) == ("1h", Span(TODAY - DAY_S, NOW + 1))


def test_nothing_is_said_of_the_time_before_the_listing():
    window, day = discover("1d").window, INTERVALS["1d"]
    listed = Facts(day, WEEKDAYS, (), FIRST_DAY + 52_200, NOW, LIMITS["1d"])
    bars = make_bars(WEEKDAYS.date[200:210])
    assert usable_window(window, listed, bars) == Span(int(WEEKDAYS.date[200]), NOW + 1)  # older than is stated
    assert usable_window(window, listed, make_bars(WEEKDAYS.date[400:410])) == Span(FIRST_DAY, NOW + 1)
    unlisted = Facts(day, WEEKDAYS, (), None, NOW, LIMITS["1d"])
    assert usable_window(window, unlisted, bars) == Span(int(WEEKDAYS.date[200]), NOW + 1)
    assert usable_window(window, unlisted, bars.take(slice(0, 0))) == Span(int(WEEKDAYS.date[0]), NOW + 1)
    assert usable_window(Span(0, DAY_S), listed, bars) is None


@pytest.mark.parametrize("symbol", ["AAA", "BTC-USD"])
@pytest.mark.parametrize("name", ["1m", "5m", "1h", "1d"])
def test_a_chart_of_a_new_symbol_costs_one_request(harness, yahoo, name, symbol):
    harness.view(name, symbol=symbol)
    harness.settle()
    reply = harness.view(name, symbol=symbol)
    harness.settle()
    assert len(reply.bars) == 50
    assert [(r.interval.name, r.extended) for r in yahoo.requests] == [(name, symbol == "BTC-USD")]


def test_a_wrong_guess_of_extended_hours_keeps_the_instrument_and_asks_again(harness, yahoo):
    yahoo.calendars["CRYPTOCURRENCY"] = weekday_calendar()  # it looks like a coin and trades like a stock
    span = Span(TODAY - 3 * DAY_S, TODAY)
    assert harness.bars("1h", span, symbol="ODD-USD").complete
    assert [r.extended for r in yahoo.requests] == [True, False]
    assert harness.bars("1d", span, symbol="ODD-USD").complete


@pytest.mark.parametrize("kind", [RefusalKind.BEFORE_LISTING, RefusalKind.BEYOND_LOOKBACK, RefusalKind.SPAN_TOO_WIDE])
def test_a_limit_that_refuses_the_first_look_is_no_unknown_symbol(harness, yahoo, kind):
    def script(request):
        return RefusedAnswer(kind, "no", 30 * DAY_S) if request.tz is None and request.interval.name == "1h" else None

    yahoo.script = script
    span = Span(TODAY - 3 * DAY_S, TODAY)
    assert harness.bars("1h", span).complete
    assert len(yahoo.requests) <= 12


def test_an_interval_that_is_broken_does_not_hide_what_the_symbol_is(harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("broken") if request.interval.name == "1h" else None
    reply = harness.bars("1h", Span(TODAY - 3 * DAY_S, TODAY))
    assert {gap.reason for gap in reply.gaps} == {"broken"}
    assert reply.instrument.symbol == "AAA"


def test_charts_of_two_intervals_look_once_and_an_unknown_symbol_costs_one_request(harness, yahoo):
    yahoo.unknown.add("NOPE")
    yahoo.gate.clear()
    for view_id, name in enumerate(("1m", "5m", "1h", "1d")):
        harness.view(name, symbol="NOPE", view_id=view_id)
    yahoo.gate.set()
    harness.settle()
    assert len(yahoo.requests) == 1
    with pytest.raises(UnknownSymbolError):
        harness.bars("1h", Span(NOW - HOUR_S, NOW), symbol="NOPE")
    assert len(yahoo.requests) == 1


def test_an_import_looks_at_a_few_dailies_only(harness, yahoo):
    times = WEEKDAYS.date[(WEEKDAYS.date > FIRST_DAY) & (WEEKDAYS.date < TODAY - 30 * DAY_S)]
    report = harness.cache.import_bars("AAA", INTERVALS["1d"], make_bars(times)).result(WAIT_S)
    assert report.n_stored == len(times)
    assert [request.span for request in yahoo.requests] == [daily_first_request(NOW, is_24h=False).window]


def test_without_a_look_back_a_request_reaches_as_far_as_one_may():
    limits = FetchLimits(None, 30 * DAY_S)
    found = first_request(INTERVALS["1h"], None, NOW, limits, is_24h=False, is_view=False)
    assert found.window == Span(TODAY - 29 * DAY_S, NOW + 1)


@pytest.mark.parametrize(("past_s", "is_possible"), [(0, False), (1, True)])
def test_a_span_that_ends_within_a_day_of_the_look_back_is_answered_with_the_latest_bars(past_s, is_possible):
    end = NOW - LIMITS["1m"].lookback_s + DAY_S + past_s
    wanted = Span(end - HOUR_S, end)
    assert discover("1m", wanted).window == (wanted if is_possible else discover("1m").window)


def test_a_first_bar_after_now_begins_the_history_at_its_end():
    unlisted = Facts(INTERVALS["1d"], WEEKDAYS, (), None, NOW, LIMITS["1d"])
    tomorrow = make_bars(WEEKDAYS.date[:1]).take(slice(0, 1))
    tomorrow = replace(tomorrow, open_time=tomorrow.open_time * 0 + TODAY + DAY_S)
    assert usable_window(discover("1d").window, unlisted, tomorrow) == Span(NOW, NOW + 1)
