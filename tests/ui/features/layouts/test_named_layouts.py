"""Named layouts under the hands of a person: saved, opened, renamed, copied, deleted, brought back."""

import json

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from candledesk.ui.features.layouts.named import layout_saver
from candledesk.ui.features.layouts.named.layout_button import LayoutButton
from candledesk.ui.features.layouts.named.open_dialog import OpenDialog
from candledesk.ui.features.layouts.named.versions_dialog import VersionsDialog
from candledesk.ui.features.palette.box import PaletteBox
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.watchlist.dialogs.text_dialog import TextDialog
from candledesk.workspace.layout import check_layout
from tests.ui.conftest import settle

NONE = Qt.KeyboardModifier.NoModifier


def test_ctrl_s_asks_for_a_name_once_and_stores_what_is_shown(layouts):
    layouts.open("AAPL").name("Morning")
    assert layouts.symbols("Morning") == ["AAPL"]
    check_layout(layouts.stored("Morning"))
    assert layouts.tabs.tabText(0) == layouts.window.findChild(LayoutButton).text() == "Morning"
    layouts.open("MSFT")
    layouts.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["MSFT"])
    assert not [dialog for dialog in layouts.window.findChildren(TextDialog) if dialog.isVisible()]
    layouts.qtbot.waitUntil(lambda: layouts.message == "Morning is saved")


def test_a_named_layout_stores_its_changes_by_itself(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.run("grid_2h")
    layouts.charts.show_page(layouts.charts.pages()[1])
    layouts.open("TSLA")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["AAPL", "TSLA"])
    layouts.charts.page.model.step(-100)
    view = layouts.charts.page.state.contents()["view"]
    layouts.qtbot.waitUntil(lambda: layouts.stored("Morning")["charts"][1]["view"] == view)
    assert "right_time" in view


def test_how_drawings_lie_within_longer_bars_is_kept_with_a_layout(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.window.options.update(is_placed_by_time=True)
    assert layouts.charts.page.model.scene.options.is_placed_by_time
    layouts.open("MSFT")  # options alone are no change of a named layout
    layouts.qtbot.waitUntil(lambda: layouts.stored("Morning")["options"].get("is_placed_by_time") is True)
    check_layout(layouts.stored("Morning"))
    layouts.start()
    layouts.qtbot.waitUntil(lambda: layouts.charts.page.model.scene.options.is_placed_by_time)


def test_what_is_not_changed_is_not_stored_again(layouts, monkeypatch):
    layouts.open("AAPL").name("Morning")
    layouts.open("MSFT")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["MSFT"])
    events = []
    layouts.workspace.subscribe(events.append)
    layouts.charts.arranged.emit()
    layouts.qtbot.wait(80)  # longer than the pause before a save
    assert events == []


def test_without_saving_automatically_only_ctrl_s_stores(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.run("autosave_layouts")
    layouts.open("MSFT")
    layouts.qtbot.wait(80)
    assert layouts.symbols("Morning") == ["AAPL"]
    layouts.start()
    assert not layouts.harness.actions["autosave_layouts"].isChecked()
    assert layouts.charts.target[0] == "MSFT"
    layouts.qtbot.wait(80)
    assert layouts.symbols("Morning") == ["AAPL"]
    layouts.run("save_layout")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["MSFT"])


def test_the_last_change_before_the_window_or_the_tab_is_closed_is_stored(layouts, monkeypatch):
    monkeypatch.setattr(layout_saver, "SAVE_MS", 60_000)
    layouts.open("AAPL").name("Morning")
    layouts.open("MSFT")
    layouts.start()
    assert (layouts.names, layouts.symbols("Morning")) == (["Morning"], ["MSFT"])
    layouts.run("new_tab")
    layouts.tabs.setCurrentIndex(0)
    layouts.open("IBM")
    layouts.run("close_tab")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["IBM"])


