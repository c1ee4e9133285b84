"""Drawings by symbol, their order, and the bin."""

import pytest

from candledesk.store.database_file import transaction
from candledesk.store.user.drawings import (
    StoredDrawing,
    delete_drawing,
    empty_bin,
    read_bin,
    read_drawing,
    read_drawings,
    write_drawing,
)

LINE = {
    "id": "a", "type": "trend_line", "symbol": "AAPL", "basis": "raw", "z": 1, "unknown field": [1.5, None],
    "points": [{"t": 1_700_000_000, "p": 187.25, "interval": "1h"}, {"t": 1_700_090_000, "p": 0.1, "interval": "1h"}],
}  # fmt: skip


def _write(conn, drawing_id, symbol="AAPL", *, position=1, now=100, document=None):
    with transaction(conn):
        return write_drawing(conn, drawing_id, symbol, document or LINE | {"id": drawing_id}, now, position=position)


def _delete(conn, drawing_id, now):
    with transaction(conn):
        return delete_drawing(conn, drawing_id, now)


def _ids(drawings):
    return [drawing.drawing_id for drawing in drawings]


def test_a_drawing_is_read_back_unchanged_with_its_times(conn):
    assert _write(conn, "a")
    (drawing,) = read_drawings(conn, "AAPL")
    assert drawing == StoredDrawing("a", "AAPL", 1, LINE, 100, 100, None)
    assert list(drawing.document) == list(LINE), "the order of the fields too"
    assert _write(conn, "a", document=LINE | {"z": 2}, now=130)
    assert read_drawing(conn, "a") == StoredDrawing("a", "AAPL", 1, LINE | {"z": 2}, 100, 130, None)


def test_writing_the_same_again_changes_nothing_and_returns_false(conn):
    _write(conn, "a")
    assert not _write(conn, "a", now=130)
    assert read_drawing(conn, "a").updated_at == 100


def test_drawings_are_listed_by_symbol_in_the_order_in_which_they_are_painted(conn):
    for drawing_id, symbol, position in (("a", "MSFT", 1), ("b", "AAPL", 3), ("c", "AAPL", 1), ("d", "AAPL", 2)):
        _write(conn, drawing_id, symbol, position=position)
    assert _ids(read_drawings(conn, "AAPL")) == ["c", "d", "b"]
    assert _ids(read_drawings(conn)) == ["c", "d", "b", "a"]
    assert read_drawings(conn, "TSLA") == []


def test_a_deleted_drawing_is_in_the_bin_until_it_is_written_again(conn):
    _write(conn, "a")
    _write(conn, "b")
    assert _delete(conn, "a", 200)
    assert _ids(read_drawings(conn, "AAPL")) == ["b"]
    assert [(row.drawing_id, row.deleted_at) for row in read_bin(conn)] == [("a", 200)]
    assert not _delete(conn, "a", 300), "it keeps the time at which it was deleted"
    assert not _delete(conn, "none", 300)
    assert _write(conn, "a", now=400), "undo writes the same document"
    assert _ids(read_drawings(conn, "AAPL")) == ["a", "b"]
    assert read_bin(conn) == []


def test_drawings_deleted_before_a_time_are_removed_from_the_bin(conn):
    for drawing_id, deleted_at in (("a", 200), ("b", 300), ("c", 250)):
        _write(conn, drawing_id)
        _delete(conn, drawing_id, deleted_at)
    _write(conn, "d")
    assert _ids(read_bin(conn)) == ["b", "c", "a"]
    with transaction(conn):
        assert empty_bin(conn, 250) == 1
    assert _ids(read_bin(conn)) == ["b", "c"]
    assert _ids(read_drawings(conn)) == ["d"]


def test_a_drawing_is_written_inside_a_transaction_only(conn):
    for write in (
        lambda: write_drawing(conn, "a", "AAPL", LINE, 1, position=1),
        lambda: delete_drawing(conn, "a", 1),
        lambda: empty_bin(conn, 1),
    ):
        with pytest.raises(RuntimeError, match="transaction"):
            write()
