"""Unreachable objects are destroyed on the GUI thread only."""

import gc
import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from candledesk.ui import garbage
from candledesk.ui.garbage import MOST_S, REST_S, GarbageTimer, collect_due
from candledesk.ui.shell.app_window import _finish_start
from tests.ui.window_harness import WindowHarness


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


class Passes:
    """A timer whose clock and time-outs the test sets; ``passed``: when it collected."""

    def __init__(self, qapp, monkeypatch):
        self.now, self.passed = 100.0, []
        monkeypatch.setattr(garbage, "collect_due", lambda: self.passed.append(self.now))
        self.timer = GarbageTimer(qapp, lambda: self.now)

    def time_out(self, seconds):
        self.now += seconds
        self.timer.findChild(QTimer).timeout.emit()


@pytest.fixture
def passes(qapp, monkeypatch):
    monkeypatch.setattr(garbage, "PERIOD_MS", 1_000_000)
    made = Passes(qapp, monkeypatch)
    yield made
    made.timer.close()
    gc.disable()  # as it is between tests
    made.timer.setParent(None)


def test_no_pass_is_run_while_a_mouse_button_is_held_for_ten_seconds_at_the_most(passes, qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    passes.time_out(1)
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton)
    passes.time_out(MOST_S - 1)
    assert passes.passed == [101]
    passes.time_out(1)
    assert passes.passed == [101, 101 + MOST_S]
    passes.time_out(1)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton)
    passes.time_out(1)
    assert passes.passed == [101, 101 + MOST_S, 103 + MOST_S]


def test_no_pass_is_run_while_a_chart_moves(passes):
    passes.timer.put_off()
    passes.time_out(REST_S / 2)
    assert passes.passed == []
    passes.time_out(REST_S / 2)
    assert passes.passed == [100 + REST_S]


def test_a_chart_that_moves_without_end_is_waited_for_ten_seconds(passes):
    for _ in range(25):
        passes.timer.put_off()
        passes.time_out(REST_S - 0.1)
    assert passes.passed == [pytest.approx(100 + MOST_S)]


def test_the_charts_of_a_window_say_that_they_move(qapp, cache, tmp_path, monkeypatch):
    passed = []
    monkeypatch.setattr(garbage, "PERIOD_MS", 1_000_000)
    monkeypatch.setattr(garbage, "collect_due", lambda: passed.append(1))
    opened = WindowHarness(qapp, cache, tmp_path)
    _finish_start(opened.window, lambda: None)
    timer = opened.window.findChild(GarbageTimer)
    opened.open("AAPL")
    opened.page.model.pan(50)
    timer.findChild(QTimer).timeout.emit()
    assert passed == []
    timer.close()
    gc.disable()  # as it is between tests
    opened.close()


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
