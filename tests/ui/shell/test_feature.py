"""A feature that the window has never seen gets all its places from one line of the list of features."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDockWidget, QLabel, QPushButton

from candledesk.ui.declared_options import described
from candledesk.ui.features.options_dialog import OptionsDialog
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.features.shortcut_sheet import ShortcutSheet
from candledesk.ui.key_caps import KeyCaps
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature, Panel
from candledesk.ui.shell.option_store import OptionStore
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@dataclass(frozen=True, slots=True)
class NoteOptions:
    is_bold: bool = field(default=False, metadata=described("Bold notes"))


@pytest.fixture
def added():
    """What the feature's action did."""
    return []


@pytest.fixture
def notes(added):
    def notes_feature(context):
        def make():
            dock = QDockWidget("Notes", context.window)
            dock.setObjectName("notes")
            dock.setWidget(button := QPushButton("New note"))
            dock.setFocusProxy(button)
            return dock

        def add():
            added.append(context.charts.target)

        row = ActionRow("add_note", "Notes", "Add a note", ("Ctrl+Shift+F12",), add, context.charts.has_target)
        return Feature(
            "notes",
            (row,),
            toolbar=lambda toolbar: toolbar.addWidget(PlainLabel("Notes of the chart")),
            panel=Panel(
                "notes", "Notes", make, Qt.DockWidgetArea.RightDockWidgetArea, "Notes", shortcuts=("Ctrl+F12",)
            ),
            status=(PlainLabel("2 notes"),),
            settings=OptionStore(NoteOptions, "Notes", {}, context.window),
            keys=(("Notes", "Remove the selected note", "Del"),),
        )

    return notes_feature


@pytest.fixture
def opened(qapp, cache, tmp_path, notes):
    made = WindowHarness(qapp, cache, tmp_path, (*FEATURES, notes)).open()
    yield made
    made.close()


def test_no_two_features_have_the_same_id(opened):
    assert len(opened.window.features) == len(FEATURES) + 1


def _texts(widget):
    return {label.text() for label in widget.findChildren(QLabel) if label.isVisible()}


def test_its_action_stands_in_its_menu_and_knows_when_it_can_run(opened, added, qapp, cache, tmp_path):
    assert [menu.text() for menu in opened.window.table.menu.actions()][-2:] == ["Notes", "Help"]
    assert [entry.text() for entry in opened.window.table.menus["Notes"].actions()] == ["Add a note", "Notes"]
    opened.run("add_note")
    assert [target[0] for target in added] == ["MSFT"]
    opened.charts.add_chart()
    settle(qapp)
    assert not opened.actions["add_note"].isEnabled()


def test_its_panel_is_hidden_at_first_and_is_shown_and_hidden_with_the_keyboard_following(opened):
    dock = opened.window.features["notes"].panel.dock
    assert not dock.isVisible()
    opened.run("notes")
    assert opened.window.dockWidgetArea(dock) is Qt.DockWidgetArea.RightDockWidgetArea
    assert (dock.isVisible(), dock.widget().hasFocus(), opened.actions["notes"].isChecked()) == (True, True, True)
    opened.run("notes")
    assert (dock.isVisible(), opened.page.view.hasFocus(), opened.actions["notes"].isChecked()) == (False, True, False)


def test_its_panel_is_where_it_was_at_the_next_start(opened, qapp, cache, tmp_path, notes):
    opened.run("notes")
    opened.window.close()
    again = WindowHarness(qapp, cache, tmp_path, (*FEATURES, notes))
    assert again.window.findChild(QDockWidget, "notes").isVisible()
    assert again.actions["notes"].isChecked()
    again.close()


def test_its_pieces_stand_in_the_status_bar_and_the_toolbar(opened):
    assert "2 notes" in _texts(opened.window.status)
    assert "Notes of the chart" in _texts(opened.window.bars.top)
    assert "Notes" in [entry.text() for entry in opened.window.bars.right.actions()], "the button of its panel"


def test_the_sheet_of_shortcuts_has_its_rows_and_its_keys(opened):
    opened.run("shortcuts")
    sheet = opened.window.findChild(ShortcutSheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)} | {caps.text for caps in sheet.findChildren(KeyCaps)}
    assert {"Add a note", "Ctrl+Shift+F12", "Ctrl+F12", "Remove the selected note"} <= shown
    sheet.close()


def test_its_settings_have_a_heading_of_their_own_in_the_dialog(opened):
    opened.run("options")
    dialog = opened.window.findChild(OptionsDialog)
    assert {"Charts", "Notes"} <= _texts(dialog)
    check = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Bold notes")
    check.click()
    assert [form.store.value for form in dialog.forms][-1] == NoteOptions(is_bold=True)
    dialog.close()
