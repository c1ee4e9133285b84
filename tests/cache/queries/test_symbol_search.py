"""Symbols: what is cached at once, what the provider's search finds through the limiter, and never a wait for it."""

import time

from candledesk.cache.messages import BreakerState, SymbolFound
from candledesk.providers.answers import FaultAnswer, MatchesAnswer, RateLimitedAnswer, SymbolMatch
from tests.cache.conftest import WAIT_S, wait_until

FOUND = SymbolFound("AAPL", "Apple Inc.", "NMS", "EQUITY", "NASDAQ")
AAA = SymbolFound("AAA", "", "TST", "EQUITY", "TST", is_cached=True)


def search(harness, query, timeout_s=WAIT_S):
    return harness.cache.search_symbols(query, timeout_s).result(WAIT_S)


def test_cached_instruments_come_first_and_once(harness, yahoo):
    harness.bars("1d")
    yahoo.search_answer = MatchesAnswer(
        (SymbolMatch("AAA", "Triple", "NYQ"), SymbolMatch("AAPL", "Apple Inc.", "NMS", "EQUITY"))
    )
    assert search(harness, "aa") == [AAA, FOUND]
    assert yahoo.searches == ["AA"]


def test_what_was_found_is_kept(harness, yahoo):
    assert search(harness, "apple") == search(harness, "  APPLE ") == search(harness, "apple", 0) == [FOUND]
    assert yahoo.searches == ["APPLE"]


def test_nothing_and_no_time_ask_the_cache_alone(harness, yahoo):
    harness.bars("1d")
    assert search(harness, "") == search(harness, " ") == search(harness, "aaa", 0) == [AAA]
    assert yahoo.searches == []


def test_the_provider_is_asked_for_the_last_page_only_and_its_finds_come_once(harness, yahoo):
    for symbol in ("AAA", "AAB", "AAC"):
        harness.bars("1d", symbol=symbol)
    yahoo.search_answer = MatchesAnswer(
        (SymbolMatch("AAA", "Triple", "NYQ"), SymbolMatch("AAPL", "Apple Inc.", "NMS", "EQUITY"))
    )

    def page(after):
        found = harness.cache.search_symbols("aa", WAIT_S, limit=2, after=after).result(WAIT_S)
        return [row.symbol for row in found]

    assert page(None) == ["AAA", "AAB"]
    assert yahoo.searches == []
    assert page("AAB") == ["AAC", "AAPL"]
    assert yahoo.searches == ["AA"]


def test_a_slow_search_is_not_waited_for(harness, yahoo):
    harness.bars("1d")
    yahoo.gate.clear()
    begun = time.monotonic()
    assert search(harness, "aaa", 0.05) == [AAA]
    assert time.monotonic() - begun < WAIT_S
    later = harness.cache.search_symbols("aaa", WAIT_S)
    yahoo.gate.set()
    assert later.result(WAIT_S) == [AAA, FOUND]
    assert yahoo.searches == ["AAA"]


def test_the_same_search_goes_out_once_and_others_follow(harness, yahoo):
    yahoo.gate.clear()
    waiting = [harness.cache.search_symbols(query, WAIT_S) for query in ("a", "a", "ap", "a")]
    given_up = harness.cache.search_symbols("nobody waits", 0.01)
    assert given_up.result(WAIT_S) == []
    yahoo.gate.set()
    assert [future.result(WAIT_S) for future in waiting] == [[FOUND]] * 4
    wait_until(lambda: not harness.service.controller._search._is_running)
    assert yahoo.searches == ["A", "AP"]


def test_offline_the_answer_is_what_is_cached_and_nothing_is_kept(harness, yahoo):
    harness.bars("1d")
    yahoo.search_answer = FaultAnswer("no network", is_offline=True)
    assert search(harness, "aaa") == [AAA]
    assert harness.cache.limiter_state().is_offline
    yahoo.search_answer = MatchesAnswer(())
    assert search(harness, "aaa") == [AAA]
    assert yahoo.searches == ["AAA", "AAA"]


def test_a_search_that_is_limited_stops_every_lane(harness, yahoo):
    yahoo.search_answer = RateLimitedAnswer("429")
    assert search(harness, "apple") == []
    assert harness.cache.limiter_state().breaker is not BreakerState.CLOSED


def test_the_provider_alone_can_be_searched_whatever_is_cached(harness, yahoo):
    for symbol in ("AAA", "AAB", "AAC"):
        harness.bars("1d", symbol=symbol)
    assert harness.cache.search_provider("aa", WAIT_S).result(WAIT_S) == [FOUND]
    assert yahoo.searches == ["AA"]
    assert harness.cache.search_provider(" ", WAIT_S).result(WAIT_S) == []
    assert yahoo.searches == ["AA"]
