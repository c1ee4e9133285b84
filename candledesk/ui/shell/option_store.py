"""Options of a window: one frozen dataclass whose changes are signalled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from PySide6.QtCore import QObject, Signal

from candledesk.ui.declared_options import OptionsT, read_options

if TYPE_CHECKING:
    from collections.abc import Mapping


class OptionStore(QObject, Generic[OptionsT]):
    """The present options in ``value``; ``changed`` after any of them has changed."""

    changed = Signal()

    def __init__(
        self, kind: type[OptionsT], title: str, stored: Mapping[str, str | bool], parent: QObject | None = None
    ) -> None:
        """Begin with the options of class ``kind`` in ``stored`` (``option_values``); ``title``: for people."""
        super().__init__(parent)
        self._kind, self.title = kind, title
        self.value: OptionsT = read_options(kind, stored)

    def update(self, **changes: Any) -> None:  # noqa: ANN401 - as dataclasses.replace
        """Change options by name."""
        self.take(replace(self.value, **changes))

    def reset(self) -> None:
        """Change every option to its default."""
        self.take(self._kind())

    def take(self, options: OptionsT) -> None:
        """Change to ``options``."""
        if options != self.value:
            self.value = options
            self.changed.emit()
