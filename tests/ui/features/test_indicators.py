"""Indicators in the window: the list behind /, rows of the legend, settings, undo, and what is kept."""

import json
from concurrent.futures import Future

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from candledesk.cache.events import BarsStored
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.registry import INDICATORS
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.paint.studies.legend import legend_rows
from candledesk.ui.features.indicators.add_dialog import AddDialog
from candledesk.ui.features.indicators.settings_dialog import SettingsDialog
from candledesk.workspace.window_layout import LoadedLayout, parse_window, window_document
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
ICONS = {LegendPart.EYE: 0, LegendPart.GEAR: 1, LegendPart.REMOVE: 2}


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    yield made.open("AAPL")
    made.close()


def _studies(opened):
    return opened.page.model.scene.studies


def _ids(opened):
    return [one.study.id for one in _studies(opened)]


def _panes(opened):
    return [pane.id for pane in opened.page.model.scene.panes]


def _dialog(opened, kind):
    return next((one for one in opened.window.findChildren(QDialog) if isinstance(one, kind) and one.isVisible()), None)


def _open_list(opened):
    QTest.keyClick(opened.page.view, Qt.Key.Key_Slash)
    settle(opened.qapp)
    return _dialog(opened, AddDialog)


def _point(opened, key, part):
    """Return the middle of a part of a row of the legend, in logical pixels of the view."""
    frame = opened.page.model.frame()
    row = next(row for row in legend_rows(frame) if row.shown.study.key == key)
    x = row.left + 4 if part is LegendPart.TITLE else row.icons + (ICONS[part] + 0.5) * 20 * frame.dpr
    return QPoint(round(x / frame.dpr), round((row.top + 10 * frame.dpr) / frame.dpr))


def _mouse(opened, kind, at, button=LEFT):
    view = opened.page.view
    event = QMouseEvent(kind, QPointF(at), view.mapToGlobal(QPointF(at)), button, button, NONE)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)


def _click(opened, key, part):
    at = _point(opened, key, part)
    _mouse(opened, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)
    _mouse(opened, QEvent.Type.MouseButtonPress, at)
    _mouse(opened, QEvent.Type.MouseButtonRelease, at)


def _add(opened, *names):
    for name in names:
        opened.page.studies.add(name)
    settle(opened.qapp)


def _undo(opened):
    opened.run("undo")


def test_slash_opens_the_list_and_enter_adds_while_it_stays_open(opened):
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "rsi")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    listed.line.clear()
    QTest.keyClicks(listed.line, "boll")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert _ids(opened) == ["rsi", "bollinger"]
    assert listed.isVisible()
    QTest.keyClick(listed.line, Qt.Key.Key_Escape)
    settle(opened.qapp)
    assert _dialog(opened, AddDialog) is None
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1"]


def test_the_list_offers_all_thirty_by_group_and_the_arrows_pass_over_headings(opened):
    listed = _open_list(opened)
    offered = [listed._id(at) for at in range(listed.list.count()) if listed._id(at)]
    assert sorted(offered) == sorted(row.id for row in INDICATORS)
    seen = [listed._id(listed.list.currentRow())]
    for _ in INDICATORS:
        QTest.keyClick(listed.line, Qt.Key.Key_Down)
        seen.append(listed._id(listed.list.currentRow()))
    assert list(dict.fromkeys(seen)) == offered
    QTest.keyClicks(listed.line, "xyz")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert _ids(opened) == []
    listed.close()


def test_a_click_in_the_list_adds_and_the_row_says_so(opened):
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "money flow index")
    item = listed.list.currentItem()
    QTest.mouseClick(listed.list.viewport(), LEFT, NONE, listed.list.visualItemRect(item).center())
    assert _ids(opened) == ["mfi"]
    assert "✓" in listed.list.currentItem().text()
    listed.close()


def test_values_come_from_the_cache_and_stand_in_the_legend(opened):
    _add(opened, "sma", "macd")
    values = opened.page.model.scene.study_values
    close = opened.page.model.series.bars.close
    assert values["sma-1"].latest("value") == pytest.approx(close[-9:].mean(), abs=1e-9)
    title, value = opened.page.view.study_legend.splitlines()[0].split("  ")[:2]
    assert (title, value) == ("SMA 9 close", f"{close[-9:].mean():,.2f}")
    assert opened.page.view.study_legend.splitlines()[1].startswith("MACD 12 26 9 close EMA EMA")


def test_all_thirty_are_drawn_at_once_and_their_values_come(opened):
    _add(opened, *(row.id for row in INDICATORS))
    opened.page.view.grab()
    assert set(opened.page.model.scene.study_values) == {one.key for one in _studies(opened)}


