"""Limits that the provider states are remembered, win over the table, and survive a restart."""

from dataclasses import replace

import pytest

from candledesk.cache.fetching.provider_limits import ProviderLimits
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http import chart
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import RefusalKind, RefusedAnswer
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.registry import make_providers
from candledesk.providers.yahoo.capabilities import LIMITS
from candledesk.settings import load_settings

NOW = "2026-11-20T22:00:00Z"
MINUTE = INTERVALS["1m"]


def start(market, home):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    return CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)


def n_refused(market):
    return sum(entry.status == 422 for entry in market.chart_log())


@pytest.mark.parametrize(("span_days", "lookback_days"), [(2, 30), (8, 12), (3, 15)])
def test_a_stricter_provider_is_learnt_once(monkeypatch, tmp_path, span_days, lookback_days):
    rule = replace(chart.RULES["1m"], lookback=lookback_days * DAY_S, span=span_days * DAY_S)
    monkeypatch.setitem(chart.RULES, "1m", rule)
    with DemoMarket(now=NOW) as market:
        now = market.clock.now()
        whole = Span(now - 40 * DAY_S, now)
        for symbol, n_allowed in (("MSFT", 12), ("VOD.L", 0)):  # a new start in between
            before = n_refused(market)
            service = start(market, tmp_path)
            try:
                reply = service.controller.load_bars(BarsRequest(symbol, MINUTE, whole, timeout_s=None)).result(60)
            finally:
                service.close()
            oldest = now - lookback_days * DAY_S + 2 * HOUR_S
            assert reply.bars.within(Span(oldest, now)).equals(market.truth(symbol, "1m", oldest, now))
            assert all(gap.reason.startswith("Yahoo keeps 1m bars") for gap in reply.gaps), reply.gaps
            assert n_refused(market) - before <= n_allowed


def test_only_a_limit_in_an_answer_is_learnt_and_saved_once():
    options = ProviderOptions(Quota(1.0, 1, 1.0), {}, "")
    providers, saved = make_providers(options), []
    limits = ProviderLimits(providers, [], saved.append)
    for kind, seconds in ((RefusalKind.SPAN_TOO_WIDE, None), (RefusalKind.UNKNOWN_SYMBOL, 5)):
        limits.learn("AAA", MINUTE, RefusedAnswer(kind, "no", limit_s=seconds))
    assert saved == []
    for _ in range(2):
        limits.learn("AAA", MINUTE, RefusedAnswer(RefusalKind.BEYOND_LOOKBACK, "no", limit_s=10 * DAY_S))
    assert saved == [("yahoo", "1m", "beyond_lookback", 10 * DAY_S)]
    assert limits.of("AAA", MINUTE).lookback_s == 10 * DAY_S - HOUR_S
    assert limits.of("AAA", INTERVALS["1h"]) == LIMITS["1h"]
    assert ProviderLimits(providers, saved, saved.append).of("AAA", MINUTE) == limits.of("AAA", MINUTE)


def test_nothing_is_learnt_of_a_provider_from_answers_of_another():
    options = ProviderOptions(Quota(1.0, 1, 1.0), {}, "")
    saved = []
    limits = ProviderLimits(make_providers(options), [("other", "1m", "beyond_lookback", DAY_S)], saved.append)
    limits.learn("other:AAA", MINUTE, RefusedAnswer(RefusalKind.BEYOND_LOOKBACK, "no", limit_s=2 * DAY_S))
    assert saved == [("other", "1m", "beyond_lookback", 2 * DAY_S)]
    assert limits.of("AAA", MINUTE) == LIMITS["1m"]
    for symbol in ("local:AAA", "nobody:AAA"):  # no interval can be asked for
        assert limits.of(symbol, MINUTE) is None
        assert limits.window_s(symbol, MINUTE) is None
