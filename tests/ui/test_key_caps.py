import pytest
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication

from candledesk.ui.key_caps import KeyCaps, caps_width, key_parts
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import THEMES


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ctrl+K", [["Ctrl", "K"]]),
        ("+  or  =  or  Ctrl+Up", [["+"], ["="], ["Ctrl", "Up"]]),
        ("Ctrl++", [["Ctrl", "+"]]),
        ("Ctrl+Shift+PgDown", [["Ctrl", "Shift", "PgDown"]]),
        ("Ctrl + wheel", [["Ctrl", "wheel"]]),
        ("Drag  or  Shift + wheel", [["Drag"], ["Shift", "wheel"]]),
        ("Double-click the axis", [["Double-click the axis"]]),
        ("1 … 9", [["1 … 9"]]),
        ("", []),
    ],
)
def test_a_text_is_divided_into_shortcuts_and_keys(text, parts):
    assert key_parts(text) == parts


def _contrast(one, other):
    def luminance(colour):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_caps_are_drawn_with_their_letters_readable_in_both_themes(qapp, qtbot, name):
    apply_theme(qapp, THEMES[name])
    caps = KeyCaps("Ctrl+K")
    qtbot.addWidget(caps)
    caps.resize(caps.sizeHint())
    assert caps.sizeHint().width() >= caps_width("Ctrl+K", caps.font()) > caps_width("K", caps.font())
    image = QImage(caps.size(), QImage.Format.Format_RGB32)
    caps.render(image)
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    palette = QApplication.palette()
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    assert {base.name(), text.name()} <= seen
    assert _contrast(base, text) >= 4.5
