import pytest
from PySide6.QtGui import QColor, QIcon

from candledesk.paths import resources_dir
from candledesk.ui.theme.icons import ICON_PX, themed_icon
from candledesk.ui.theme.themes import DARK, LIGHT

NAMES = sorted(file.stem for file in (resources_dir() / "icons").glob("*.svg") if file.stem != "candledesk")


def _colours(icon, mode=QIcon.Mode.Normal, state=QIcon.State.Off):
    """Return the colours of the pixels that can be seen well."""
    image = icon.pixmap(ICON_PX, mode, state).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {pixel.name() for pixel in pixels if pixel.alpha() > 120}


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_drawn_in_the_colour_of_the_theme_alone(qapp, name):
    for theme in (DARK, LIGHT):
        colours = _colours(themed_icon(name, theme))
        assert colours, "something is drawn"
        assert all(_is_near(colour, theme.text) for colour in colours)


def _is_near(colour, other):
    parts = zip(QColor(colour).getRgb(), QColor(other).getRgb(), strict=True)
    return all(abs(one - two) <= 2 for one, two in parts)


def test_a_picture_shows_whether_its_button_is_on_or_disabled(qapp):
    icon = themed_icon("magnet", DARK)
    on, disabled = _colours(icon, state=QIcon.State.On), _colours(icon, QIcon.Mode.Disabled)
    assert on
    assert all(_is_near(colour, DARK.accent) for colour in on)
    assert disabled
    assert all(_is_near(colour, DARK.text_disabled) for colour in disabled)


def test_a_picture_that_does_not_exist_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        themed_icon("no-such-picture", DARK)
