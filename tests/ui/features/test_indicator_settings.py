"""What a person keeps of indicators: favourites, defaults, templates; and the settings' pages."""

import json

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from candledesk.cache.runtime.writer import Writer
from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.features.indicators.add_dialog import FAVOURITES, RECENT, AddDialog, matching
from candledesk.ui.features.indicators.settings_dialog import SettingsDialog
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def _start(connect, when_idle, *, guard):
    return Writer(connect, when_idle, name="candledesk-user-data", guard=guard)


@pytest.fixture
def open_window(qapp, cache, tmp_path):
    """Return a function that opens a window on the same home, after it has closed the one before."""
    made = []

    def close():
        while made:
            window, user_data = made.pop()
            window.close()
            assert user_data.close(30)

    def begin():
        close()
        user_data = UserData(tmp_path / "user.db", _start)
        window = WindowHarness(qapp, cache, tmp_path, workspace=Workspace(user_data))
        made.append((window, user_data))
        user_data.read(lambda _conn: None).result(5)
        settle(qapp)
        return window.open("AAPL")

    yield begin
    close()


@pytest.fixture
def opened(open_window):
    return open_window()


def _dialog(opened, kind):
    settle(opened.qapp)
    return next(one for one in opened.window.findChildren(QDialog) if isinstance(one, kind) and one.isVisible())


def _open_list(opened):
    opened.run("indicators")
    return _dialog(opened, AddDialog)


def _settings(opened, key):
    opened.page.study_settings_requested.emit(key)
    return _dialog(opened, SettingsDialog)


def _add(opened, *names):
    for name in names:
        opened.page.studies.add(name)
    settle(opened.qapp)


def _studies(opened):
    return opened.page.model.scene.studies


def _panes(opened):
    return [pane.id for pane in opened.page.model.scene.panes]


def _listed(listed):
    """Return the headings with the ids below each."""
    found = {}
    for at in range(listed.list.count()):
        if listed._id(at):
            found[list(found)[-1]].append(listed._id(at))
        else:
            found[listed.list.item(at).text()] = []
    return found


def _set_number(editor, text):
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)


# -- favourites and those used last


def test_a_star_and_ctrl_d_make_favourites_which_come_first_and_are_remembered(open_window):
    opened = open_window()
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "macd")
    QTest.keyClick(listed.line, Qt.Key.Key_D, CTRL)
    listed.line.clear()
    row = next(at for at in range(listed.list.count()) if listed._id(at) == "rsi")
    listed.list.scrollToItem(listed.list.item(row))
    place = listed.list.visualItemRect(listed.list.item(row))
    QTest.mouseClick(listed.list.viewport(), LEFT, NONE, QPoint(12, place.center().y()))
    assert _listed(listed)[FAVOURITES.upper()] == ["macd", "rsi"]
    assert _studies(opened) == (), "a click on the star adds nothing"
    opened = open_window()
    listed = _open_list(opened)
    assert next(iter(_listed(listed).items())) == (FAVOURITES.upper(), ["macd", "rsi"])
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert [one.study.id for one in _studies(opened)] == ["macd"]
    QTest.keyClick(listed.line, Qt.Key.Key_D, CTRL)
    assert _listed(listed)[FAVOURITES.upper()] == ["rsi"]


def test_those_used_last_are_listed_behind_the_favourites_until_something_is_typed(open_window):
    opened = open_window()
    listed = _open_list(opened)
    for text in ("rsi", "boll"):
        listed.line.clear()
        QTest.keyClicks(listed.line, text)
        QTest.keyClick(listed.line, Qt.Key.Key_Return)
    listed = _open_list(open_window())
    assert _listed(listed)[RECENT.upper()][:2] == ["bollinger", "rsi"]
    QTest.keyClicks(listed.line, "rsi")
    assert RECENT.upper() not in _listed(listed)


def test_every_indicator_is_listed_once():
    found = matching("", ("rsi", "sma"), ("sma", "ema"))
    ids = [row.id for _, rows in found for row in rows]
    assert [title for title, _ in found[:2]] == [FAVOURITES, RECENT]
    assert (len(ids), len(set(ids))) == (30, 30)
    assert [row.id for row in found[1][1]] == ["ema"]


