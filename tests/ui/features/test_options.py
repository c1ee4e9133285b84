import json
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QColorDialog, QComboBox, QPushButton

from candledesk.ui.chart.core.options import (
    ChartOptions,
    ChartType,
    Magnet,
    UpRule,
    ZoneName,
)
from candledesk.ui.declared_options import Choice, option_values, read_options, shared_fields
from candledesk.ui.features.options_dialog import OptionsDialog
from candledesk.ui.shell.option_store import OptionStore
from candledesk.ui.theme.palettes import PaletteName
from candledesk.ui.theme.themes import DARK, LIGHT, coloured

OTHER = ChartOptions(
    up_rule=UpRule.PREVIOUS, palette=PaletteName.CUSTOM, up_colour="#112233",
    zone=ZoneName.UTC, magnet=Magnet.FREE, has_grid=False, has_countdown=False,
    is_placed_by_time=True,
)  # fmt: skip


def test_every_option_survives_a_layout(qapp):
    store = OptionStore(ChartOptions, "Charts", {})
    assert store.value == ChartOptions()
    store.take(OTHER)
    document = json.loads(json.dumps(option_values(store.value)))
    assert OptionStore(ChartOptions, "Charts", document).value == OTHER
    assert (document["zone"], document["has_grid"]) == ("utc", False)


def test_the_type_of_a_chart_is_not_stored_with_the_options_of_all():
    assert "chart_type" not in option_values(ChartOptions(chart_type=ChartType.AREA))
    assert read_options(ChartOptions, {"chart_type": "area"}) == ChartOptions()


def test_options_of_the_former_settings_file_are_understood():
    stored = {"has_grid": "false", "zone": "utc"}
    assert read_options(ChartOptions, stored) == ChartOptions(has_grid=False, zone=ZoneName.UTC)


def test_what_is_not_valid_is_the_default():
    assert read_options(ChartOptions, {row.name: "nonsense" for row in fields(ChartOptions)}) == ChartOptions()
    assert read_options(ChartOptions, {"up_colour": True, "has_grid": "#123456"}) == ChartOptions()


def _contrast(one, other):
    def light(colour):
        parts = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in
                 (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())]  # fmt: skip
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("palette", [PaletteName.CLASSIC, PaletteName.COLOUR_BLIND, PaletteName.EAST_ASIA])
def test_colours_are_readable_on_both_grounds(theme, palette):
    shown = coloured(theme, ChartOptions(palette=palette))
    assert _contrast(shown.up, theme.background) >= 3
    assert _contrast(shown.down, theme.background) >= 3
    assert _contrast(theme.text_muted, theme.background) >= 4.5
    assert (shown.up == theme.down) is (palette is PaletteName.EAST_ASIA)


def test_blue_and_orange_differ_without_red_and_green():
    for theme in (DARK, LIGHT):
        shown = coloured(theme, ChartOptions(palette=PaletteName.COLOUR_BLIND))
        assert abs(QColor(shown.up).blue() - QColor(shown.down).blue()) > 120


@pytest.fixture
def dialog(qtbot):
    store = OptionStore(ChartOptions, "Charts", {})
    parent = QPushButton()
    qtbot.addWidget(parent)
    made = OptionsDialog([store], parent)
    made.open()
    yield made
    made.close()


def test_every_option_has_an_editor_that_changes_it(dialog, qtbot):
    [form] = dialog.forms
    for row in shared_fields(ChartOptions):
        before, editor = form.store.value, form.editors[row.name]
        if isinstance(editor, QComboBox):
            editor.setFocus()
            qtbot.keyClick(editor, Qt.Key.Key_Down)
        elif isinstance(editor, QCheckBox):
            qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.rect().center() * 0.2)
        else:
            qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
            picker = dialog.findChild(QColorDialog)
            picker.setCurrentColor(QColor("#123456"))
            picker.accept()
            qtbot.waitUntil(lambda: dialog.findChild(QColorDialog) is None)
        value = getattr(form.store.value, row.name)
        assert value != getattr(before, row.name), row.name
        if isinstance(value, Choice):
            assert editor.currentText() == value.words
            assert isinstance(value, type(row.default))


def test_an_option_that_was_switched_off_can_be_switched_on_again(dialog):
    [form] = dialog.forms
    seen = []
    for _ in range(2):
        form.editors["has_grid"].click()
        seen.append(form.store.value.has_grid)
    assert seen == [False, True]


def test_drawings_are_placed_by_their_time_only_after_a_click(dialog, qtbot):
    [form] = dialog.forms
    editor = form.editors["is_placed_by_time"]
    assert (editor.text(), editor.isChecked()) == ("Place drawings within longer bars by their time", False)
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.rect().center() * 0.2)
    assert form.store.value == ChartOptions(is_placed_by_time=True)


def test_the_defaults_come_back(dialog, qtbot):
    [form] = dialog.forms
    form.store.take(OTHER)
    assert form.editors["zone"].currentText() == "UTC"
    button = next(b for b in dialog.findChildren(QPushButton) if "efault" in b.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.store.value == ChartOptions()
    assert form.editors["zone"].currentText() == "Exchange"