def test_a_period_opens_the_list_and_enter_the_layout_that_was_typed(layouts):
    layouts.store("Coins", "MSFT")
    layouts.store("Tech", "TSLA", "NVDA", grid="2h")
    layouts.open("AAPL")
    layouts.press(Qt.Key.Key_Period)
    dialog = layouts.dialog(OpenDialog)
    layouts.qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 2)
    QTest.keyClicks(dialog.line, "nvda")
    assert dialog.table.model().rowCount() == 1
    assert [dialog.table.model().index(0, at).data() for at in range(3)] == ["Tech", "2", "TSLA, NVDA"]
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    layouts.until_named("Tech")
    settle(layouts.qapp)
    assert layouts.names == ["", "Tech"]
    assert [page.title() for page in layouts.grid.pages()] == ["TSLA 1d", "NVDA 1d"]
    assert layouts.window.focusWidget() is layouts.charts.page.view


def test_the_palette_opens_a_named_layout(layouts):
    layouts.store("Tech", "TSLA")
    layouts.open("AAPL")
    layouts.run("palette")
    box = layouts.window.findChild(PaletteBox)
    QTest.keyClicks(box.line, "@tech")
    layouts.qtbot.waitUntil(lambda: [row.item.title for row in box.rows.rows] == ["Tech"])
    QTest.keyClick(box.line, Qt.Key.Key_Return)
    layouts.until_named("Tech")
    assert layouts.names == ["", "Tech"]


def test_a_layout_that_is_open_is_gone_to(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.run("new_tab")
    layouts.window._requests.layout_requested.emit("Morning")
    settle(layouts.qapp)
    assert (layouts.names, layouts.tabs.currentIndex()) == (["Morning", ""], 0)


def test_an_empty_tab_takes_the_layout_that_is_opened(layouts):
    layouts.store("Tech", "TSLA")
    layouts.window._requests.layout_requested.emit("Tech")
    layouts.until_named("Tech")
    assert layouts.names == ["Tech"]


def test_arrow_keys_choose_a_row_while_the_line_keeps_the_keyboard(layouts):
    for name in ("A", "B", "C"):
        layouts.store(name, "AAPL")
    layouts.run("open_layout")
    dialog = layouts.dialog(OpenDialog)
    layouts.qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 3)
    for key, row in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1)):
        QTest.keyClick(dialog.line, key)
        assert dialog.table.chosen == row
    QTest.keyClick(dialog.line, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_list_says_how_to_get_the_first_layout(layouts):
    layouts.run("open_layout")
    dialog = layouts.dialog(OpenDialog)
    assert "Ctrl+S" in dialog.hint.text()
    assert not dialog.open_button.isEnabled()


def test_deleting_asks_and_leaves_the_charts_in_the_tab(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.run("delete_layout")
    layouts.dialog(ConfirmDialog).buttons.rejected.emit()
    assert layouts.symbols("Morning") == ["AAPL"]
    layouts.run("delete_layout")
    layouts.dialog(ConfirmDialog).verb_button.click()
    layouts.until_named("")
    assert layouts.workspace.list_layouts().result(5) == []
    assert layouts.charts.target[0] == "AAPL"
    assert not layouts.harness.actions["delete_layout"].isEnabled()


def test_the_list_deletes_too_and_shows_what_is_left(layouts):
    layouts.store("A", "AAPL")
    layouts.store("B", "MSFT")
    layouts.run("open_layout")
    dialog = layouts.dialog(OpenDialog)
    layouts.qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 2)
    dialog.delete_button.click()
    layouts.dialog(ConfirmDialog).verb_button.click()
    layouts.qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1)
    assert [one.name for one in layouts.workspace.list_layouts().result(5)] == ["B"]
    dialog.reject()


def test_the_name_over_a_tab_is_the_name_that_is_stored(layouts, qtbot):
    layouts.open("AAPL")
    for name in ("Morning", "Evening"):
        layouts.tabs.edit_name(0)
        editor = layouts.tabs._editor
        editor.selectAll()
        QTest.keyClicks(editor, name)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        layouts.until_named(name)
    assert [one.name for one in layouts.workspace.list_layouts().result(5)] == ["Evening"]
    assert layouts.symbols("Evening") == ["AAPL"]


