"""The menu of all intervals, with a star that gives an interval a button in the top bar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget, QWidgetAction

from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.interval_text import interval_text
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent

_GROUPS = (("Minutes", ("m",)), ("Hours", ("h",)), ("Days, weeks, months", ("d", "wk", "mo", "y")))
_WIDTH = 210


class Favourites(Protocol):
    """The intervals that have a button."""

    @property
    def intervals(self) -> Sequence[Interval]:
        """Which they are."""

    def has_room(self) -> bool:
        """Return whether one more can have a button."""

    def toggle(self, interval: Interval) -> None:
        """Give an interval a button, or take it away."""


class IntervalRow(QWidget):
    """One interval: a click on it chooses it, a click on its star gives it a button. ``chosen``: the former."""

    chosen = Signal()

    def __init__(self, interval: Interval) -> None:
        """Show the words of ``interval``."""
        super().__init__()
        self.setObjectName("interval_row")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self.interval = interval
        self._label = PlainLabel(interval_text(interval))
        self.star = QToolButton()
        self.star.setCheckable(True)
        self.star.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 4, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self.star)

    def show_state(self, *, is_shown: bool, is_favourite: bool, has_room: bool) -> None:
        """Show whether the chart has this interval, whether it is a favourite, and whether there is room for one."""
        self._label.setProperty("shown", is_shown)
        self._label.style().unpolish(self._label)
        self._label.style().polish(self._label)
        self.star.setChecked(is_favourite)
        self.star.setText("★" if is_favourite else "☆")
        self.star.setEnabled(is_favourite or has_room)
        self.star.setToolTip("Remove from the top bar" if is_favourite else "Show in the top bar")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the interval."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()


class IntervalMenu(QMenu):
    """Every interval in groups, and an entry for one that is typed.

    ``chosen`` carries an interval, ``custom_requested`` is emitted by the last entry.
    """

    chosen = Signal(object)
    custom_requested = Signal()

    def __init__(self, favourites: Favourites, parent: QWidget) -> None:
        """Show the stars of ``favourites`` and change them."""
        super().__init__(parent)
        self._favourites = favourites
        self._front: Interval | None = None
        self.rows: dict[str, IntervalRow] = {}
        for at, (title, units) in enumerate(_GROUPS):
            if at:
                self.addSeparator()
            heading = self.addAction(title)
            heading.setEnabled(False)
            for interval in INTERVALS.values():
                if interval.unit in units:
                    self._add(interval)
        self.addSeparator()
        self.custom = self.addAction("Another interval…")
        self.custom.triggered.connect(self.custom_requested)
        self.aboutToShow.connect(self._show_states)

    def _add(self, interval: Interval) -> None:
        row = IntervalRow(interval)
        row.chosen.connect(partial(self._choose, interval))
        row.star.clicked.connect(partial(self._on_star_clicked, interval))
        self.rows[interval.name] = row
        entry = QWidgetAction(self)
        entry.setDefaultWidget(row)
        entry.triggered.connect(partial(self._choose, interval))
        self.addAction(entry)

    def show_front(self, interval: Interval) -> None:
        """Mark the interval of the chart in front."""
        self._front = interval

    def _choose(self, interval: Interval, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self.close()
        self.chosen.emit(interval)

    def _on_star_clicked(self, interval: Interval, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        self._favourites.toggle(interval)
        self._show_states()

    def _show_states(self) -> None:
        favourites, has_room = self._favourites.intervals, self._favourites.has_room()
        for row in self.rows.values():
            row.show_state(
                is_shown=row.interval is self._front, is_favourite=row.interval in favourites, has_room=has_room
            )
