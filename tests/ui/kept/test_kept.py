"""Short lists of ids in the settings, and named documents that are seen at once."""

from concurrent.futures import Future
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject, QSettings

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.ui.kept.documents import KeptDocuments
from candledesk.ui.kept.id_list import IdList
from candledesk.ui.widget_tasks import WidgetTasks
from tests.ui.conftest import discard, settle


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_ids_are_added_at_the_end_removed_and_remembered(settings):
    ids = IdList(settings, "a", 2)
    ids.toggle("x")
    ids.toggle("y")
    assert (ids.ids, ids.has_room()) == (["x", "y"], False)
    ids.toggle("z")
    assert ids.ids == ["x", "y"], "there is no room"
    assert IdList(settings, "a").ids == ["x", "y"]
    ids.toggle("x")
    assert (ids.ids, ids.has_room()) == (["y"], True)
    assert IdList(settings, "a").ids == ["y"]


def test_the_one_that_is_used_comes_first_and_the_last_one_is_dropped(settings):
    ids = IdList(settings, "a", 2)
    for name in ("x", "y", "x", "z"):
        ids.put_first(name)
    assert ids.ids == ["z", "x"]


@pytest.mark.parametrize("stored", [7, {"a": 1}, [1, 2]])
def test_what_cannot_be_read_is_an_empty_list(settings, stored):
    settings.setValue("a", stored)
    assert all(isinstance(one, str) for one in IdList(settings, "a").ids)


@dataclass(frozen=True)
class _Row:
    name: str
    text: str = ""


def _resolved(value):
    future = Future()
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
    return future


class _Store:
    def __init__(self, rows=(), error=None):
        self.rows, self.error = {row.name: row for row in rows}, error

    def list_all(self):
        return _resolved(list(self.rows.values()))

    def put(self, name, row):
        if self.error is None:
            self.rows[name] = row
        return _resolved(self.error or row)

    def delete(self, name):
        return _resolved(self.rows.pop(name))


@pytest.fixture
def tasks(qapp):
    owner, failed = QObject(), []
    made = WidgetTasks(owner, failed.append)
    made.failed = failed
    yield made
    discard(qapp, owner)


def test_documents_are_seen_at_once_in_alphabetical_order_and_stored(qapp, tasks):
    store = _Store()
    kept = KeptDocuments(store, tasks)
    for name in ("b", "C", "a"):
        kept.put(name, _Row(name))
    assert list(kept.rows) == ["a", "b", "C"]
    settle(qapp)
    assert set(store.rows) == {"a", "b", "C"}
    assert kept.delete("b")
    assert not kept.delete("b")
    assert set(store.rows) == {"a", "C"}


def test_what_was_changed_while_it_was_read_stays(qapp, tasks):
    store = _Store([_Row("a", "stored"), _Row("b", "stored")])
    kept = KeptDocuments(store, tasks)
    kept._show({"a": _Row("a", "changed")})
    tasks.start(kept.load())
    settle(qapp)
    assert [row.text for row in kept.rows.values()] == ["changed", "stored"]


def test_a_failure_is_reported(qapp, tasks):
    kept = KeptDocuments(_Store(error=EnvironmentFaultError("The disk is full")), tasks)
    kept.put("a", _Row("a"))
    settle(qapp)
    assert tasks.failed == ["The disk is full"]


def test_without_a_store_documents_are_kept_as_long_as_the_window_is(tasks):
    kept = KeptDocuments(None, tasks)
    kept.put("a", _Row("a"))
    assert list(kept.rows) == ["a"]
    assert kept.free_name("a") == "a 2"
    assert kept.free_name("b") == "b"
