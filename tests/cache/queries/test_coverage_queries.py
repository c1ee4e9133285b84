"""The list of all that is known: every stored series once, in order, in pages of any size."""

import pytest

from candledesk.domain.interval import INTERVALS
from tests.cache.conftest import days_back

SYMBOLS = ("AAA", "BBB", "BTC-USD", "CCC")


@pytest.fixture
def stored(harness):
    for symbol in reversed(SYMBOLS):
        harness.bars("1d", days_back(40), symbol=symbol)
    harness.bars("1m", days_back(2), symbol="BBB")
    return [(symbol, name) for symbol in SYMBOLS for name in (("1m", "1d") if symbol == "BBB" else ("1d",))]


def listed(harness, **options):
    return harness.cache.list_coverage(**options).result(20)


def test_every_stored_series_is_listed_by_symbol_and_length_of_a_bar(harness, stored):
    assert [(row.symbol, row.interval.name) for row in listed(harness)] == stored


def test_nothing_is_listed_of_an_empty_home(harness):
    assert listed(harness) == []


def test_a_listed_series_has_what_is_known_of_it_alone(harness, stored):
    for row in listed(harness):
        assert row.report == harness.cache.describe_series(row.symbol, row.interval).result(20)
        assert row.n_bars == row.report.n_bars > 0


def test_a_listed_series_reaches_from_its_first_to_its_last_bar(harness, stored):
    row = listed(harness)[0]
    bars = harness.bars("1d", days_back(1_000), fill="none").bars
    assert (row.first, row.last) == (bars.open_time[0], bars.open_time[-1])
    assert row.updated_at == harness.yahoo.now
    assert row.n_bytes > 30 * row.n_bars


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_pages_of_any_size_join_to_the_whole_list(harness, stored, size):
    found, after = [], None
    while page := listed(harness, limit=size, after=after):
        assert len(page) <= size
        found += page
        after = page[-1].symbol, page[-1].interval
    assert found == listed(harness)


def test_a_cursor_of_a_series_that_is_not_stored_leads_to_the_ones_behind_it(harness, stored):
    after = "BBB", INTERVALS["15m"]
    assert [(row.symbol, row.interval.name) for row in listed(harness, after=after)] == stored[2:]


def _stored_names(harness, symbol):
    return [row.name for row in harness.cache.list_intervals(symbol).result(20)]


def test_the_stored_intervals_of_a_symbol_are_listed_the_shortest_first(harness, stored):
    assert _stored_names(harness, "BBB") == ["1m", "1d"]
    assert _stored_names(harness, "AAA") == ["1d"]
    assert _stored_names(harness, "NOSUCH") == []


def test_an_interval_without_bars_is_not_a_stored_one(harness, yahoo, stored):
    yahoo.script = lambda request: yahoo.bars_answer(request, change=lambda bars: bars.take(slice(0, 0)))
    harness.bars("1h", days_back(3), symbol="AAA")
    assert [row.interval.name for row in listed(harness) if row.symbol == "AAA"] == ["1h", "1d"]
    assert _stored_names(harness, "AAA") == ["1d"]
