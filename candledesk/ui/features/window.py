"""The window as a whole: its end, full screen, the browser chart, and coming to the front at a second start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from candledesk.domain.interval import INTERVALS
from candledesk.ui.shell.actions import ActionRow, Bar, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.cache.events import WindowRequested
    from candledesk.ui.shell.feature import WindowContext

_LAST = 2  # place within the Data menu: after the panels


class _WindowActions(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._window, self._charts, self._open_browser = context.window, context.charts, context.open_browser
        context.bridge.window_requested.connect(self._on_window_requested)

    def _bring_to_front(self) -> None:
        """Show the window before all others; where the desktop forbids that, its entry asks for attention."""
        minimized, active = Qt.WindowState.WindowMinimized, Qt.WindowState.WindowActive
        self._window.setWindowState((self._window.windowState() & ~minimized) | active)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        QApplication.alert(self._window)

    def _on_window_requested(self, request: WindowRequested) -> None:
        self._bring_to_front()
        if request.symbol is not None:
            self._charts.show_series(request.symbol, request.interval or INTERVALS["1d"])
        elif request.interval is not None:
            self._charts.set_interval(request.interval)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def has_browser(self) -> bool:
        """Return whether the web chart can be opened."""
        return self._open_browser is not None

    def open_in_browser(self) -> None:
        """Open the web chart of the same cache."""
        if self._open_browser is not None:
            self._open_browser()


def window_feature(context: WindowContext) -> Feature:
    """Return the last entries of the File, Data and View menus."""
    window, does = context.window, _WindowActions(context)
    return Feature(
        "window",
        (
            ActionRow("quit", "File", "Quit", ("Ctrl+Q",), window.close, has_separator=True),
            ActionRow(
                "browser", "Data", "Open in browser", ("Ctrl+Shift+B",), does.open_in_browser, does.has_browser,
                place=_LAST, why_disabled="The web chart is switched off",
            ),
            ActionRow(
                "full_screen", "View", "Full screen", ("F11",), does.toggle_full_screen, is_checked=window.isFullScreen,
                button=BarButton("full-screen", bar=Bar.TOP_END),
            ),
        ),
    )  # fmt: skip
