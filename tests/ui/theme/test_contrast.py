import pytest

from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.theme.contrast import TEXT_RATIO, away_from, contrast, mix
from candledesk.ui.theme.palettes import PaletteName
from candledesk.ui.theme.themes import DARK, LIGHT, coloured

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
GROUNDS = ("background", "panel", "hover", "selected")


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WebAIM's well-known example
    assert contrast("#123456", "#123456") == 1


def test_a_mixture_lies_between_its_parts():
    assert mix("#ff0000", "#0000ff", 1) == "#ff0000"
    assert mix("#ff0000", "#0000ff", 0.25) == "#4000bf"


@THEMES
def test_text_can_be_read_on_every_ground(theme):
    for text in (theme.text, theme.text_muted, theme.accent):
        for ground in GROUNDS:
            assert contrast(text, getattr(theme, ground)) >= TEXT_RATIO, (text, ground)
    assert contrast(theme.warning, theme.panel) >= TEXT_RATIO
    assert contrast(theme.accent_text, theme.accent_ground) >= TEXT_RATIO
    assert contrast(theme.tag_text, theme.tag) >= TEXT_RATIO


@THEMES
def test_the_grid_is_seen_but_quiet(theme):
    assert 1.2 <= contrast(theme.grid, theme.background) <= 1.3
    assert contrast(theme.separator, theme.background) > contrast(theme.grid, theme.background) + 0.1


@THEMES
def test_what_is_pointed_at_and_what_is_selected_stand_out_from_the_ground(theme):
    for ground in (theme.background, theme.panel):
        assert contrast(theme.hover, ground) >= 1.12
        assert contrast(theme.selected, ground) >= 1.24
    assert contrast(theme.selected, theme.hover) > 1.05


@THEMES
@pytest.mark.parametrize("palette", list(PaletteName))
def test_the_tag_of_a_price_can_be_read_whatever_the_colours(theme, palette):
    colours = coloured(theme, ChartOptions(palette=palette))
    for colour in (colours.up, colours.down):
        assert contrast(away_from(colour, theme.accent_text), theme.accent_text) >= TEXT_RATIO


def test_a_colour_moves_no_farther_than_it_must():
    assert away_from("#131722", "#ffffff") == "#131722"
    moved = away_from("#26a69a", "#ffffff")
    assert TEXT_RATIO <= contrast(moved, "#ffffff") < TEXT_RATIO + 0.3
    assert contrast(away_from("#333333", "#000000"), "#000000") >= TEXT_RATIO, "a bright text's ground gets darker"


@THEMES
def test_the_change_of_a_bar_can_be_read_in_its_colour(theme):
    for colour in (theme.up, theme.down):
        assert contrast(away_from(colour, theme.background), theme.background) >= TEXT_RATIO
