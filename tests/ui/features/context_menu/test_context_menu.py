"""A right click offers what lies under the pointer, by real events on a window."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from candledesk.ui.chart.core.options import Magnet, PriceMode, ZoneName
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.paint.studies.legend import legend_rows
from candledesk.ui.features.context_menu.parts import time_texts
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.shell.feature import Feature
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    yield made
    popup = qapp.activePopupWidget()
    while popup is not None:
        popup.close()
        popup = qapp.activePopupWidget()
    made.close()


def _right_click(opened, x, y):
    """Ask for the menu at logical pixels of the view in front, negative ones from the right and the bottom."""
    view = opened.page.view
    at = QPoint(x if x >= 0 else view.width() + x, y if y >= 0 else view.height() + y)
    opened.qapp.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    settle(opened.qapp)
    menu = opened.qapp.activePopupWidget()
    return menu if isinstance(menu, QMenu) else None


def _texts(menu):
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def _do(opened, menu, text):
    """Click an entry."""
    action = next(one for one in menu.actions() if one.text().startswith(text))
    assert action.isEnabled(), text
    action.trigger()
    menu.close()
    settle(opened.qapp)


def _pane_y(opened, pane):
    frame = opened.page.model.frame()
    box = frame.panes.box(pane)
    return round((box.top + box.bottom) / 2 / frame.dpr)


def test_the_plot_offers_its_price_its_time_and_what_is_done_to_the_chart(opened):
    menu = _right_click(opened, 300, 200)
    texts = _texts(menu)
    assert texts[0].startswith("Copy price ")
    assert texts[1].startswith("Copy time ")
    chart = {"Go to date…", "Reset the chart", "Indicators…", "Chart type", "Price scale", "Volume", "Chart options…"}
    data = {"Refresh", "Backfill", "Archive MSFT 1d automatically", "Open in browser"}
    assert chart | data <= set(texts)


def test_the_price_of_the_crosshair_is_copied_without_separators(opened):
    placed, series = opened.page.model.placed, opened.page.model.series
    close = float(series.bars.close[series.axis.slot_at(placed.logical_at(300))])
    _do(opened, _right_click(opened, 300, 200), "Copy price")
    assert QApplication.clipboard().text() == f"{close:.2f}", "the crosshair snaps to the close"


def test_with_a_free_crosshair_it_is_the_price_at_the_pointer(opened):
    opened.window.options.update(magnet=Magnet.FREE)
    frame = opened.page.model.frame()
    menu = _right_click(opened, 300, 200)
    wanted = f"{frame.price.value_at(200 * frame.dpr):.2f}"
    _do(opened, menu, "Copy price")
    assert QApplication.clipboard().text() == wanted
    assert float(wanted) > 0


def test_the_time_of_the_bar_at_the_pointer_is_copied(opened):
    placed = opened.page.model.placed
    slot = opened.page.model.series.axis.slot_at(placed.logical_at(300))
    day = datetime.fromtimestamp(int(opened.page.model.series.bars.open_time[slot]), UTC)
    _do(opened, _right_click(opened, 300, 200), "Copy time")
    assert QApplication.clipboard().text() == f"{day:%Y-%m-%d}"


def test_intraday_times_are_those_of_the_charts_zone(opened):
    opened.open("AAPL", "5m")
    series = opened.page.model.series
    at = int(datetime(2025, 11, 20, 15, 30, tzinfo=UTC).timestamp())
    assert time_texts(series, at) == ("20 Nov 2025 10:30", "2025-11-20T10:30-05:00")
    opened.window.options.update(zone=ZoneName.UTC)
    assert time_texts(opened.page.model.series, at)[1] == "2025-11-20T15:30+00:00"


def test_right_of_the_latest_bar_there_is_no_time_to_copy(opened):
    opened.page.model.pan(-200)
    x = round(opened.page.model.placed.view.width) - 20
    texts = _texts(_right_click(opened, x, 200))
    assert any(text.startswith("Copy price") for text in texts)
    assert not any(text.startswith("Copy time") for text in texts)


def test_an_empty_chart_offers_no_price(opened):
    opened.charts.add_chart()
    settle(opened.qapp)
    menu = _right_click(opened, 300, 200)
    assert not any(text.startswith("Copy p") for text in _texts(menu)[:2])
    go = next(action for action in menu.actions() if action.text() == "Refresh")
    assert (go.isEnabled(), go.toolTip()) == (False, "Refresh (F5): No chart is open")


def test_the_price_axis_offers_its_scales(opened):
    menu = _right_click(opened, -5, 200)
    texts = _texts(menu)
    assert texts[:6] == ["Normal", "Logarithmic", "Percent", "Indexed to 100", "Inverted", "Fit to the visible bars"]
    assert "Refresh" not in texts
    _do(opened, menu, "Logarithmic")
    assert opened.page.model.scene.price_mode is PriceMode.LOG


def test_the_time_axis_offers_the_zones_and_dates(opened):
    menu = _right_click(opened, 300, -5)
    texts = _texts(menu)
    assert texts[:3] == [zone.words for zone in ZoneName]
    assert {"Go to date…", "Go to the first bar", "Go to the latest bar"} <= set(texts)
    _do(opened, menu, "UTC")
    assert opened.window.options.value.zone is ZoneName.UTC


def test_volume_is_switched_off_from_its_pane_and_on_again_from_the_plot(opened):
    menu = _right_click(opened, 300, _pane_y(opened, VOLUME))
    assert _texts(menu)[0].startswith("Copy value ")
    _do(opened, menu, "Volume")
    assert [box.pane.id for box in opened.page.model.frame().panes.boxes] == [PRICE]
    assert opened.window._collect_layout().options["has_volume"] is False
    _do(opened, _right_click(opened, 300, 200), "Volume")
    assert [box.pane.id for box in opened.page.model.frame().panes.boxes] == [PRICE, VOLUME]


@pytest.fixture
def rsi(opened):
    opened.page.studies.add("rsi")
    settle(opened.qapp)
    return opened.page.model.scene.studies[0]


def test_the_pane_of_an_indicator_offers_its_settings_and_to_move_enlarge_and_remove_it(opened, rsi):
    y = _pane_y(opened, rsi.pane)
    menu = _right_click(opened, 300, y)
    texts = _texts(menu)
    assert texts[0] == rsi.title
    inner = menu.actions()[0].menu()
    assert _texts(inner) == ["Settings…", "Hide", "Remove", "Move to"]
    assert not next(action for action in menu.actions() if action.text() == "Move the pane down").isEnabled()
    _do(opened, menu, "Move the pane up")
    assert [pane.id for pane in opened.page.model.scene.panes] == [PRICE, rsi.pane, VOLUME]
    _do(opened, _right_click(opened, 300, _pane_y(opened, rsi.pane)), "Enlarge the pane")
    assert opened.page.model.scene.maximised == rsi.pane
    menu = _right_click(opened, 300, 200)
    _do(opened, menu, "Show all panes")
    assert not opened.page.model.scene.maximised
    _do(opened, _right_click(opened, 300, _pane_y(opened, rsi.pane)), "Remove the indicators of the pane")
    assert not opened.page.model.scene.studies
    assert [pane.id for pane in opened.page.model.scene.panes] == [PRICE, VOLUME]
    opened.run("undo")
    assert [one.key for one in opened.page.model.scene.studies] == [rsi.key]


def test_a_row_of_the_legend_offers_its_indicator_alone(opened, rsi):
    frame = opened.page.model.frame()
    [row] = legend_rows(frame)
    menu = _right_click(opened, round(row.left / frame.dpr) + 4, round(row.top / frame.dpr) + 8)
    assert _texts(menu) == ["Settings…", "Hide", "Remove", "Move to"]
    _do(opened, menu, "Hide")
    assert not opened.page.model.scene.studies[0].is_shown


def test_the_keys_of_actions_stand_in_the_menu(opened):
    menu = _right_click(opened, 300, 200)
    action = next(one for one in menu.actions() if one.text() == "Go to date…")
    assert action is opened.actions["go_to_date"]
    assert action.shortcut().toString() == "Alt+G"


def test_a_feature_adds_what_it_knows_of_the_place_before_everything_else(qapp, cache, tmp_path):
    seen = []

    def marks_feature(_context):
        def add(menu, spot):
            seen.append(spot)
            menu.addAction("Delete the mark")

        return Feature("marks", context_menu=add)

    opened = WindowHarness(qapp, cache, tmp_path, (*FEATURES, marks_feature)).open("MSFT")
    menu = _right_click(opened, 300, 200)
    assert _texts(menu)[0] == "Delete the mark"
    assert (seen[0].page, seen[0].at, seen[0].hit.pane) == (opened.page, QPoint(300, 200), PRICE)
    menu.close()
    opened.close()
