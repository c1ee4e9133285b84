"""The chart options of a window: one value that everything listens to, kept in the settings file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.chart.core.options import ChartOptions, read_options, write_options

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

_GROUP = "chart"


class OptionStore(QObject):
    """``changed`` after any option became another one."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        """Read what is stored."""
        super().__init__(parent)
        self._settings = settings
        self.value: ChartOptions = read_options(lambda name: settings.value(f"{_GROUP}/{name}", ""))

    def update(self, **changes: object) -> None:
        """Change options by name, store them and tell."""
        self.take(replace(self.value, **changes))  # type: ignore[arg-type]

    def take(self, options: ChartOptions) -> None:
        """Change to ``options``, store them and tell."""
        if options == self.value:
            return
        self.value = options
        write_options(options, lambda name, text: self._settings.setValue(f"{_GROUP}/{name}", text))
        self.changed.emit()
