"""The rows of a list: titles, folded symbols, orders, and where something dropped goes."""

from __future__ import annotations

import pytest

from candledesk.cache.quote_messages import Quote
from candledesk.ui.panels.watchlist.rows.order import (
    SectionRow,
    SortOrder,
    SymbolRow,
    drop_place,
    drop_section,
    list_rows,
)
from candledesk.ui.panels.watchlist.rows.texts import Column
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection

LIST = Watchlist(
    "Mine",
    (
        WatchlistSection("", ("B", "A", "C")),
        WatchlistSection("Two", ("E", "D"), is_folded=True),
        WatchlistSection("Three", ("F",)),
    ),
)
QUOTES = {
    "A": Quote("A", price=10.0, previous_close=5.0, volume=1.0, as_of=100),
    "B": Quote("B", price=30.0, previous_close=30.0, volume=9.0, as_of=300),
    "C": Quote("C"),
}


def _shown(order=None):
    return [row.title if isinstance(row, SectionRow) else row.symbol for row in list_rows(LIST, order, QUOTES)]


def test_symbols_stand_below_their_titles_and_folded_ones_are_hidden():
    assert _shown() == ["B", "A", "C", "Two", "Three", "F"]
    assert list_rows(LIST, None, {})[3] == SectionRow(1, "Two", 2, is_folded=True)


@pytest.mark.parametrize(
    ("column", "is_descending", "expected"),
    [
        (Column.SYMBOL, False, "ABC"),
        (Column.SYMBOL, True, "CBA"),
        (Column.LAST, False, "ABC"),
        (Column.LAST, True, "BAC"),
        (Column.PERCENT, True, "ABC"),
        (Column.CHANGE, False, "BAC"),
        (Column.VOLUME, False, "ABC"),
        (Column.AGE, False, "BAC"),
    ],
)
def test_symbols_are_sorted_within_their_section_and_unknown_values_come_last(column, is_descending, expected):
    order = SortOrder(column, is_descending=is_descending)
    assert "".join(_shown(order)[:3]) == expected
    assert _shown(order)[3:] == ["Two", "Three", "F"]


@pytest.mark.parametrize(
    ("before", "expected"), [(0, (0, 0)), (1, (0, 1)), (3, (0, 3)), (4, (1, 2)), (5, (2, 0)), (6, (2, 1)), (99, (2, 1))]
)
def test_what_is_dropped_goes_behind_the_row_above(before, expected):
    assert drop_place(list_rows(LIST, None, {}), LIST, before) == expected


@pytest.mark.parametrize(("before", "expected"), [(0, 1), (3, 1), (4, 2), (5, 3), (6, 3)])
def test_a_section_is_dropped_between_sections(before, expected):
    assert drop_section(list_rows(LIST, None, {}), LIST, before) == expected


def test_a_row_knows_its_place_in_the_own_order_however_it_is_sorted():
    rows = list_rows(LIST, SortOrder(Column.SYMBOL), {})
    assert rows[0] == SymbolRow(0, 1, "A")
