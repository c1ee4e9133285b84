"""The two themes, the fonts, and the Qt palette made from a theme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QFont, QPalette

from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.fonts import FAMILY
from candledesk.ui.theme.palettes import PaletteName

if TYPE_CHECKING:
    from candledesk.ui.theme.palettes import ColourOptions

FONT_PX: Final = 12  # axis labels and legend
WIDGET_PX: Final = 13
_BOLD: Final = 600  # on the weight axis of the font, from 100 to 900
_FAMILIES = [FAMILY, "SF Pro Text", "Segoe UI", "Noto Sans", "Roboto", "Ubuntu", "Open Sans", "DejaVu Sans"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#rrggbb``; every one is opaque (translucent lines cost 15 times as much, notes/render.md §5).

    ``text``, ``text_muted`` and ``accent`` are readable on ``background``, ``panel``, ``hover`` and ``selected``, and
    ``accent_text`` on ``accent_ground``: tests/ui/theme/test_contrast.py.
    """

    name: str
    background: str
    panel: str
    border: str
    grid: str
    separator: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_ground: str
    accent_text: str
    hover: str
    selected: str
    up: str
    down: str
    up_volume: str
    down_volume: str
    crosshair: str
    tag: str
    tag_text: str
    warning: str
    odd: str


DARK = Theme(
    name="dark",
    background="#131722",
    panel="#181c27",
    border="#333947",
    grid="#252a38",
    separator="#3a4152",
    text="#d1d4dc",
    text_muted="#a0a5b1",
    text_disabled="#5f6573",
    accent="#6fa0ff",
    accent_ground="#2962ff",
    accent_text="#ffffff",
    hover="#20293f",
    selected="#263759",
    up="#26a69a",
    down="#ef5350",
    up_volume="#1c5554",
    down_volume="#6b3138",
    crosshair="#6a6f7c",
    tag="#363a45",
    tag_text="#ffffff",
    warning="#e0a33a",
    odd="#9d8fe0",
)
LIGHT = Theme(
    name="light",
    background="#ffffff",
    panel="#f8f9fb",
    border="#d8dce5",
    grid="#e3e6ed",
    separator="#c9ceda",
    text="#131722",
    text_muted="#555965",
    text_disabled="#a5a9b4",
    accent="#1c4fdc",
    accent_ground="#2962ff",
    accent_text="#ffffff",
    hover="#e3ebfb",
    selected="#d3e1ff",
    up="#089981",
    down="#f23645",
    up_volume="#a6d9d2",
    down_volume="#f8b9bf",
    crosshair="#9598a1",
    tag="#363a45",
    tag_text="#ffffff",
    warning="#8a5000",
    odd="#7a68c8",
)
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT)}
# Rising and falling. Blue and orange stay apart with every kind of colour blindness (Okabe and Ito, 2008).
_COLOUR_BLIND: Final = {"dark": ("#56a8f5", "#f2994a"), "light": ("#0b6bcb", "#c85a00")}
_VOLUME_SHARE: Final = {"dark": 0.40, "light": 0.36}  # share of the bar's colour in its volume bar, over background


@lru_cache(maxsize=32)
def coloured(theme: Theme, options: ColourOptions) -> Theme:
    """Return ``theme`` with the colours of rising and falling bars from the options."""
    if options.palette is PaletteName.CLASSIC:
        return theme
    up, down = {
        PaletteName.COLOUR_BLIND: _COLOUR_BLIND[theme.name],
        PaletteName.EAST_ASIA: (theme.down, theme.up),
        PaletteName.CUSTOM: (options.up_colour, options.down_colour),
    }[options.palette]
    share = _VOLUME_SHARE[theme.name]
    volumes = (mix(colour, theme.background, share) for colour in (up, down))
    return replace(theme, up=up, down=down, up_volume=next(volumes), down_volume=next(volumes))


@lru_cache(maxsize=32)
def chart_font(pixels: float, *, is_bold: bool = False) -> QFont:
    """Return the chart's font at a size in device pixels, with digits of equal width."""
    font = QFont()
    font.setFamilies(_FAMILIES)
    font.setPixelSize(max(6, round(pixels)))
    font.setFeature(QFont.Tag("tnum"), 1)
    if is_bold:
        font.setWeight(QFont.Weight.DemiBold)
        font.setVariableAxis(QFont.Tag("wght"), _BOLD)  # a variable font has its weights on this axis alone
    return font


def qt_palette(theme: Theme) -> QPalette:
    """Return the palette of the widgets; the style Fusion uses all of its colours."""
    role = QPalette.ColorRole
    palette = QPalette()
    for colour_role, colour in (
        (role.Window, theme.panel),
        (role.WindowText, theme.text),
        (role.Base, theme.background),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.tag),
        (role.ToolTipText, theme.tag_text),
        (role.PlaceholderText, theme.text_muted),
        (role.Highlight, theme.accent_ground),
        (role.HighlightedText, theme.accent_text),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Light, theme.hover),
        (role.Link, theme.accent),
    ):
        palette.setColor(colour_role, QColor(colour))
    muted = QColor(theme.text_muted)
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, muted)
    return palette
