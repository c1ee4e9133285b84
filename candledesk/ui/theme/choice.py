"""The active theme: the option when it is given, else the user's last choice, else dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from candledesk.ui.theme.themes import DARK, LIGHT, THEMES, Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

SYSTEM = "system"
_KEY = "theme"


def pick_theme(given: str, remembered: str, scheme: Qt.ColorScheme) -> Theme:
    """Return the theme to start in; ``given``: ``system``, a theme's name, or empty when the option is not set.

    A system that does not report its colour scheme counts as dark.
    """
    if given == SYSTEM:
        return LIGHT if scheme is Qt.ColorScheme.Light else DARK
    return THEMES.get(given or remembered, DARK)


class ThemeChoice(QObject):
    """The theme of one window; ``changed`` is emitted after the user or the system has changed it."""

    changed = Signal()

    def __init__(self, settings: QSettings, given: str = "", parent: QObject | None = None) -> None:
        """Read the remembered choice from ``settings``; follow the system when ``given`` is ``system``."""
        super().__init__(parent)
        self._settings = settings
        self._follows_system = given == SYSTEM
        hints = QGuiApplication.styleHints()
        self.theme = pick_theme(given, str(settings.value(_KEY, "")), hints.colorScheme())
        hints.colorSchemeChanged.connect(self._on_scheme_changed)

    @property
    def is_dark(self) -> bool:
        """Whether the active theme is the dark one."""
        return self.theme is DARK

    def toggle(self) -> None:
        """Switch between dark and light, and remember it."""
        self._follows_system = False
        self._set_theme(LIGHT if self.is_dark else DARK)
        self._settings.setValue(_KEY, self.theme.name)

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if self._follows_system:
            self._set_theme(pick_theme(SYSTEM, "", scheme))

    def _set_theme(self, theme: Theme) -> None:
        if theme is not self.theme:
            self.theme = theme
            self.changed.emit()
