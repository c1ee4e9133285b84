"""What the painters of indicators share: the studies of a pane, clipped to it, and colours."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.studies.looks import ColumnColours
from candledesk.ui.theme.contrast import mix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QPainter

    from candledesk.indicators.declaration import Output
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.core.studies.study_values import StudyValues
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

_BACKING = 220  # of 255 (WINDOW.md, rule 7)
_UNSETTLED = 0.5  # WORKBENCH.md §1.5: drawn with half the opacity
_LINEAR_TO = 0.04045  # sRGB, IEC 61966-2-1
_TEXTS = ("#ffffff", "#0a0c12")


def shown_in_panes(picture: Picture) -> Iterator[tuple[ShownStudy, PaneBox]]:
    """Return the studies with values that are drawn, each with the pane that has room for it."""
    frame = picture.frame
    if not picture.has_bars:
        return
    for one in frame.studies:
        box = frame.panes.box(one.study.pane)
        if one.lines and box.height > 0:
            yield one, box


@contextmanager
def clipped_to(painter: QPainter, picture: Picture, box: PaneBox) -> Iterator[None]:
    """Paint without a pen, within a pane."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setClipRect(0, box.top, picture.frame.panes.plot_w, box.height)
    try:
        yield
    finally:
        painter.restore()


def unsettled_colour(colour: str, theme: Theme) -> str:
    """Return the colour of values that older history could still change."""
    return mix(colour, theme.background, _UNSETTLED)


def lasting_colour(one: ShownStudy, output: Output) -> str:
    """Return the colour in which all values of an output are written, empty for one that changes from bar to bar."""
    look = one.study.look
    if one.values is not None and look.direction:
        return ""
    is_of_one = one.values is None or output.plot is not Plot.COLUMNS or look.columns is ColumnColours.PLAIN
    return one.study.colour(output.name) if is_of_one else ""


def value_colour(one: ShownStudy, output: Output, time: int, theme: Theme, *, is_up: bool) -> str:
    """Return the colour in which the value of an output in the row that opens at ``time`` is written.

    It is that of the line; of a trend, and of columns that have two colours or more, that of rising or falling.
    ``is_up``: whether the bar of that row closed at or above its open.
    """
    name, values, look = output.name, one.values, one.study.look
    lasting = lasting_colour(one, output)
    if values is None or lasting:
        return lasting
    if look.direction:
        rises = values.value_at(look.direction, time) > 0
    elif look.columns is ColumnColours.BAR:
        rises = is_up
    elif look.columns is ColumnColours.SIGN_AND_CHANGE:
        rises = values.value_at(name, time) >= 0
    else:
        rises = _rises_at(values, name, time)
    return one.study.trend_colour(name, theme.up if rises else theme.down)


def _rises_at(values: StudyValues, output: str, time: int) -> bool:
    row, line = int(values.open_time.searchsorted(time)), values.last[output]
    return row == 0 or row >= len(line) or bool(line[row] >= line[row - 1])


def faint(colour: str, alpha: int) -> str:
    """Return a translucent colour, ``#aarrggbb``."""
    return f"#{alpha:02x}{colour[1:]}"


def backing(theme: Theme) -> str:
    """Return the translucent colour below the legend's words, where bars and lines pass behind them."""
    return faint(theme.background, _BACKING)


def text_on(colour: str) -> str:
    """Return the colour of text that can be read on another colour."""
    return max(_TEXTS, key=lambda text: contrast(text, colour))


@lru_cache(maxsize=256)
def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= _LINEAR_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
