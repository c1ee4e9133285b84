"""Charts, dialogs and their items end with what opened them."""

import gc
import weakref

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from candledesk.domain.interval import INTERVALS
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


def _settle(qapp):
    settle(qapp)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def test_closed_charts_and_dialogs_leave_nothing(qapp, cache, tmp_path):
    opened = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    window, charts = opened.window, opened.charts
    _settle(qapp)

    def work():
        page = charts.add_chart()
        charts.open_chart("AAPL", INTERVALS["5m"])
        settle(qapp)
        for row in ("options", "go_to_date", "shortcuts", "storage"):
            window.table.actions[row].trigger()
            settle(qapp)
            for widget in QApplication.topLevelWidgets():
                if widget is not window and widget.isVisible():
                    widget.close()
        assert page.view.scene().items() == [page.view.centralWidget]
        alive = [weakref.ref(part) for part in (page.view, page.model, page.feed, page.view.canvas)]
        charts.close_chart()
        return alive

    work()
    _settle(qapp)
    n_widgets = len(qapp.allWidgets())
    alive = [ref for _ in range(8) for ref in work()]
    _settle(qapp)
    assert len(qapp.allWidgets()) == n_widgets
    assert [ref() for ref in alive if ref() is not None] == []
    opened.close()
    _settle(qapp)


def test_a_closed_window_leaves_no_widget_to_the_garbage_collector(qapp, cache, tmp_path):
    """What has no parent dies at any time, for example while a style sheet goes round all widgets: a crash."""
    before = set(map(id, QApplication.allWidgets()))
    opened = WindowHarness(qapp, cache, tmp_path).open("AAPL")
    for name in ("palette", "palette", "data_window", "object_tree", "jobs", "grid_4", "grid_1"):
        opened.run(name)
    opened.close()
    left = [widget for widget in QApplication.allWidgets() if id(widget) not in before]
    assert [(type(widget).__name__, widget.objectName()) for widget in left] == []
