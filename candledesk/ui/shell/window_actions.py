"""The rows of what a window can do besides its charts (``actions``), and the toolbar that shows some of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from candledesk.domain.interval import INTERVALS, Interval
from candledesk.ui.shell.about import AboutDialog
from candledesk.ui.shell.actions import ActionRow, ActionTable
from candledesk.ui.shell.chart_actions import chart_rows
from candledesk.ui.symbol_entry import interval_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.ui.shell.main_window import MainWindow
    from candledesk.ui.shell.option_store import OptionStore

_MENUS = ("File", "Data", "Chart", "View", "Help")  # in this order; others come before Help
_TOOLBAR_ACTIONS = ("refresh", "backfill", "jobs", "browser")


def _own_rows(window: MainWindow) -> list[ActionRow]:
    def has_symbol() -> bool:
        return window.target is not None

    def has_others() -> bool:
        return window.tabs.count() > 1

    def show_about() -> None:
        AboutDialog(window.home, window.source, window).open()

    step = window.tabs.step
    return [
        ActionRow("symbol", "File", "Open symbol…", ("Ctrl+K",), window.focus_symbol),
        ActionRow("new_tab", "File", "New chart", ("Ctrl+T",), window.new_chart),
        ActionRow("close_tab", "File", "Close chart", ("Ctrl+W",), window.close_chart),
        ActionRow(
            "save_picture", "File", "Save picture…", ("Alt+S",), window.save_picture, has_symbol, has_separator=True
        ),
        ActionRow("copy_picture", "File", "Copy picture", ("Ctrl+Shift+C",), window.copy_picture, has_symbol),
        ActionRow("quit", "File", "Quit", ("Ctrl+Q",), window.close, has_separator=True),
        ActionRow("refresh", "Data", "Refresh", ("F5", "Ctrl+R"), window.refresh_bars, has_symbol),
        ActionRow("backfill", "Data", "Backfill", ("Ctrl+B",), window.backfill, has_symbol),
        ActionRow("new_backfill", "Data", "New backfill…", ("Ctrl+Shift+N",), window.new_backfill),
        ActionRow(
            "keep",
            "Data",
            "Keep the series complete",
            ("Ctrl+Shift+K",),
            window.archive_controller.toggle,
            has_symbol,
            window.archive_controller.is_archived,
            title_now=window.archive_controller.title,
        ),
        ActionRow("jobs", "Data", "Jobs", ("Ctrl+J",), window.toggle_jobs, is_checked=window.is_jobs_shown),
        ActionRow("browser", "Data", "Open in browser", ("Ctrl+Shift+B",), window.open_in_browser, window.has_browser),
        ActionRow("options", "View", "Chart options…", ("Ctrl+,",), window.show_options),
        ActionRow("theme", "View", "Dark theme", ("Ctrl+Shift+D",), window.toggle_theme, is_checked=window.is_dark),
        ActionRow("next_chart", "View", "Next chart", ("Ctrl+Tab", "Ctrl+PgDown"), partial(step, 1), has_others),
        ActionRow(
            "former_chart", "View", "Previous chart", ("Ctrl+Shift+Tab", "Ctrl+PgUp"), partial(step, -1), has_others
        ),
        ActionRow(
            "full_screen", "View", "Full screen", ("F11",), window.toggle_full_screen, is_checked=window.isFullScreen
        ),
        ActionRow("shortcuts", "Help", "Shortcuts", ("?", "F1"), window.show_shortcuts),
        ActionRow("about", "Help", "About CandleDesk", (), show_about, has_separator=True),
    ]


def window_rows(window: MainWindow) -> list[ActionRow]:
    """Return every row of the window, its charts' included, in the order of the menus."""
    rows = [*_own_rows(window), *chart_rows(window.current_view, window.options)]

    def place(row: ActionRow) -> int:
        return _MENUS.index(row.menu) if row.menu in _MENUS else len(_MENUS) - 1

    return sorted(rows, key=place)


class WindowToolBar(QToolBar):
    """The symbol, the intervals, and the actions that deserve a button."""

    def __init__(
        self,
        window: MainWindow,
        entry: QWidget,
        table: ActionTable,
        on_interval: Callable[[Interval], object],
    ) -> None:
        """``on_interval`` is called with the interval of the button that was clicked."""
        super().__init__("Toolbar", window)
        self.interval_buttons: dict[str, QToolButton] = {}
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addWidget(entry)
        self._add_line()
        self._add_intervals(on_interval)
        self._add_line()
        self.addWidget(self._type_button(window.options, table.submenus["Chart type"]))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        for name in _TOOLBAR_ACTIONS:
            self.addAction(table.actions[name])
        overflow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(overflow, QToolButton):  # its own icon is black on dark
            overflow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            overflow.setText("»")

    def _add_line(self) -> None:
        line = self.widgetForAction(self.addSeparator())
        line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # else it grows in a narrow window

    def _add_intervals(self, on_interval: Callable[[Interval], object]) -> None:
        group = QButtonGroup(self)
        for interval in INTERVALS.values():
            button = QToolButton()
            button.setText(interval.name)
            button.setToolTip(interval_text(interval))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(on_interval, interval))
            group.addButton(button)
            self.addWidget(button)
            self.interval_buttons[interval.name] = button
        self.other_button = QToolButton()  # of a multiple that somebody typed
        self.other_button.setCheckable(True)
        self.other_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        group.addButton(self.other_button)
        self._other_action = self.addWidget(self.other_button)
        self._other_action.setVisible(False)

    def _type_button(self, options: OptionStore, menu: QMenu) -> QToolButton:
        self.type_button = QToolButton()
        self.type_button.setToolTip("Chart type")
        self.type_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.type_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.type_button.setMenu(menu)
        self._options = options
        options.changed.connect(self._on_options_changed)
        self._on_options_changed()
        return self.type_button

    def _on_options_changed(self) -> None:
        self.type_button.setText(self._options.value.chart_type.words)

    def show_interval(self, interval: Interval) -> None:
        """Mark the interval that is shown; one without a button of its own gets the last one."""
        button = self.interval_buttons.get(interval.name, self.other_button)
        if button is self.other_button:
            button.setText(interval.name)
            button.setToolTip(interval_text(interval))
        self._other_action.setVisible(button is self.other_button)
        button.setChecked(True)
