import pytest
from PySide6.QtCore import QSettings, Qt

from candledesk.ui.theme.choice import ThemeChoice, pick_theme
from candledesk.ui.theme.themes import DARK, LIGHT

NO_WORD, DARK_SYSTEM, LIGHT_SYSTEM = Qt.ColorScheme.Unknown, Qt.ColorScheme.Dark, Qt.ColorScheme.Light


@pytest.mark.parametrize(
    ("given", "remembered", "scheme", "theme"),
    [
        ("", "", LIGHT_SYSTEM, DARK),
        ("", "light", DARK_SYSTEM, LIGHT),
        ("dark", "light", LIGHT_SYSTEM, DARK),
        ("light", "dark", DARK_SYSTEM, LIGHT),
        ("system", "dark", LIGHT_SYSTEM, LIGHT),
        ("system", "light", DARK_SYSTEM, DARK),
        ("system", "light", NO_WORD, DARK),
        ("", "gone from this version", NO_WORD, DARK),
    ],
)
def test_the_option_wins_over_memory_and_memory_over_the_default(given, remembered, scheme, theme):
    assert pick_theme(given, remembered, scheme) is theme


def test_the_system_is_followed_until_the_user_chooses(qapp, tmp_path):
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    choice = ThemeChoice(settings, "system")
    received = []
    choice.changed.connect(lambda: received.append(choice.theme.name))
    choice._on_scheme_changed(LIGHT_SYSTEM)
    choice._on_scheme_changed(LIGHT_SYSTEM)
    choice.toggle()
    choice._on_scheme_changed(LIGHT_SYSTEM)
    assert received == ["light", "dark"]
    assert ThemeChoice(settings).theme is DARK
