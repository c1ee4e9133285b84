"""What is said of damage: lines that a client reads back, and whether what is lost can be fetched again."""

import pytest

from candledesk.cache.fetching.provider_limits import ProviderLimits
from candledesk.cache.maintenance.damage_texts import CheckLine, Refetch, lost_lines, make_refetch, read_lines
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.registry import make_providers
from candledesk.store.market.integrity.check import DamagedSeries
from candledesk.store.market.integrity.repair import RepairedSeries

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
CHECKS = [
    CheckLine("database", is_ok=True, text="candles.db: 12 bars, all good"),
    CheckLine("chunks of A:B 1m", is_ok=False, text="x: y", details=("one", "  deeper: two")),
    CheckLine("chunks of C 1d", is_ok=True, text="", details=("three",), has_lost=True),
]


def test_checks_are_read_back_from_their_lines():
    lines = [line for check in CHECKS for line in check.to_lines()]
    assert [line[:4] for line in lines if not line.startswith(" ")] == ["ok  ", "FAIL", "LOST"]
    assert read_lines(lines) == CHECKS
    assert read_lines([]) == []


def repaired(*spans):
    return RepairedSeries(DamagedSeries(1, "AAPL", "1m"), 10, 5, 0, 0, spans, ())


def test_a_span_is_cut_where_the_provider_has_no_bars_any_more():
    lines = lost_lines(repaired(Span(0, 300)), Refetch("Yahoo", (Span(HISTORY_START, 100),)))
    assert [line.partition(": ")[0] for line in lines] == [
        "lost 1970-01-01T00:00:00Z to 1970-01-01T00:01:40Z",
        "lost 1970-01-01T00:01:40Z to 1970-01-01T00:05:00Z",
    ]
    assert "cannot be fetched again; restore it from a backup (`candledesk backup --list`)" in lines[0]
    assert "Yahoo still has it" in lines[1]


def test_many_spans_are_counted():
    lines = lost_lines(repaired(*(Span(at, at + 1) for at in range(0, 60, 2))), Refetch("Yahoo", ()))
    assert (len(lines), lines[-1]) == (21, "and 10 more spans")


@pytest.mark.parametrize(
    ("symbol", "interval", "days_ago", "is_gone"),
    [
        ("AAPL", "1m", 5, False),
        ("AAPL", "1m", 60, True),
        ("AAPL", "1d", 9_000, False),
        ("local:MINE", "1d", 5, True),
        ("AAPL", "1h", 5, True),  # imported
    ],
)
def test_what_can_be_fetched_again_follows_from_provider_interval_and_imports(symbol, interval, days_ago, is_gone):
    providers = make_providers(ProviderOptions(Quota(60, 6, 60), {}, ""))
    titles = {name: provider.capabilities.title for name, provider in providers.items()}
    imports = {7: [Span(NOW - 10 * DAY_S, NOW)]}
    find = make_refetch(ProviderLimits(providers, [], lambda _: None), titles, imports, NOW)
    refetch = find(DamagedSeries(7 if interval == "1h" else 1, symbol, interval))
    at = NOW - days_ago * DAY_S
    assert any(span.start <= at < span.end for span in refetch.gone) == is_gone
    assert symbol != "AAPL" or refetch.provider == "Yahoo"