def test_the_eye_hides_and_shows_the_gear_opens_and_the_cross_removes(opened):
    _add(opened, "rsi")
    _click(opened, "rsi-1", LegendPart.EYE)
    assert not _studies(opened)[0].is_shown
    assert opened.page.model.frame().studies[0].lines == {}
    _click(opened, "rsi-1", LegendPart.EYE)
    assert _studies(opened)[0].is_shown
    _click(opened, "rsi-1", LegendPart.GEAR)
    dialog = _dialog(opened, SettingsDialog)
    assert dialog.windowTitle() == "Relative strength index"
    dialog.reject()
    _click(opened, "rsi-1", LegendPart.REMOVE)
    assert (_ids(opened), _panes(opened)) == ([], [PRICE, VOLUME])


def test_a_double_click_on_the_title_opens_the_settings_and_does_not_maximise(opened):
    _add(opened, "ema")
    _mouse(opened, QEvent.Type.MouseButtonDblClick, _point(opened, "ema-1", LegendPart.TITLE))
    assert _dialog(opened, SettingsDialog) is not None
    assert opened.page.model.scene.maximised == ""
    _dialog(opened, SettingsDialog).reject()


def test_every_step_is_undone_and_done_again(opened):
    _add(opened, "rsi", "sma")
    opened.page.studies.toggle("sma-1")
    opened.page.studies.remove("rsi-1")
    for expected in (["rsi", "sma"], ["rsi", "sma"], ["rsi"], []):
        _undo(opened)
        assert _ids(opened) == expected
    assert _panes(opened) == [PRICE, VOLUME]
    for _ in range(4):
        opened.run("redo")
    assert _ids(opened) == ["sma"]
    assert not _studies(opened)[0].is_shown
    assert _panes(opened) == [PRICE, VOLUME]


def test_settings_are_seen_at_once_and_ok_is_one_undo_step(opened):
    _add(opened, "sma")
    opened.page.study_settings_requested.emit("sma-1")
    dialog = _dialog(opened, SettingsDialog)
    length = dialog.inputs.editors["length"]
    length.setFocus()
    length.selectAll()
    QTest.keyClicks(length, "21")
    dialog.inputs.editors["source"].setCurrentText("hl2")
    dialog.style_page.set_colour("value", "#ff0000")
    settle(opened.qapp)
    assert _studies(opened)[0].title == "SMA 21 hl2"
    bars = opened.page.model.series.bars
    expected = ((bars.high + bars.low) / 2)[-21:].mean()
    assert opened.page.model.scene.study_values["sma-1"].latest("value") == pytest.approx(expected, abs=1e-9)
    dialog.accept()
    assert _studies(opened)[0].colour("value") == "#ff0000"
    _undo(opened)
    assert _studies(opened)[0].title == "SMA 9 close"
    assert _studies(opened)[0].colour("value") != "#ff0000"


def test_escape_takes_the_settings_back_without_an_undo_step(opened):
    _add(opened, "macd")
    opened.page.study_settings_requested.emit("macd-1")
    dialog = _dialog(opened, SettingsDialog)
    dialog.inputs.editors["fast"].setValue(5)
    dialog.style_page.checks["signal"].click()
    assert _studies(opened)[0].off == ("signal",)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert _studies(opened)[0].title.startswith("MACD 12 26 9")
    assert _studies(opened)[0].off == ()
    assert opened.window.table.actions["undo"].text() == "Undo add MACD"


def test_inputs_have_the_limits_of_their_declaration(opened):
    _add(opened, "rsi", "sar", "vwap")
    for name in ("rsi-1", "sar-1", "vwap-1"):
        opened.page.study_settings_requested.emit(name)
        dialog = _dialog(opened, SettingsDialog)
        for row in opened.page.studies.find(name).study.indicator.params:
            editor = dialog.inputs.editors[row.name]
            if row.minimum is not None:
                assert (editor.minimum(), editor.maximum()) == (row.minimum, row.maximum)
            elif row.choices:
                assert [editor.itemData(at) for at in range(editor.count())] == list(row.choices)
        dialog.reject()


def test_a_line_of_another_indicator_can_be_the_source(opened):
    _add(opened, "rsi", "sma")
    opened.page.study_settings_requested.emit("sma-1")
    dialog = _dialog(opened, SettingsDialog)
    dialog.inputs.editors["source"].setCurrentText("RSI 14 close")
    dialog.accept()
    settle(opened.qapp)
    values = opened.page.model.scene.study_values
    rsi = values["rsi-1"].last["value"]
    assert values["sma-1"].latest("value") == pytest.approx(rsi[-9:].mean(), abs=1e-9)


