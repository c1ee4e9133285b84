"""Compare as a feature of the window: its actions, and the menu of a compared series."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from candledesk.domain.errors import InputError
from candledesk.ui.chart.core.compares.compare import COLOURS, Place
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.shell.actions import NO_CHART, ActionRow, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.chart.core.compares.compare import Compare
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.menu_spot import MenuSpot

_COLOUR_NAMES = ("Orange", "Blue", "Purple", "Olive", "Pink", "Cyan")  # of ``COLOURS``
_SWATCH_PX = 12
_KEYS = (
    ("Mouse", "Hide, set or remove a compared symbol", "Point at its name"),
    ("Mouse", "Menu of a compared symbol", "Double-click its name"),
)


class CompareController(QObject):
    """Asks for the search and opens the menu for the active chart, and compares what other features ask for."""

    def __init__(self, context: WindowContext) -> None:
        """Listen to the charts of a window."""
        super().__init__(context.window)
        self._window, self._charts, self._requests = context.window, context.charts, context.requests
        context.requests.compare_requested.connect(self.add)
        context.charts.study_settings_requested.connect(self._on_settings_requested)

    def show_search(self) -> None:
        """Open the search for the active chart."""
        self._requests.compare_search_requested.emit()

    def add(self, symbol: str) -> None:
        """Compare a symbol with the active chart; a message there says why when that cannot be done."""
        page = self._charts.page
        if page is None or not page.model.series.symbol:
            return
        try:
            page.compares.add(symbol)
        except InputError as error:
            page.show_toast(str(error))

    def remove_all(self) -> None:
        """Remove all compared series of the active chart."""
        if self._charts.page is not None:
            self._charts.page.compares.remove_all()

    def has_compares(self) -> bool:
        """Return whether the active chart compares something."""
        page = self._charts.page
        return page is not None and bool(page.model.scene.compares)

    def add_menu(self, menu: QMenu, spot: MenuSpot) -> None:
        """Add what can be done with the series whose row is at a place, or with each one of a pane below."""
        page, pane = spot.page, spot.hit.pane
        if spot.legend is not None:
            one = page.compares.find(spot.legend.key)
            if one is not None:
                self._fill(menu, page, one)
        elif pane not in {PRICE, ""}:
            for one in (one for one in page.model.scene.compares if one.pane == pane):
                self._fill(menu.addMenu(one.symbol), page, one)

    def _on_settings_requested(self, key: str) -> None:
        page = self._charts.page
        one = page.compares.find(key) if page is not None else None
        if page is not None and one is not None:
            menu = QMenu(self._window)
            self._fill(menu, page, one)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(page.view.cursor().pos())

    def _fill(self, menu: QMenu, page: ChartPage, one: Compare) -> None:
        compares = page.compares
        for place in Place:
            action = menu.addAction(place.words, partial(compares.set_place, one.key, place))
            action.setCheckable(True)
            action.setChecked(place is one.place)
        menu.addSeparator()
        colours = menu.addMenu("Colour")
        for name, colour in zip(_COLOUR_NAMES, COLOURS, strict=True):
            pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
            pixmap.fill(QColor(colour))
            colours.addAction(QIcon(pixmap), name, partial(compares.set_colour, one.key, colour))
        menu.addSeparator()
        menu.addAction(f"Open {one.symbol}", partial(self._charts.enter_symbol, one.symbol))
        menu.addAction("Hide" if one.is_shown else "Show", partial(compares.toggle, one.key))
        menu.addAction("Remove", partial(compares.remove, one.key))


def compare_feature(context: WindowContext) -> Feature:
    """Return the entries of the Chart menu."""
    controller = CompareController(context)
    return Feature(
        "compare",
        (
            ActionRow(
                "compare", "Chart", "Compare…", ("Alt+O",), controller.show_search, context.charts.has_target,
                why_disabled=NO_CHART, button=BarButton("compare", "Compare"),
            ),
            ActionRow(
                "remove_compares", "Chart", "Remove compared symbols", (), controller.remove_all,
                controller.has_compares, why_disabled="The chart compares nothing",
            ),
        ),
        keys=_KEYS,
        context_menu=controller.add_menu,
    )  # fmt: skip