def test_a_name_that_is_taken_is_not_given_twice(layouts):
    layouts.store("Tech", "TSLA")
    layouts.open("AAPL").name("Morning")
    layouts.charts.tabs.name_entered.emit(layouts.grid, "Tech")
    layouts.qtbot.waitUntil(lambda: "already" in layouts.message)
    assert (layouts.names, layouts.symbols("Tech")) == (["Morning"], ["TSLA"])
    layouts.run("save_layout_as")
    dialog = layouts.dialog(TextDialog)
    dialog.line.setText("Tech")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    layouts.dialog(ConfirmDialog).verb_button.click()
    layouts.until_named("Tech")
    assert layouts.symbols("Tech") == ["AAPL"]
    assert [row.charts for row in layouts.workspace.list_layout_versions("Tech").result(5)] == [("TSLA 1d",)]


def test_an_empty_name_leaves_what_is_stored(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.charts.tabs.name_entered.emit(layouts.grid, "")
    settle(layouts.qapp)
    layouts.open("MSFT")
    layouts.qtbot.wait(80)
    assert (layouts.names, layouts.symbols("Morning")) == ([""], ["AAPL"])


def test_a_copy_is_a_layout_of_its_own(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.run("duplicate_layout")
    layouts.until_named("Morning copy")
    settle(layouts.qapp)
    layouts.open("MSFT")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning copy") == ["MSFT"])
    assert (layouts.names, layouts.symbols("Morning")) == (["Morning", "Morning copy"], ["AAPL"])
    layouts.tabs.setCurrentIndex(0)
    layouts.run("duplicate_layout")
    layouts.until_named("Morning copy 2")


def test_a_version_comes_back_in_the_tab_and_what_was_shown_is_a_version(layouts):
    layouts.open("AAPL").name("Morning")
    layouts.open("MSFT")
    layouts.run("save_layout")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["MSFT"])
    settle(layouts.qapp)
    layouts.run("layout_versions")
    dialog = layouts.dialog(VersionsDialog)
    rows = [dialog.table.model().index(row, 1).data() for row in range(dialog.table.model().rowCount())]
    dialog.table.selectRow(rows.index("AAPL 1d"))
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    layouts.qtbot.waitUntil(lambda: layouts.charts.target is not None and layouts.charts.target[0] == "AAPL")
    assert (layouts.names, layouts.symbols("Morning")) == (["Morning"], ["AAPL"])
    assert layouts.workspace.list_layout_versions("Morning").result(5)[0].charts == ("MSFT 1d",)
    layouts.open("IBM")
    layouts.qtbot.waitUntil(lambda: layouts.symbols("Morning") == ["IBM"])


def test_an_exported_layout_is_imported_under_a_free_name(layouts, tmp_path):
    layouts.open("AAPL").name("Morning")
    layouts.run("grid_2v")
    file = tmp_path / "morning.json"
    commands = layouts.window.findChild(_commands_class())
    commands.export_file(str(file))
    exported = json.loads(file.read_text("utf-8"))
    assert (exported["name"], exported["grid"]) == ("Morning", "2v")
    commands.import_file(str(file))
    layouts.until_named("Morning 2")
    settle(layouts.qapp)
    assert (layouts.grid.grid, len(layouts.grid.cells)) == ("2v", 2)
    for wrong, words in ((b"{}", "format"), (b"[]", "no layout"), (b"\xff", "no layout")):
        file.write_bytes(wrong)
        commands.import_file(str(file))
        assert words in layouts.message
    commands.import_file(str(tmp_path / "none.json"))
    assert "cannot be read" in layouts.message


def test_a_layout_with_an_unknown_symbol_opens_with_that_chart_named(layouts):
    layouts.store("Odd", "AAPL", "NOSUCH", grid="2h")
    layouts.window._requests.layout_requested.emit("Odd")
    layouts.until_named("Odd")
    settle(layouts.qapp)
    known, unknown = layouts.grid.pages()
    assert (len(known.model.series.bars) > 0, unknown.title()) == (True, "NOSUCH 1d")
    assert "NOSUCH" in unknown.model.scene.notice.title
    layouts.charts.page.model.step(-50)
    layouts.qtbot.waitUntil(lambda: "view" in layouts.stored("Odd")["charts"][0])
    assert layouts.symbols("Odd") == ["AAPL", "NOSUCH"]


def _commands_class():
    from candledesk.ui.features.layouts.named.layout_commands import LayoutCommands

    return LayoutCommands
