"""Pictures for buttons: the files of ``resources/icons`` in the colours of a theme."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

from candledesk.paths import resources_dir

if TYPE_CHECKING:
    from candledesk.ui.theme.themes import Theme

ICON_PX = 20  # logical pixels of a side, for which the files are drawn


@lru_cache(maxsize=128)
def themed_icon(name: str, theme: Theme) -> QIcon:
    """Return the picture ``resources/icons/NAME.svg`` in the text's colour.

    It is muted while its button is disabled, and has the accent's colour while it is on. Lines of the file are drawn
    with ``currentColor``. Raises ``FileNotFoundError`` for a name without a file.
    """
    icon = QIcon()
    for scale in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}):
        shape = _render(name, scale)
        for colour, mode, state in (
            (theme.text, QIcon.Mode.Normal, QIcon.State.Off),
            (theme.accent, QIcon.Mode.Normal, QIcon.State.On),
            (theme.text_disabled, QIcon.Mode.Disabled, QIcon.State.Off),
            (theme.text_disabled, QIcon.Mode.Disabled, QIcon.State.On),
        ):
            icon.addPixmap(_coloured(shape, colour), mode, state)
    return icon


def _render(name: str, scale: float) -> QPixmap:
    """Return the lines of a file on a transparent ground; their colour does not matter."""
    from PySide6.QtSvg import QSvgRenderer

    source = (resources_dir() / "icons" / f"{name}.svg").read_bytes()
    side = round(ICON_PX * scale)
    shape = QPixmap(side, side)
    shape.fill(Qt.GlobalColor.transparent)
    painter = QPainter(shape)
    QSvgRenderer(QByteArray(source.replace(b"currentColor", b"#000"))).render(painter, QRectF(0, 0, side, side))
    painter.end()
    shape.setDevicePixelRatio(scale)
    return shape


def _coloured(shape: QPixmap, colour: str) -> QPixmap:
    made = QPixmap(shape)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(QRectF(0, 0, made.width(), made.height()), QColor(colour))
    painter.end()
    return made
