"""Unreachable objects are destroyed on the GUI thread only."""

import gc
import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from candledesk.ui import garbage
from candledesk.ui.garbage import GarbageTimer, collect_due


@pytest.fixture
def timer(qapp, monkeypatch):
    monkeypatch.setattr(garbage, "PERIOD_MS", 10)
    made = GarbageTimer(qapp)
    yield made
    made.close()
    gc.disable()  # as it is between tests
    made.setParent(None)


def drop_a_widget_in_a_circle(places):
    """Leave a widget that only a pass over unreachable objects finds; the thread that destroys it is noted."""

    class Dropped(QWidget):
        pass

    widget = Dropped()
    widget.circle = SimpleNamespace(widget=widget)
    widget.destroyed.connect(lambda: places.append(threading.current_thread()), Qt.ConnectionType.DirectConnection)


def allocate_in_a_thread():
    """Make so many objects on another thread that an automatic pass would be due there many times; return them."""
    made = []
    thread = threading.Thread(target=lambda: made.extend([] for _ in range(200_000)))
    thread.start()
    thread.join()
    return made


def test_a_widget_is_destroyed_on_the_gui_thread_whichever_thread_allocates(qtbot, timer):
    places = []
    drop_a_widget_in_a_circle(places)
    kept = allocate_in_a_thread()
    assert places == []
    qtbot.waitUntil(lambda: bool(places))
    assert places == [threading.main_thread()]
    assert len(kept) == 200_000


def test_closing_switches_the_automatic_passes_on_again(qapp):
    timer = GarbageTimer(qapp)
    assert not gc.isenabled()
    timer.close()
    assert gc.isenabled()
    gc.disable()
    timer.setParent(None)


@pytest.mark.parametrize(
    ("counts", "due"),
    [((700, 10, 10), None), ((701, 0, 0), 0), ((0, 11, 0), 1), ((701, 11, 0), 1), ((701, 11, 11), 2), ((0, 0, 11), 2)],
)
def test_the_oldest_generation_that_is_due_is_collected(monkeypatch, counts, due):
    collected = []
    fake = SimpleNamespace(
        get_count=lambda: counts,
        get_threshold=lambda: (700, 10, 10),
        collect=collected.append,
    )
    monkeypatch.setattr(garbage, "gc", fake)
    assert collect_due() == due
    assert collected == ([] if due is None else [due])
