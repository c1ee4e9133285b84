"""What the home does by itself: weekly backups, and how long backups and finished jobs are kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSpinBox, QVBoxLayout, QWidget

from candledesk.cache.maintenance_messages import OFF, WEEKLY, StorageOptions
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.single_shot import single_shot_timer

_PAUSE_MS = 400  # after the last step of a number, before it is stored
_MAX_BACKUPS, _MAX_DAYS = 1_000, 36_500


class OptionsPane(QWidget):
    """``changed`` carries the options that a person has chosen; ``show_options`` shows those that hold."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start disabled, until there are options."""
        super().__init__(parent)
        self._shown: StorageOptions | None = None
        self.weekly = QCheckBox("Make a backup every &week")
        self.n_backups = _number(1, _MAX_BACKUPS)
        self.n_days = _number(1, _MAX_DAYS)
        self.n_days.setSuffix(" days")
        self._soon = single_shot_timer(self, _PAUSE_MS, self._emit)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.weekly, 0, 0, 1, 3)
        grid.addWidget(
            _note("While the window or the server runs. It holds all bars, drawings and layouts."), 1, 0, 1, 3
        )
        grid.setRowMinimumHeight(2, 14)
        _add_number(grid, 3, "Automatic bac&kups that are kept of each kind", self.n_backups)
        grid.addWidget(_note("Older ones are deleted. A backup by hand stays until you delete it."), 4, 0, 1, 3)
        grid.setRowMinimumHeight(5, 14)
        _add_number(grid, 6, "&Jobs that succeeded stay in the list for", self.n_days)
        grid.addWidget(_note("Their bars stay in any case."), 7, 0, 1, 3)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 18, 24, 18)
        box.addLayout(grid)
        box.addStretch(1)
        self.weekly.clicked.connect(self._emit)
        self.n_backups.valueChanged.connect(self._on_number_changed)
        self.n_days.valueChanged.connect(self._on_number_changed)
        self.setEnabled(False)

    def take_focus(self) -> None:
        """Give the keyboard to the first option."""
        self.weekly.setFocus()

    def show_options(self, options: StorageOptions) -> None:
        """Show the options that hold."""
        self._shown = options
        self._soon.stop()
        self.weekly.setChecked(options.backup == WEEKLY)
        self.n_backups.setValue(options.backups_kept)
        self.n_days.setValue(options.jobs_kept_days)
        self._soon.stop()
        self.setEnabled(True)

    def show_again(self) -> None:
        """Show the options that hold, after others could not be stored."""
        if self._shown is not None:
            self.show_options(self._shown)

    def _on_number_changed(self) -> None:
        self._soon.start()

    def _emit(self) -> None:
        self._soon.stop()
        backup = WEEKLY if self.weekly.isChecked() else OFF
        options = StorageOptions(backup, self.n_backups.value(), self.n_days.value())
        if options != self._shown:
            self.changed.emit(options)


def _number(low: int, high: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setFixedWidth(96)
    spin.setObjectName("number")
    spin.setAlignment(Qt.AlignmentFlag.AlignRight)
    return spin


def _note(text: str) -> PlainLabel:
    note = PlainLabel(text)
    note.setEnabled(False)
    return note


def _add_number(grid: QGridLayout, row: int, text: str, spin: QSpinBox) -> None:
    label = PlainLabel(text)
    label.setBuddy(spin)
    spin.setAccessibleName(text.replace("&", ""))
    grid.addWidget(label, row, 0)
    grid.addWidget(spin, row, 1)