# -- settings


def test_an_indicator_is_hidden_on_the_intervals_that_were_unchecked(opened):
    _add(opened, "sma")
    dialog = _settings(opened, "sma-1")
    dialog.tabs.setCurrentIndex(2)
    assert list(dialog.visibility.checks) == list(INTERVAL_KINDS)
    dialog.visibility.checks["days"].click()
    settle(opened.qapp)
    assert opened.page.model.frame().studies[0].lines == {}, "seen at once"
    assert "Not drawn on daily charts" in opened.page.view.study_legend
    dialog.accept()
    opened.open("AAPL", "5m")
    assert opened.page.model.frame().studies[0].lines
    assert "Not drawn" not in opened.page.view.study_legend
    opened.open("AAPL", "1d")
    assert opened.page.model.frame().studies[0].lines == {}
    opened.run("undo")
    assert opened.page.model.frame().studies[0].lines


def test_the_source_follows_a_line_of_the_chart_when_that_is_changed(opened):
    _add(opened, "rsi", "sma")
    dialog = _settings(opened, "sma-1")
    dialog.inputs.editors["source"].setCurrentText("RSI 14 close")
    dialog.accept()
    dialog = _settings(opened, "rsi-1")
    _set_number(dialog.inputs.editors["length"], "5")
    settle(opened.qapp)
    values = opened.page.model.scene.study_values
    expected = values["rsi-1"].last["value"][-9:].mean()
    assert values["sma-1"].latest("value") == pytest.approx(expected, abs=1e-9)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened.page.studies.find("sma-1").study.source.study.params.integer("length") == 14
    opened.page.studies.remove("rsi-1")
    assert opened.page.studies.find("sma-1").follows == ""
    opened.run("undo")
    assert opened.page.studies.find("sma-1").follows == "rsi-1.value"


def test_a_source_that_depends_on_the_indicator_is_refused_in_words(opened):
    _add(opened, "rsi", "sma")
    dialog = _settings(opened, "sma-1")
    dialog.inputs.editors["source"].setCurrentText("RSI 14 close")
    dialog.accept()
    before = _studies(opened)
    dialog = _settings(opened, "rsi-1")
    source = dialog.inputs.editors["source"]
    source.setCurrentIndex(next(at for at in range(source.count()) if source.itemText(at).startswith("SMA")))
    assert dialog.note.isVisible()
    assert "cannot be its own source" in dialog.note.text()
    assert source.currentText() == "close"
    assert _studies(opened) == before
    _set_number(dialog.inputs.editors["length"], "21")
    assert not dialog.note.isVisible()
    dialog.reject()


def test_settings_saved_as_default_are_those_of_new_ones_also_after_a_restart(open_window):
    opened = open_window()
    _add(opened, "rsi")
    dialog = _settings(opened, "rsi-1")
    _set_number(dialog.inputs.editors["length"], "7")
    dialog.style_page.width_choice.setCurrentIndex(2)
    dialog.style_page.width_choice.activated.emit(2)
    dialog.buttons.save_default.click()
    dialog.accept()
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "rsi")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert [(one.title, one.width) for one in _studies(opened)][-1] == ("RSI 7 close", 3)
    opened = open_window()
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "rsi")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert [(one.title, one.width) for one in _studies(opened)] == [("RSI 7 close", 3)]


def test_reset_and_save_forget_the_saved_default(open_window):
    opened = open_window()
    _add(opened, "rsi")
    for length in ("7", ""):
        dialog = _settings(opened, "rsi-1")
        if length:
            _set_number(dialog.inputs.editors["length"], length)
        else:
            dialog.buttons.defaults.click()
        dialog.buttons.save_default.click()
        dialog.accept()
    opened = open_window()
    listed = _open_list(opened)
    QTest.keyClicks(listed.line, "rsi")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    assert _studies(opened)[0].title == "RSI 14 close"


# -- templates


def _templates(opened):
    listed = _open_list(opened)
    listed.tabs.setCurrentIndex(1)
    return listed.templates


