"""The welcome page: three columns of what can be done, over a window that has no chart yet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from candledesk.ui.features.welcome.rows import COLUMNS, OFFLINE_TEXT, TEXT, TITLE
from candledesk.ui.key_caps import KeyCaps
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from candledesk.ui.features.welcome.rows import WelcomeColumn, WelcomeRow

_COLUMN_W, _ROW_H, _GAP = 272, 32, 28
_LEAST = 3 * 200 + 2 * _GAP, 330  # logical pixels; in less room the words of the empty chart stay
_WIDE = 3 * _COLUMN_W + 4 * _GAP  # in less there is no room for keys such as Ctrl+Shift+W beside the words
_TITLE_PX, _HEAD_PX = 19, 13


class _Row(QToolButton):
    """A row that is clicked."""

    def __init__(self, row: WelcomeRow) -> None:
        super().__init__()
        self.row = row
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is typed goes to the chart
        self.setAccessibleName(f"{row.text} {row.detail}".strip())
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class WelcomePage(QWidget):
    """Covers ``chart`` while it has room; ``symbol_chosen`` and ``action_chosen`` carry what was clicked."""

    symbol_chosen = Signal(str)
    action_chosen = Signal(str)

    def __init__(self, chart: QWidget, *, is_offline: bool) -> None:
        """Cover ``chart``, which keeps the keyboard."""
        super().__init__(chart)
        self._chart = chart
        self.rows: list[QToolButton] = []
        self._long_keys: list[KeyCaps] = []
        self.reach = PlainLabel(OFFLINE_TEXT)
        self.reach.setObjectName("refused")  # in the colour of warnings
        self.reach.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(_GAP, 0, _GAP, 0)
        box.setSpacing(6)
        box.addStretch(2)
        box.addWidget(_line(TITLE, _TITLE_PX, is_muted=False))
        box.addWidget(_line(TEXT, _HEAD_PX, is_muted=True))
        box.addWidget(self.reach)
        box.addSpacing(26)
        box.addLayout(self._columns())
        box.addStretch(3)
        self.show_reach(is_offline=is_offline)
        chart.installEventFilter(self)
        self._fit()

    def show_reach(self, *, is_offline: bool) -> None:
        """Say that there is no network, or stop saying it."""
        self.reach.setVisible(is_offline)

    def _columns(self) -> QHBoxLayout:
        box = QHBoxLayout()
        box.setSpacing(_GAP)
        box.addStretch(1)
        for column in COLUMNS:
            box.addWidget(self._column(column), 8)
        box.addStretch(1)
        return box

    def _column(self, column: WelcomeColumn) -> QWidget:
        widget = QWidget()
        widget.setMaximumWidth(_COLUMN_W)
        box = QVBoxLayout(widget)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = _line(column.title, _HEAD_PX, is_muted=True, is_centred=False)
        head.setContentsMargins(10, 0, 0, 6)
        box.addWidget(head)
        for row in column.rows:
            box.addWidget(self._row(row))
        return widget

    def _row(self, row: WelcomeRow) -> QWidget:
        is_clicked = bool(row.symbol or row.action)
        widget: QWidget = _Row(row) if is_clicked else QWidget()
        widget.setFixedHeight(_ROW_H)
        widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box = QHBoxLayout(widget)
        box.setContentsMargins(10, 0, 10, 0)
        box.addWidget(_line(row.text, _HEAD_PX, is_muted=False, is_bold=bool(row.symbol), is_centred=False), 1)
        if row.detail:
            box.addWidget(_line(row.detail, _HEAD_PX, is_muted=True, is_bold=False))
        if row.keys:
            caps = KeyCaps(row.keys)
            box.addWidget(caps)
            if row.keys.count("+") > 1:
                self._long_keys.append(caps)
        for child in widget.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if isinstance(widget, _Row):
            widget.clicked.connect(partial(self._on_clicked, row))
            self.rows.append(widget)
        return widget

    def _on_clicked(self, row: WelcomeRow, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        if row.symbol:
            self.symbol_chosen.emit(row.symbol)
        else:
            self.action_chosen.emit(row.action)

    def _fit(self) -> None:
        self.setGeometry(self._chart.rect())
        for caps in self._long_keys:
            caps.setVisible(self.width() >= _WIDE)
        has_room = self.width() >= _LEAST[0] and self.height() >= _LEAST[1]
        self.setVisible(has_room)
        self.raise_()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Keep the size of the chart."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Cover the empty chart with its own ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.end()


def _line(
    text: str, size_px: int, *, is_muted: bool, is_bold: bool | None = None, is_centred: bool = True
) -> PlainLabel:
    """Return a line of text; by default bold unless it is a muted line of small letters."""
    label = PlainLabel(text)
    label.setFont(chart_font(size_px, is_bold=not is_muted if is_bold is None else is_bold))
    if is_muted:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if is_centred:
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
    return label
