"""Indicators as a feature of the window: the list behind ``/``, the settings, and the menu of a row of the legend."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.features.indicators.book import IndicatorBook
from candledesk.ui.palette_item import PaletteItem, PaletteKind
from candledesk.ui.shell.actions import NO_CHART, ActionRow, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.menu_spot import MenuSpot

_KEYS = (
    ("Mouse", "Settings of an indicator", "Double-click its name or its line"),
    ("Mouse", "Hide, set or remove an indicator", "Point at its name"),
    ("Mouse", "Move an indicator to another pane", "Drag its name"),
    ("Mouse", "Move a pane, or merge two", "Drag its grip"),
)
_TEMPLATE = "Template"  # the kind of item, in the palette
_NO_STUDIES = "The chart has no indicators"


class IndicatorsController(QObject):
    """Opens the dialogs and the menu for the chart in front."""

    def __init__(self, context: WindowContext) -> None:
        """Listen to the charts of a window."""
        super().__init__(context.window)
        self._window, self._charts = context.window, context.charts
        self._own = context.cache.own_indicators
        self._theme_choice = context.theme_choice
        self.book = IndicatorBook(context.workspace, context.settings, self)
        self.book.failed.connect(self._on_book_failed)
        context.charts.study_settings_requested.connect(self.show_settings)

    def show_list(self) -> None:
        """Open the list of indicators."""
        from candledesk.ui.features.indicators.add_dialog import AddDialog
        from candledesk.ui.features.indicators.own_files import OwnFilesStrip

        page = self._charts.page
        if page is not None:
            strip = OwnFilesStrip(self._own, self._charts.pages())
            AddDialog(page, self.book, strip, self._theme_choice.theme, self._window).open()

    def _on_book_failed(self, text: str) -> None:
        page = self._charts.page
        if page is not None:
            page.show_toast(text)

    def palette_items(self) -> list[PaletteItem]:
        """Return an item of every indicator, which adds it to the chart in front, and of every template."""
        from candledesk.indicators.registry import all_indicators
        from candledesk.ui.chart.core.studies.looks import look_of

        why = "" if self._charts.has_target() else NO_CHART
        templates = [
            PaletteItem(
                f"template:{name}", _TEMPLATE, name, partial(self._apply, name), detail="Replaces the indicators",
                words="template", why_disabled=why,
            )
            for name in self.book.templates
        ]  # fmt: skip
        return templates + [
            PaletteItem(
                f"indicator:{row.id}", PaletteKind.INDICATOR, row.title, partial(self._add, row.id),
                detail=look_of(row).short, words=look_of(row).group, why_disabled=why,
            )
            for row in all_indicators()
        ]  # fmt: skip

    def _apply(self, name: str) -> None:
        page, template = self._charts.page, self.book.templates.get(name)
        if page is not None and template is not None:
            page.studies.apply(template.contents, replaces=True)

    def _add(self, indicator_id: str) -> None:
        page = self._charts.page
        if page is not None:
            self.book.add(page, indicator_id)

    def show_settings(self, key: str) -> None:
        """Open the settings of an indicator of the chart in front."""
        from candledesk.ui.features.indicators.settings_dialog import SettingsDialog

        page = self._charts.page
        one = page.studies.find(key) if page is not None else None
        if page is not None and one is not None:
            SettingsDialog(page, one, self.book, self._window).open()

    def remove_all(self) -> None:
        """Remove all indicators of the chart in front."""
        page = self._charts.page
        if page is not None:
            page.studies.remove_all()

    def toggle_all(self) -> None:
        """Hide all indicators of the chart in front, or show them again."""
        page = self._charts.page
        if page is not None:
            page.studies.show_all(are_shown=self.are_hidden())

    def are_hidden(self) -> bool:
        """Return whether the chart in front has indicators and shows none of them."""
        page = self._charts.page
        return self.has_studies() and page is not None and not any(one.is_shown for one in page.model.scene.studies)

    def has_studies(self) -> bool:
        """Return whether the chart in front has an indicator."""
        page = self._charts.page
        return page is not None and bool(page.model.scene.studies)

    def add_menu(self, menu: QMenu, spot: MenuSpot) -> None:
        """Add what can be done with the indicator whose row is at a place, or with each one of a pane below."""
        page, pane = spot.page, spot.hit.pane
        if spot.legend is not None:
            one = page.studies.find(spot.legend.key)
            if one is not None:
                self._fill(menu, page, one)
            return
        for one in page.model.scene.studies:
            if one.key == spot.line or (one.pane == pane and pane not in {PRICE, ""}):
                self._fill(menu.addMenu(one.title), page, one)

    def _fill(self, menu: QMenu, page: ChartPage, one: ChartStudy) -> None:
        studies = page.studies
        menu.addAction("Settings…", partial(self.show_settings, one.key))
        menu.addAction("Hide" if one.is_shown else "Show", partial(studies.toggle, one.key))
        menu.addAction("Remove", partial(studies.remove, one.key))
        menu.addSeparator()
        where = menu.addMenu("Move to")
        for text, pane in self._panes(page, one):
            where.addAction(text, partial(studies.move_to, one.key, pane))

    def _panes(self, page: ChartPage, one: ChartStudy) -> list[tuple[str, str]]:
        """Return the panes that an indicator can be moved to, by what is drawn there; an empty name for a new one."""
        scene = page.model.scene
        panes = []
        for pane in scene.panes:
            names = [other.look.short for other in scene.studies if other.pane == pane.id and other.key != one.key]
            if pane.id == PRICE and one.pane != PRICE:
                panes.append(("The pane of prices", PRICE))
            elif pane.id not in {PRICE, VOLUME, one.pane} and names:
                panes.append((f"The pane of {', '.join(names)}", pane.id))
        is_alone = one.pane != PRICE and sum(other.pane == one.pane for other in scene.studies) == 1
        return panes if is_alone else [*panes, ("A pane of its own", "")]


def indicators_feature(context: WindowContext) -> Feature:
    """Return the entries of the Chart menu."""
    controller = IndicatorsController(context)
    return Feature(
        "indicators",
        (
            ActionRow(
                "indicators", "Chart", "Indicators…", ("/",), controller.show_list, context.charts.has_target,
                has_separator=True, button=BarButton("indicators", "Indicators"), why_disabled=NO_CHART,
            ),
            ActionRow(
                "hide_indicators", "Chart", "Hide all indicators", (), controller.toggle_all, controller.has_studies,
                controller.are_hidden, why_disabled=_NO_STUDIES,
            ),
            ActionRow(
                "remove_indicators", "Chart", "Remove all indicators", (), controller.remove_all,
                controller.has_studies, why_disabled=_NO_STUDIES,
            ),
        ),
        keys=_KEYS,
        palette=controller.palette_items,
        context_menu=controller.add_menu,
    )  # fmt: skip