def test_a_template_is_saved_and_applied_in_another_chart_after_a_restart(open_window):
    opened = open_window()
    _add(opened, "sma", "rsi", "macd")
    opened.page.studies.move_to("sma-1", "rsi-1")
    page = _templates(opened)
    QTest.keyClicks(page.name, "Trend")
    QTest.keyClick(page.name, Qt.Key.Key_Return)
    assert list(opened.window.findChild(AddDialog)._book.templates) == ["Trend"]
    opened = open_window()
    _add(opened, "rsi")
    page = _templates(opened)
    assert page.replace.text() == "Replace the chart's"
    QTest.mouseClick(page.replace, LEFT)
    assert [one.study.id for one in _studies(opened)] == ["sma", "rsi", "macd"]
    sma, rsi, macd = _studies(opened)
    assert sma.pane == rsi.pane
    assert _panes(opened) == [PRICE, VOLUME, rsi.pane, macd.pane]
    opened.run("undo")
    assert [one.study.id for one in _studies(opened)] == ["rsi"], "one undo step"


def test_a_template_is_added_beside_what_is_there_with_names_of_its_own(opened):
    _add(opened, "rsi", "sma")
    dialog = _settings(opened, "sma-1")
    dialog.inputs.editors["source"].setCurrentText("RSI 14 close")
    dialog.accept()
    page = _templates(opened)
    QTest.keyClicks(page.name, "Both")
    QTest.mouseClick(page.save, LEFT)
    QTest.mouseClick(page.add, LEFT)
    keys = [one.key for one in _studies(opened)]
    assert len(set(keys)) == 4
    added = _studies(opened)[-1]
    assert added.follows == f"{_studies(opened)[2].key}.value"
    assert len(set(_panes(opened))) == len(_panes(opened)) == 4


def test_a_template_goes_through_a_file_and_a_taken_name_gets_a_number(opened, tmp_path):
    _add(opened, "rsi")
    page = _templates(opened)
    QTest.keyClicks(page.name, "Own")
    QTest.mouseClick(page.save, LEFT)
    page.write_path(str(tmp_path / "own.json"))
    assert json.loads((tmp_path / "own.json").read_text())["name"] == "Own"
    page.read_path(str(tmp_path / "own.json"))
    assert list(page._book.templates) == ["Own", "Own 2"]
    (tmp_path / "bad.json").write_text("{}")
    page.read_path(str(tmp_path / "bad.json"))
    assert "no template" in page.note.text()
    page.read_path(str(tmp_path / "nothing.json"))
    assert "cannot be read" in page.note.text()
    QTest.mouseClick(page.delete, LEFT)
    assert list(page._book.templates) == ["Own 2"]


def test_the_palette_applies_a_template(opened):
    _add(opened, "rsi")
    page = _templates(opened)
    QTest.keyClicks(page.name, "Momentum")
    QTest.mouseClick(page.save, LEFT)
    opened.page.studies.remove_all()
    feature = opened.window.features["indicators"]
    item = next(item for item in feature.palette() if item.id == "template:Momentum")
    assert item.why_disabled == ""
    item.run()
    assert [one.study.id for one in _studies(opened)] == ["rsi"]


def test_without_indicators_nothing_can_be_saved_and_a_template_is_applied_by_one_button(opened):
    page = _templates(opened)
    QTest.keyClicks(page.name, "Empty")
    assert not page.save.isEnabled()
    assert not page.replace.isEnabled()
    _add(opened, "rsi")
    assert page.save.isEnabled()
    QTest.mouseClick(page.save, LEFT)
    opened.page.studies.remove_all()
    assert (page.replace.text(), page.add.isVisible()) == ("Apply", False)


def test_the_list_of_indicators_closes_on_escape_from_both_pages(opened):
    for index in (0, 1):
        listed = _open_list(opened)
        listed.tabs.setCurrentIndex(index)
        QTest.keyClick(listed, Qt.Key.Key_Escape)
        settle(opened.qapp)
        opened.qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not any(isinstance(one, AddDialog) for one in opened.window.findChildren(QDialog))
