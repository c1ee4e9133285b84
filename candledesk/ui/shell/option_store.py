"""The chart options of a window: one value that everything listens to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.chart.core.options import ChartOptions, read_options

if TYPE_CHECKING:
    from collections.abc import Mapping


class OptionStore(QObject):
    """``changed`` after any option became another one."""

    changed = Signal()

    def __init__(self, stored: Mapping[str, str | bool], parent: QObject | None = None) -> None:
        """Begin with the options that ``stored`` (``option_values``) has; the others are the defaults."""
        super().__init__(parent)
        self.value: ChartOptions = read_options(stored)

    def update(self, **changes: object) -> None:
        """Change options by name and tell."""
        self.take(replace(self.value, **changes))  # type: ignore[arg-type]

    def take(self, options: ChartOptions) -> None:
        """Change to ``options`` and tell."""
        if options == self.value:
            return
        self.value = options
        self.changed.emit()
