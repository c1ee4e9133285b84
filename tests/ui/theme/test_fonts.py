import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF

from candledesk.ui.theme import fonts
from candledesk.ui.theme.fonts import FAMILY, font_license, load_font
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import DARK, chart_font


@pytest.fixture
def font(qapp):
    apply_theme(qapp, DARK)
    return chart_font


def test_texts_have_the_font_that_comes_with_the_program(qapp, font):
    assert QFontInfo(qapp.font()).family() == FAMILY
    assert QFontInfo(font(12)).family() == FAMILY


@pytest.mark.parametrize("is_bold", [False, True])
@pytest.mark.parametrize("pixels", [11, 12, 15, 18])
def test_all_digits_have_the_same_width(font, pixels, is_bold):
    metrics = QFontMetricsF(font(pixels, is_bold=is_bold))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_bold_text_is_heavier(font):
    plain, bold = (
        QFontMetricsF(font(40, is_bold=is_bold)).horizontalAdvance("Indicators") for is_bold in (False, True)
    )
    assert bold > plain * 1.02


def test_the_license_comes_with_the_font():
    assert "SIL OPEN FONT LICENSE Version 1.1" in font_license()


def test_without_its_package_a_font_of_the_computer_is_used(qapp, monkeypatch):
    monkeypatch.setattr(fonts, "_PACKAGE", "no_such_package")
    load_font.cache_clear()
    assert not load_font()
    assert font_license() == ""
    load_font.cache_clear()
