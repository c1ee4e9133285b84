"""Marks of dividends and splits in a window: words under the mouse, the list at a click, switches, pictures."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.ui.chart.paint.snapshot import render_shot, shot_of
from candledesk.ui.chart.widget.events.event_list import EventList
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def event(cache, row, kind=EventKind.DIVIDEND, value=0.24):
    time = int(cache.bars["AAPL", "1d"].open_time[row])
    return CorporateEvent(time, kind, value, None, time)


@pytest.fixture
def opened(qapp, cache, tmp_path):
    cache.events["AAPL"] = (
        event(cache, -700),
        event(cache, -200),
        event(cache, -40),
        event(cache, -20, EventKind.SPLIT, 4.0),
    )
    made = WindowHarness(qapp, cache, tmp_path)
    yield made.open("AAPL")
    made.close()


def marks(opened):
    return opened.page.model.frame().event_marks


def middle(opened, mark):
    dpr = opened.page.model.frame().dpr
    return QPoint(round(mark.x / dpr), round((mark.box[1] + mark.box[3] / 2) / dpr))


def mouse(opened, kind, at, button=Qt.MouseButton.NoButton):
    view = opened.page.view
    sent = QMouseEvent(kind, QPointF(at), view.mapToGlobal(QPointF(at)), button, button, NONE)
    opened.qapp.sendEvent(view.viewport(), sent)
    settle(opened.qapp)


def click(opened, mark):
    at = middle(opened, mark)
    mouse(opened, QEvent.Type.MouseMove, at)
    mouse(opened, QEvent.Type.MouseButtonPress, at, LEFT)
    mouse(opened, QEvent.Type.MouseButtonRelease, at, LEFT)
    return opened.page.view.findChild(EventList)


def test_the_events_of_the_series_have_marks(opened):
    assert [mark.text for mark in marks(opened)] == ["D", "S"]
    opened.open("MSFT")
    assert marks(opened) == ()
    opened.open("AAPL")
    assert [mark.text for mark in marks(opened)] == ["D", "S"]


def test_the_words_of_a_mark_are_shown_under_the_mouse(opened):
    mouse(opened, QEvent.Type.MouseMove, middle(opened, marks(opened)[0]))
    assert QToolTip.text().startswith("Dividend $0.24, ex-date ")
    assert opened.page.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    mouse(opened, QEvent.Type.MouseMove, middle(opened, marks(opened)[1]))
    assert QToolTip.text().startswith("Split 4:1 on ")
    assert opened.page.view.point is not None  # the crosshair stays


def test_a_click_lists_all_events_and_a_choice_goes_there(opened):
    popup = click(opened, marks(opened)[1])
    assert popup.rows.count() == 4
    assert popup.rows.currentItem().text().startswith("Split 4:1 on ")
    before = opened.page.model.scene.viewport
    QTest.keyClick(popup.rows, Qt.Key.Key_Down)
    QTest.keyClick(popup.rows, Qt.Key.Key_Down)
    QTest.keyClick(popup.rows, Qt.Key.Key_Return)
    settle(opened.qapp)
    model, cache = opened.page.model, opened.cache
    assert model.scene.viewport != before
    assert model.placed.x_of(model.placed.axis.row_of(event(cache, -200).open_time)) == pytest.approx(
        model.placed.view.width / 2, abs=8
    )
    assert not any(isinstance(one, EventList) and one.isVisible() for one in QApplication.topLevelWidgets())


def test_a_click_on_a_mark_does_not_pan(opened):
    before, mark = opened.page.model.scene.viewport, marks(opened)[0]
    at = middle(opened, mark)
    mouse(opened, QEvent.Type.MouseButtonPress, at, LEFT)
    mouse(opened, QEvent.Type.MouseMove, at + QPoint(60, 0), LEFT)
    mouse(opened, QEvent.Type.MouseButtonRelease, at + QPoint(60, 0), LEFT)
    assert opened.page.model.scene.viewport == before


def test_the_menu_switches_a_kind_off_and_undo_brings_it_back(opened):
    opened.run("has_dividends")
    assert [mark.text for mark in marks(opened)] == ["S"]
    assert not opened.actions["has_dividends"].isChecked()
    opened.run("undo")
    assert [mark.text for mark in marks(opened)] == ["D", "S"]


def test_the_list_opens_from_the_menu_and_says_when_there_is_nothing(opened):
    opened.run("event_list")
    popup = opened.page.view.findChild(EventList)
    assert (popup.title.text(), popup.rows.count()) == ("Events of AAPL", 4)
    popup.close()
    settle(opened.qapp)
    opened.open("MSFT")
    opened.run("event_list")
    assert opened.page.view.findChild(EventList).title.text() == "No events of MSFT are stored"


def test_events_that_come_with_new_bars_get_marks(opened, qtbot):
    cache = opened.cache
    cache.events["AAPL"] = (*cache.events["AAPL"], event(cache, -5))
    cache.emit_stored("MSFT", "1d")
    settle(opened.qapp)
    assert not opened.page.event_feed._timer.isActive()
    cache.emit_stored("AAPL", "5m")
    qtbot.waitUntil(lambda: [mark.text for mark in marks(opened)] == ["D", "S", "D"], timeout=5_000)
    assert cache.calls.count(("read_corporate_events", ("AAPL", "1d"))) == 2


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_pictures_have_the_marks(opened, theme):
    view = opened.page.view
    mark = marks(opened)[1]
    data = render_shot(shot_of(view.model.scene, theme, view.size(), 1.0), ".png")
    image = QImage.fromData(data)
    left, top, width, height = mark.box
    colours = {image.pixelColor(left + x, top + y).name() for x in range(width) for y in range(height)}
    assert theme.warning in colours
    assert b"<svg" in render_shot(shot_of(view.model.scene, theme, view.size(), 1.0), ".svg")
