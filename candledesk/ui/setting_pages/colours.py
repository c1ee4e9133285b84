"""Colours as a person chooses them: a grid of hues, and how much of what is behind can be seen."""

from __future__ import annotations

from PySide6.QtGui import QColor

from candledesk.ui.theme.contrast import mix

N_COLUMNS = 10
_GREYS = (
    *("#ffffff", "#e0e3eb", "#c1c4cd", "#a3a6af", "#868993"),
    *("#6a6d78", "#50535e", "#363a45", "#1e222d", "#000000"),
)
_HUES = (
    *("#f23645", "#ff9800", "#ffd60a", "#4caf50", "#089981"),
    *("#00bcd4", "#2962ff", "#673ab7", "#9c27b0", "#e91e63"),
)
_WHITE, _BLACK = "#ffffff", "#000000"
_SHARES = ((0.25, _WHITE), (0.5, _WHITE), (0.75, _WHITE), (0.75, _BLACK), (0.5, _BLACK))  # of the hue in each row
GRID: tuple[str, ...] = (*_GREYS, *_HUES, *(mix(hue, other, share) for share, other in _SHARES for hue in _HUES))
"""The colours by rows: greys, hues, their tints, their shades."""
_PLAIN = len("#rrggbb")
_FULL = 255


def split_colour(colour: str) -> tuple[str, float]:
    """Return ``#rrggbb`` and the opacity, 0 to 1, of ``#rrggbb`` or ``#rrggbbaa``."""
    return colour[:_PLAIN], int(colour[_PLAIN:] or "ff", 16) / _FULL


def join_colour(colour: str, opacity: float) -> str:
    """Return a colour with an opacity, without one when it is opaque."""
    alpha = round(opacity * _FULL)
    return colour[:_PLAIN] if alpha >= _FULL else f"{colour[:_PLAIN]}{alpha:02x}"


def qt_colour(colour: str) -> QColor:
    """Return the colour for Qt, which writes the opacity in front."""
    plain, opacity = split_colour(colour)
    made = QColor(plain)
    made.setAlphaF(opacity)
    return made
