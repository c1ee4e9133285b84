"""Templates by kind and name."""

import pytest

from candledesk.store.database_file import transaction
from candledesk.store.user.templates import delete_template, list_templates, read_template, write_template

RED = {"colour": "#ff0000", "width": 2}


def _write(conn, kind, name, document=RED):
    with transaction(conn):
        return write_template(conn, kind, name, document, 100)


def test_a_template_is_read_back_by_its_kind_and_name(conn):
    assert _write(conn, "trend_line", "Red")
    assert not _write(conn, "trend_line", "Red"), "the same again"
    assert read_template(conn, "trend_line", "Red") == RED
    assert read_template(conn, "ray", "Red") is None
    assert _write(conn, "trend_line", "Red", {"width": 3})
    assert read_template(conn, "trend_line", "Red") == {"width": 3}


def test_templates_of_a_kind_are_listed_by_name(conn):
    for kind, name in (("ray", "b"), ("ray", "C"), ("ray", "a"), ("indicators", "x")):
        _write(conn, kind, name)
    assert list_templates(conn, "ray") == ["a", "b", "C"]


def test_deleting_removes_the_template_of_that_kind_only(conn):
    _write(conn, "ray", "Red")
    _write(conn, "trend_line", "Red")
    with transaction(conn):
        assert delete_template(conn, "ray", "Red")
        assert not delete_template(conn, "ray", "Red")
    assert list_templates(conn, "trend_line") == ["Red"]


def test_a_template_is_written_inside_a_transaction_only(conn):
    for write in (lambda: write_template(conn, "ray", "Red", RED, 1), lambda: delete_template(conn, "ray", "Red")):
        with pytest.raises(RuntimeError, match="transaction"):
            write()
