"""The bars around the charts, with real keys and clicks."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QDockWidget, QToolButton, QWidget

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import Magnet
from candledesk.ui.chart.widget.tools.measure_tool import MeasureTool
from candledesk.ui.features.intervals.feature import IntervalButtons
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.shell.bars.panel_area import LEAST_PX, MOST_PX, USUAL_PX
from candledesk.ui.shell.feature import Feature, Panel
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

LEFT = Qt.MouseButton.LeftButton
RIGHT_AREA = Qt.DockWidgetArea.RightDockWidgetArea


def _panel_feature(name):
    def create(context):
        def make():
            dock = QDockWidget(name.capitalize(), context.window)
            dock.setObjectName(name)
            dock.setWidget(body := QWidget())
            body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            dock.setFocusProxy(body)
            return dock

        return Feature(name, panel=Panel(name, name.capitalize(), make, RIGHT_AREA, "View", icon="jobs"))

    return create


PANELS = (_panel_feature("first"), _panel_feature("second"))


@pytest.fixture
def start(qapp, cache, tmp_path):
    """Return a call that opens a window in the same home."""
    opened = []

    def begin():
        made = WindowHarness(qapp, cache, tmp_path, (*FEATURES, *PANELS))
        opened.append(made)
        made.window.resize(1_280, 720)
        return made.open("AAPL")

    yield begin
    for made in opened:
        made.close()


@pytest.fixture
def opened(start):
    return start()


def _button(bar, text):
    return next(one for one in bar.findChildren(QToolButton) if text in (one.toolTip(), one.text()))


def _click(qtbot, opened, button):
    qtbot.mouseClick(button, LEFT)
    settle(opened.qapp)


# -- the menu


def test_f10_opens_the_menu_that_holds_all_menus(opened, qtbot):
    qtbot.keyClick(opened.page.view, Qt.Key.Key_F10)
    settle(opened.qapp)
    menu = opened.qapp.activePopupWidget()
    assert menu is opened.window.table.menu
    assert [entry.text() for entry in menu.actions()] == ["File", "Data", "Chart", "Draw", "View", "Help"]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is menu.actions()[0]
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    settle(opened.qapp)
    assert opened.qapp.activePopupWidget() is None


def test_alt_and_the_letter_of_a_menu_do_nothing(opened, qtbot):
    opened.charts.focus()
    for key in (Qt.Key.Key_F, Qt.Key.Key_D, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_H):
        qtbot.keyClick(opened.page.view, key, Qt.KeyboardModifier.AltModifier)
        settle(opened.qapp)
        assert opened.qapp.activePopupWidget() is None
        assert opened.page.view.hasFocus()
    texts = [action.text() for action in opened.actions.values()]
    assert not [text for text in texts if "&" in text]


def test_the_keys_of_a_menu_stand_beside_its_titles_and_cover_none(opened, qtbot):
    menu = opened.window.table.menus["Chart"]
    menu.popup(QPoint(0, 0))
    settle(opened.qapp)
    metrics, picture = menu.fontMetrics(), menu.grab().toImage()
    caps = [menu.actionGeometry(action) for action in menu.actions() if not action.shortcut().isEmpty()]
    assert caps
    for action in menu.actions():
        if not action.shortcut().isEmpty():
            row = menu.actionGeometry(action)
            title, keys = (
                metrics.horizontalAdvance(action.text()),
                metrics.horizontalAdvance(action.shortcut().toString()),
            )
            assert row.width() > title + keys + 40
    border = menu.palette().mid().color()
    column = [picture.pixelColor(caps[0].right() - 18, y) for y in range(caps[0].top(), caps[0].bottom())]
    assert border in column, "the edge of a key cap"
    menu.close()


def test_data_commands_are_in_the_menu_and_not_in_the_bar(opened):
    titles = {action.text() for action in opened.window.table.menus["Data"].actions()}
    assert {"Refresh", "Backfill", "Open in browser"} <= titles
    words = {button.text() for button in opened.window.bars.top.findChildren(QToolButton)}
    assert not titles & words - {"", "Jobs"}


# -- intervals


def test_a_favourite_is_one_click_and_is_marked(opened, qtbot):
    buttons = opened.interval_buttons
    _click(qtbot, opened, buttons.by_name["5m"])
    assert opened.charts.target == ("AAPL", INTERVALS["5m"])
    assert buttons.by_name["5m"].isChecked()


def test_a_star_gives_an_interval_a_button_that_is_there_at_the_next_start(opened, start, qtbot):
    rows = opened.interval_buttons.menu.rows
    opened.interval_buttons.menu.popup(QPoint(0, 0))
    assert not rows["4h"].star.isEnabled(), "six have a button already"
    _click(qtbot, opened, rows["1wk"].star)
    assert rows["4h"].star.isEnabled()
    _click(qtbot, opened, rows["4h"].star)
    opened.interval_buttons.menu.close()
    expected = ["1m", "5m", "15m", "1h", "4h", "1d"]
    assert list(opened.interval_buttons.by_name) == expected
    opened.window.close()
    assert list(start().interval_buttons.by_name) == expected


def test_the_last_favourite_stays(opened):
    buttons = opened.window.findChild(IntervalButtons)
    for name in list(buttons.by_name):
        buttons._favourites.toggle(INTERVALS[name])
    assert len(buttons.by_name) == 1


def test_a_click_on_a_row_of_the_menu_chooses_the_interval(opened, qtbot):
    menu = opened.interval_buttons.menu
    menu.popup(QPoint(0, 0))
    settle(opened.qapp)
    _click(qtbot, opened, menu.rows["5m"])
    assert not menu.isVisible()
    assert opened.charts.target == ("AAPL", INTERVALS["5m"])


def test_another_interval_is_typed(opened):
    opened.interval_buttons.menu.custom.trigger()
    settle(opened.qapp)
    assert opened.popup.isVisible()


# -- the rail at the left


def test_the_rail_measures_and_gives_the_mouse_back(opened, qtbot):
    rail, model = opened.window.bars.left, opened.page.model
    cursor, measure = _button(rail, "Cursor"), _button(rail, "Measure")
    assert (cursor.isChecked(), measure.isChecked()) == (True, False)
    _click(qtbot, opened, measure)
    assert isinstance(model.tool, MeasureTool)
    assert (cursor.isChecked(), measure.isChecked()) == (False, True)
    viewport = opened.page.view.viewport()
    for at in (QPoint(300, 200), QPoint(400, 150)):
        qtbot.mouseMove(viewport, at)
        qtbot.mouseClick(viewport, LEFT, pos=at)
    assert model.scene.measured.is_done
    qtbot.keyClick(opened.page.view, Qt.Key.Key_Escape)
    assert model.tool is None
    assert (cursor.isChecked(), measure.isChecked()) == (True, False)


def test_another_series_ends_measuring(opened, qtbot):
    _click(qtbot, opened, _button(opened.window.bars.left, "Measure"))
    qtbot.mouseClick(opened.page.view.viewport(), LEFT, pos=QPoint(300, 200))
    assert opened.page.model.scene.measured is not None
    opened.open("MSFT")
    assert (opened.page.model.scene.measured, opened.page.model.tool) == (None, None)


def test_a_key_turns_what_the_crosshair_snaps_to(opened, qtbot):
    for expected in (Magnet.OHLC, Magnet.FREE, Magnet.CLOSE):
        qtbot.keyClick(opened.page.view, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
        assert opened.window.options.value.magnet is expected
        assert opened.actions["next_magnet"].isChecked() is (expected is not Magnet.FREE)


def test_all_indicators_are_hidden_and_shown_again_by_one_row_of_the_menu_of_the_eye(opened, qtbot):
    eye = _button(opened.window.bars.left, "Hide all drawings (Ctrl+Alt+H)")
    opened.page.studies.add("sma")
    opened.page.studies.add("rsi")
    opened.window.table.refresh()
    hide = next(one for one in eye.menu().actions() if one.text() == "Hide all indicators")
    hide.trigger()
    assert [one.is_shown for one in opened.page.model.scene.studies] == [False, False]
    assert hide.isChecked()
    hide.trigger()
    assert [one.is_shown for one in opened.page.model.scene.studies] == [True, True]
    opened.run("undo")
    assert [one.is_shown for one in opened.page.model.scene.studies] == [False, False]


# -- the panels at the right


def test_a_panel_at_the_right_edge_takes_the_place_of_another(opened, qtbot):
    rail = opened.window.bars.right
    first, second = (opened.window.features[name].panel.dock for name in ("first", "second"))
    _click(qtbot, opened, _button(rail, "First"))
    assert (first.isVisible(), first.width()) == (True, USUAL_PX)
    _click(qtbot, opened, _button(rail, "Second"))
    assert (first.isVisible(), second.isVisible(), second.width()) == (False, True, USUAL_PX)
    assert (_button(rail, "First").isChecked(), _button(rail, "Second").isChecked()) == (False, True)
    _click(qtbot, opened, second.titleBarWidget().close_button)
    assert not second.isVisible()
    assert not _button(rail, "Second").isChecked()
    assert opened.page.view.hasFocus()


def test_a_panel_at_the_bottom_stays_beside_one_at_the_right(opened, qtbot):
    opened.run("jobs")
    opened.run("first")
    assert opened.jobs_panel.isVisible()
    assert opened.window.findChild(QDockWidget, "first").isVisible()


def test_the_width_of_the_panels_has_limits_and_is_kept(opened, start, qtbot):
    window = opened.window
    opened.run("first")
    first, second = (window.features[name].panel.dock for name in ("first", "second"))
    handle = QPoint(first.geometry().left() - 1, first.geometry().center().y())
    for target, width in ((window.width() - 900, MOST_PX), (window.width() - 60, LEAST_PX), (None, 333)):
        handle = QPoint(first.geometry().left() - 1, first.geometry().center().y())
        x = handle.x() + first.width() - 333 if target is None else target
        _drag(opened, qtbot, handle, QPoint(x, handle.y()))
        assert first.width() == pytest.approx(width, abs=2)
    width = first.width()
    opened.run("second")
    assert second.width() == width
    window.close()
    again = start()
    again.run("first")
    assert again.window.findChild(QDockWidget, "first").width() == width


def _drag(opened, qtbot, start, end):
    window = opened.window
    QCursor.setPos(window.mapToGlobal(start))
    qtbot.mouseMove(window, start)
    qtbot.mousePress(window, LEFT, pos=start)
    qtbot.mouseMove(window, QPoint((start.x() + end.x()) // 2, start.y()))
    qtbot.mouseMove(window, end)
    settle(opened.qapp)
    qtbot.mouseRelease(window, LEFT, pos=end)
    settle(opened.qapp)
    QCursor.setPos(0, 0)  # else the crosshair of the next test's chart is where the mouse was left


# -- the bar under the charts


def test_a_range_changes_the_interval_and_shows_exactly_its_span(opened, qtbot):
    opened.open("AAPL", "5m")
    _click(qtbot, opened, _button(opened.window.bars.dates, "1Y"))
    assert opened.charts.target == ("AAPL", INTERVALS["1d"])
    placed, times = opened.page.model.placed, opened.page.model.series.bars.open_time
    lo, hi = placed.visible()
    assert hi == len(times)
    assert (int(times[-1]) - int(times[lo])) / 86_400 == pytest.approx(365, abs=4)


def test_a_range_in_the_same_interval_moves_the_view_alone(opened, qtbot):
    opened.page.model.pan(2_000)
    settle(opened.qapp)
    _click(qtbot, opened, _button(opened.window.bars.dates, "6M"))
    model = opened.page.model
    lo, hi = model.placed.visible()
    times = model.series.bars.open_time
    assert (opened.charts.target[1].name, hi) == ("1d", len(times))
    assert (int(times[-1]) - int(times[lo])) / 86_400 == pytest.approx(182, abs=4)


def test_a_view_that_was_moved_meanwhile_is_left_alone(opened, qtbot):
    _click(qtbot, opened, _button(opened.window.bars.dates, "5Y"))
    model = opened.page.model
    model.zoom_right(2)
    view = model.scene.viewport
    model.series_changed.emit()
    settle(opened.qapp)
    assert model.scene.viewport == view


def test_all_fits_the_whole_history(opened, qtbot, cache):
    cache.add("AAPL", "1mo", make_bars(120, INTERVALS["1mo"]))
    _click(qtbot, opened, _button(opened.window.bars.dates, "All"))
    placed = opened.page.model.placed
    assert placed.visible() == (0, 120)


def test_the_letters_at_the_foot_are_the_scale_of_the_chart(opened, qtbot):
    bar, model = opened.window.bars.dates, opened.page.model
    auto, log, percent = (_button(bar, text) for text in ("A", "L", "%"))
    assert [one.isChecked() for one in (auto, log, percent)] == [True, False, False]
    _click(qtbot, opened, log)
    assert model.scene.is_log
    _click(qtbot, opened, percent)
    assert [one.isChecked() for one in (auto, log, percent)] == [True, False, True]
    _click(qtbot, opened, auto)
    assert model.scene.price_range is not None
    assert not auto.isChecked()


def test_the_zone_is_named_by_its_city(opened):
    bar = opened.window.bars.dates
    assert any(one.text().startswith("New York · UTC−") for one in bar.findChildren(QToolButton))
    opened.run("zone_utc")
    assert any(one.text() == "UTC" for one in bar.findChildren(QToolButton))
    texts = [label.text() for label in opened.window.status.findChildren(QWidget) if hasattr(label, "text")]
    assert not [text for text in texts if "New York" in text]


def test_the_bars_have_the_heights_of_the_drawing(opened):
    bars = opened.window.bars
    sizes = bars.top.height(), bars.left.width(), bars.right.width(), bars.dates.height(), opened.window.status.height()
    assert sizes == (40, 44, 44, 28, 24)


def test_a_first_window_is_not_larger_than_the_screen(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    room = made.window.screen().availableSize()
    assert made.window.minimumSizeHint().height() <= 640
    assert made.window.height() <= room.height() - 48
    made.close()


def test_a_panel_is_created_when_it_is_first_shown(opened):
    area = opened.window.panels
    assert [panel.is_created for panel in area.panels[-2:]] == [False, False]
    opened.run("second")
    assert [panel.is_created for panel in area.panels[-2:]] == [False, True]


def test_a_window_of_before_that_does_not_say_which_panels_were_shown_shows_them_again(start):
    first = start()
    first.run("first")
    first.window.close()
    first.window._settings.remove("panels_shown")
    again = start()
    assert again.window.features["first"].panel.dock.isVisible()
    assert not again.window.features["second"].panel.dock.isVisible()


def test_panels_that_come_and_go_leave_the_active_cell_as_it_is(opened, qapp):
    """Qt gives the keyboard of a hidden panel to the first chart, as Tab does; that one became the active cell."""
    opened.run("grid_2h")
    opened.charts.grid.step(1)
    active = opened.page
    assert active is opened.charts.pages()[1]
    for name in ("data_window", "object_tree", "object_tree", "jobs", "jobs"):
        opened.run(name)
        assert opened.page is active, name
    assert active.view.hasFocus()
