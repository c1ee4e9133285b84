"""Kept results: within their bytes, the least used dropped first, and none that is made of bars that have changed."""

import pytest

from candledesk.cache.events import BarsStored, CoverageChanged, JobsChanged, RefreshDue, SymbolReused
from candledesk.cache.queries.studies.kept_pieces import KeptPieces, Piece
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span

HOUR, DAY = INTERVALS["1h"], INTERVALS["1d"]


def piece(*, is_of_daily=False, n_bytes=10):
    return Piece("AAA", HOUR, Span(100, 200), is_of_daily, "values", n_bytes)


@pytest.fixture
def kept():
    kept = KeptPieces(100)
    kept.keep("one", piece(), kept.n_events("AAA"))
    return kept


@pytest.mark.parametrize(
    ("event", "is_kept"),
    [
        (BarsStored("AAA", HOUR, Span(150, 160), 2), False),
        (CoverageChanged("AAA", HOUR, Span(150, 160), 2), False),
        (BarsStored("AAA", parse_interval("4h"), Span(150, 160), 2), False),
        (BarsStored("AAA", HOUR, Span(200, 300), 2), True),
        (BarsStored("AAA", HOUR, Span(0, 100), 2), True),
        (BarsStored("AAA", HOUR, Span(0, 100), 2, covered=Span(50, 150)), False),
        (BarsStored("AAA", HOUR, Span(200, 300), 2, covered=Span(250, 400)), True),
        (BarsStored("AAA", DAY, Span(150, 160), 2), True),
        (BarsStored("BBB", HOUR, Span(150, 160), 2), True),
        (RefreshDue(), False),
        (RefreshDue("AAA", HOUR), True),
        (SymbolReused("AAA", "AAA_2020", "Another"), False),
        (SymbolReused("BBB", "AAA", "Another"), False),
        (JobsChanged(3), True),
    ],
    ids=str,
)
def test_a_piece_is_dropped_when_its_bars_change(kept, event, is_kept):
    kept.on_event(event)
    assert (kept.find("one") is not None) == is_kept
    assert kept.n_bytes == (10 if is_kept else 0)


@pytest.mark.parametrize(
    ("event", "is_kept"),
    [
        (BarsStored("AAA", HOUR, Span(150, 160), 2), False),
        (CoverageChanged("BBB", HOUR, Span(150, 160), 2), False),
        (BarsStored("AAA/BBB", HOUR, Span(150, 160), 2), False),
        (SymbolReused("BBB", "BBB_2020", "Another"), False),
        (BarsStored("CCC", HOUR, Span(150, 160), 2), True),
    ],
    ids=str,
)
def test_a_piece_of_a_ratio_is_dropped_when_the_bars_of_either_part_change(kept, event, is_kept):
    of_ratio = Piece("AAA/BBB", HOUR, Span(100, 200), is_of_daily=False, value="values", n_bytes=10)
    n_before = kept.n_events("AAA/BBB")
    kept.keep("ratio", of_ratio, n_before)
    kept.on_event(event)
    assert (kept.find("ratio") is not None) == is_kept
    assert (kept.n_events("AAA/BBB") == n_before) == is_kept


def test_a_piece_of_daily_bars_is_dropped_when_those_change(kept):
    kept.keep("levels", piece(is_of_daily=True), kept.n_events("AAA"))
    kept.on_event(BarsStored("AAA", DAY, Span(900, 901), 2))
    assert kept.find("levels") is None
    assert kept.find("one") is not None


def test_what_was_read_before_a_change_is_not_kept(kept):
    n_before = kept.n_events("AAA")
    kept.on_event(BarsStored("AAA", HOUR, Span(900, 901), 2))
    kept.keep("late", piece(), n_before)
    assert kept.find("late") is None
    kept.on_event(BarsStored("BBB", HOUR, Span(900, 901), 2))
    kept.keep("other", piece(), n_before + 1)
    assert kept.find("other") is not None


def test_the_least_used_are_dropped_beyond_the_bytes(kept):
    for key in range(9):
        kept.keep(key, piece(), kept.n_events("AAA"))
    assert kept.find("one") is not None  # used now
    kept.keep("another", piece(n_bytes=20), kept.n_events("AAA"))
    assert (kept.find("one") is not None, kept.find(0), kept.find(1)) == (True, None, None)
    assert kept.n_bytes == 100
    kept.keep("large", piece(n_bytes=101), kept.n_events("AAA"))
    assert kept.find("large") is None
    assert kept.find("another") is not None


def test_a_newer_piece_replaces_the_one_of_its_key(kept):
    kept.keep("one", piece(n_bytes=30), kept.n_events("AAA"))
    assert kept.n_bytes == 30


def test_a_piece_may_take_all_of_the_bytes(kept):
    kept.keep("all", piece(n_bytes=100), kept.n_events("AAA"))
    assert kept.find("all") is not None
    assert (kept.find("one"), kept.n_bytes) == (None, 100)
    kept.keep("all", piece(n_bytes=101), kept.n_events("AAA"))
    assert (kept.find("all"), kept.n_bytes) == (None, 0)


def test_events_of_a_symbol_and_of_all_are_counted_together(kept):
    n_before = kept.n_events("AAA")
    for event in (BarsStored("AAA", HOUR, Span(900, 901), 2), RefreshDue(), JobsChanged(3), RefreshDue("AAA", HOUR)):
        kept.on_event(event)
    assert kept.n_events("AAA") == n_before + 2
    kept.keep("late", piece(), n_before)
    assert kept.find("late") is None
