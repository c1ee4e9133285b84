"""A right click on a tab, by real events on a window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QLineEdit

from candledesk.domain.interval import INTERVALS
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    for symbol, interval in (("AAPL", "1d"), ("AAPL", "5m")):
        made.charts.show_series(symbol, INTERVALS[interval])
        settle(qapp)
    yield made
    made.close()


def _titles(opened):
    tabs = opened.charts.tabs
    return [tabs.tabText(at) for at in range(tabs.count())]


def _right_click(opened, at):
    bar = opened.charts.tabs.tabBar()
    place = bar.tabRect(at).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, bar.mapToGlobal(place))
    opened.qapp.sendEvent(bar, event)
    settle(opened.qapp)
    return opened.qapp.activePopupWidget()


def _do(opened, menu, text):
    action = next(action for action in menu.actions() if action.text() == text)
    assert action.isEnabled()
    action.trigger()
    menu.close()
    settle(opened.qapp)


@pytest.mark.parametrize(
    ("at", "text", "left"),
    [
        (1, "Close", ["MSFT 1d", "AAPL 5m"]),
        (1, "Close the others", ["AAPL 1d"]),
        (0, "Close those to the right", ["MSFT 1d"]),
        (1, "Close those to the right", ["MSFT 1d", "AAPL 1d"]),
    ],
)
def test_the_menu_of_a_tab_closes_it_or_the_others(opened, at, text, left):
    assert _titles(opened) == ["MSFT 1d", "AAPL 1d", "AAPL 5m"]
    _do(opened, _right_click(opened, at), text)
    assert _titles(opened) == left


def test_a_layout_is_renamed_over_its_tab(opened, qtbot):
    _do(opened, _right_click(opened, 1), "Rename…")
    line = opened.charts.tabs.findChild(QLineEdit)
    qtbot.keyClicks(line, "Tech")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    settle(opened.qapp)
    assert _titles(opened) == ["MSFT 1d", "Tech", "AAPL 5m"]


def test_there_is_nothing_to_close_at_the_right_of_the_last_one(opened):
    menu = _right_click(opened, 2)
    enabled = {action.text(): action.isEnabled() for action in menu.actions() if not action.isSeparator()}
    assert enabled == {
        "Rename…": True,
        opened.actions["new_tab"].text(): True, "Close": True, "Close the others": True,
        "Close those to the right": False,
    }  # fmt: skip
    menu.close()
