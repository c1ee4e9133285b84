import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from candledesk import __version__
from candledesk.ui.features.about import AboutDialog, LicenseDialog, about_rows
from candledesk.ui.shell.feature import DataOrigin
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import THEMES
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path, origin=DataOrigin(terms="Some market, for personal use."))
    yield made
    made.close()


def test_help_ends_with_the_version_the_folder_and_where_the_data_come_from(opened, tmp_path):
    assert opened.window.table.menus["Help"].actions()[-1].text() == "About CandleDesk"
    opened.run("about")
    [dialog] = opened.window.findChildren(AboutDialog)
    assert dialog.isVisible()
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert __version__ in words
    assert str(tmp_path) in words
    assert "Some market, for personal use" in words
    assert not dialog.folder_button.isDefault(), "Enter closes; it opens no file manager"
    dialog.close()


def test_the_license_of_the_font_can_be_read(opened, qtbot):
    opened.run("about")
    [about] = opened.window.findChildren(AboutDialog)
    qtbot.mouseClick(about.license_button, Qt.MouseButton.LeftButton)
    settle(opened.qapp)
    [shown] = about.findChildren(LicenseDialog)
    assert "SIL OPEN FONT LICENSE" in shown.text.toPlainText()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    settle(opened.qapp)
    about.close()


def test_the_demo_market_is_named_as_a_sentence(tmp_path):
    rows = dict(about_rows(tmp_path, "demo market (synthetic)"))
    assert rows["Market data"] == "Demo market (synthetic)"


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_long_folder_does_not_make_the_dialog_wider_than_a_small_screen(opened, qapp, theme):
    apply_theme(qapp, theme)
    dialog = AboutDialog(opened.home / ("long" * 40), "Some market.", opened.window)
    dialog.show()
    settle(qapp)
    assert dialog.width() <= 1200
    dialog.close()
