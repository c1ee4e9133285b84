"""Options of a window: one frozen dataclass whose changes are signalled and stored in the settings file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from PySide6.QtCore import QObject, Signal

from candledesk.ui.declared_options import OptionsT, read_options, write_options

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings


class OptionStore(QObject, Generic[OptionsT]):
    """The present options in ``value``; ``changed`` after any of them has changed."""

    changed = Signal()

    def __init__(
        self, kind: type[OptionsT], settings: QSettings, group: str, title: str, parent: QObject | None = None
    ) -> None:
        """Read the options of class ``kind`` from ``group`` of the settings file; ``title``: for people."""
        super().__init__(parent)
        self.title = title
        self._kind, self._settings, self._group = kind, settings, group
        self.value: OptionsT = read_options(kind, lambda name: settings.value(f"{group}/{name}", ""))

    def update(self, **changes: Any) -> None:  # noqa: ANN401 - as dataclasses.replace
        """Change options by name and store them."""
        self.take(replace(self.value, **changes))

    def reset(self) -> None:
        """Change every option to its default and store them."""
        self.take(self._kind())

    def take(self, options: OptionsT) -> None:
        """Change to ``options`` and store them."""
        if options == self.value:
            return
        self.value = options
        write_options(options, lambda name, text: self._settings.setValue(f"{self._group}/{name}", text))
        self.changed.emit()
