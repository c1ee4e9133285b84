"""Every text of a row can be read on each ground of it."""

import pytest
from PySide6.QtGui import QColor

from candledesk.ui.features.search.row_delegate import match_colour, muted_colour, row_ground
from candledesk.ui.theme.themes import THEMES


def _luminance(colour):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in QColor(colour).getRgbF()]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one, other):
    lower, higher = sorted((_luminance(one), _luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("look", [{}, {"is_selected": True}, {"is_hovered": True}], ids=str)
def test_text_stands_out_from_the_ground_of_a_row(theme, look):
    ground = row_ground(theme, **look)
    colours = theme.text, match_colour(theme, ground), muted_colour(theme, ground)
    assert all(_contrast(colour, ground) >= 4.5 for colour in colours)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_selected_row_stands_out_from_the_others(theme):
    assert _contrast(row_ground(theme, is_selected=True), row_ground(theme)) >= 1.3
    assert row_ground(theme, is_hovered=True) not in {row_ground(theme), row_ground(theme, is_selected=True)}