def test_defaults_return_inputs_and_style(opened):
    _add(opened, "bollinger")
    opened.page.study_settings_requested.emit("bollinger-1")
    dialog = _dialog(opened, SettingsDialog)
    dialog.inputs.editors["mult"].setValue(3)
    dialog.style_page.checks["upper"].click()
    dialog.buttons.defaults.click()
    dialog.accept()
    assert _studies(opened)[0].title == "BB 20 close 2"
    assert _studies(opened)[0].off == ()


def test_the_menu_moves_an_indicator_between_panes(opened):
    _add(opened, "rsi", "macd", "sma")
    controller = opened.window.features["indicators"]
    assert controller.id == "indicators"
    studies = opened.page.studies
    studies.move_to("rsi-1", "macd-1")
    assert _panes(opened) == [PRICE, VOLUME, "macd-1"]
    studies.move_to("sma-1", "")
    assert _panes(opened) == [PRICE, VOLUME, "macd-1", "sma-1"]
    studies.move_pane("sma-1", -1)
    assert _panes(opened) == [PRICE, VOLUME, "sma-1", "macd-1"]
    studies.remove("macd-1")
    assert _panes(opened) == [PRICE, VOLUME, "sma-1", "macd-1"], "another indicator is drawn there"
    studies.add("macd")
    assert len(set(_panes(opened))) == len(_panes(opened))
    opened.run("remove_indicators")
    assert _panes(opened) == [PRICE, VOLUME]


def test_indicators_stay_over_symbols_and_intervals_and_nothing_old_is_drawn(opened, cache):
    _add(opened, "sma", "rsi")
    held, load = [], cache.load_indicator

    def hold(request):
        held.append((Future(), request))
        return held[-1][0]

    cache.load_indicator = hold
    opened.open("MSFT")
    assert _ids(opened) == ["sma", "rsi"]
    assert opened.page.model.scene.study_values == {}
    cache.load_indicator = load
    opened.open("AAPL", "5m")
    shown = opened.page.model.scene.study_values["sma-1"]
    for future, request in held:
        future.set_result(load(request).result())
    settle(opened.qapp)
    assert opened.page.model.scene.study_values["sma-1"] is shown, "a late reply of another series is not drawn"


class Stored:
    """Stands for the layout in the user database."""

    is_read_only = False

    def __init__(self, layout=None):
        self.loaded, self.saved = Future(), []
        self.loaded.set_result(LoadedLayout(layout))

    def save(self, layout):
        self.saved.append(json.loads(json.dumps(window_document(layout))))
        done = Future()
        done.set_result(True)
        return done


def test_indicators_are_kept_in_the_layout_and_come_back(qapp, cache, tmp_path):
    first = Stored()
    window = WindowHarness(qapp, cache, tmp_path, layout=first)
    window.window.open_charts(("AAPL",), INTERVALS["1d"])
    settle(qapp)
    _add(window, "sma", "rsi")
    window.page.studies.preview(window.page.studies.find("sma-1"))
    window.page.model.move_separator("rsi-1", 300)
    studies, panes = _studies(window), window.page.model.scene.panes
    window.close()
    layout = parse_window(first.saved[-1])
    again = WindowHarness(qapp, cache, tmp_path / "again", layout=Stored(layout))
    again.window.open_charts((), INTERVALS["1d"])
    settle(qapp)
    assert _studies(again) == studies
    restored = again.page.model.scene.panes
    assert [pane.id for pane in restored] == [pane.id for pane in panes]
    assert np.allclose([pane.weight for pane in restored], [pane.weight for pane in panes], atol=1e-5)
    assert again.page.model.scene.study_values["sma-1"].symbol == "AAPL"
    again.close()


def test_a_forming_bar_moves_the_last_value(opened, cache, qtbot):
    _add(opened, "sma")
    before = opened.page.model.scene.study_values["sma-1"].latest("value")
    cache.add("AAPL", "1d", make_bars(3_000, seed=11), n_stored=600)
    series = opened.page.model.series
    last = int(series.bars.open_time[-1])
    opened.bridge.bars_stored.emit(BarsStored("AAPL", series.interval, Span(last, last + DAY_S), 2))
    qtbot.waitUntil(lambda: opened.page.model.scene.study_values["sma-1"].latest("value") != before, timeout=3_000)
    settle(opened.qapp)
    close = opened.page.model.series.bars.close
    assert opened.page.model.scene.study_values["sma-1"].latest("value") == pytest.approx(close[-9:].mean(), abs=1e-9)
