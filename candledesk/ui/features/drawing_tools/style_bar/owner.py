"""Shows the style bar over the chart in front while its drawings are selected, and remembers where it was put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint

from candledesk.ui.chart.core.studies.legend_rows import legend_height
from candledesk.ui.chart.paint.studies.legend import n_price_rows
from candledesk.ui.features.drawing_tools.place import MARGIN_PX, Spot, place_beside, within
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.drawings.hit import Box, ShownDrawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.features.drawing_tools.menu import DrawingMenus
    from candledesk.ui.features.drawing_tools.style_bar.bar import StyleBar
    from candledesk.ui.features.drawing_tools.style_bar.buttons import BarButton
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext

_KEY = "drawings/style_bar"
_USUAL = (0.0, 56.0)  # from the middle of the chart's upper edge to that of the bar's, below the legend


class StyleBarOwner(QObject):
    """``bar``: made when a drawing is selected first."""

    def __init__(self, context: WindowContext, commands: DrawingCommands, menus: DrawingMenus) -> None:
        """Follow the selection of the editor of ``commands``."""
        super().__init__(commands)
        self._context, self._charts, self._settings = context, context.charts, context.settings
        self._commands, self._editor, self._menus = commands, commands.editor, menus
        self.bar: StyleBar | None = None
        self._offset = self._read()
        self._soon = single_shot_timer(self, 0, self.update)
        for signal in (
            *(self._editor.selection_changed, self._editor.tool_changed, self._editor.switches_changed),
            *(self._editor.drawings_changed, self._charts.front_changed, self._charts.series_changed),
        ):
            signal.connect(self._update_soon)
        context.theme_choice.changed.connect(self._on_theme_changed)

    def _read(self) -> tuple[float, float]:
        """Return how far the bar is from the middle of the upper edge, as it was put last."""
        try:
            x, y = (float(part) for part in str(self._settings.value(_KEY, "")).split())
        except ValueError:
            return _USUAL
        return x, y

    def _update_soon(self, *_changed: object) -> None:
        """Update once for all that changes in this round of the event loop."""
        if not self._soon.isActive():
            self._soon.start()

    def update(self) -> None:
        """Show the bar of what is selected now, or hide it."""
        page, chosen = self._commands.page(), self._commands.chosen()
        shown = [] if page is None or self._editor.tool is not None else self._commands.shown_on(page)
        if page is None or not shown:
            if self.bar is not None:
                self.bar.hide()
            return
        bar = self._made()
        if not bar.grip.is_dragged:
            bar.show_drawings(chosen)
            self._place(page, shown)
        bar.show()
        bar.raise_()

    def _made(self) -> StyleBar:
        if self.bar is None:
            from candledesk.ui.features.drawing_tools.style_bar.bar import StyleBar

            tabs = self._charts.tabs
            self.bar = StyleBar(self._commands, self._context.theme_choice.theme, tabs)
            self.bar.grip.dragged.connect(self._on_dragged)
            self.bar.grip.dropped.connect(self._on_dropped)
            self.bar.template_requested.connect(self._on_template_requested)
            self.bar.more_requested.connect(self._on_more_requested)
            tabs.installEventFilter(self)
        return self.bar

    # -- where it stands

    def _place(self, page: ChartPage, shown: Sequence[ShownDrawing]) -> None:
        if self.bar is None:
            return
        self.bar.arrange(self._charts.tabs.width() - 2 * round(MARGIN_PX))
        size, chart = (float(self.bar.width()), float(self.bar.height())), self._chart(page)
        (x, y), (left, top, right, bottom) = self._offset, self._room(page)
        if self._offset == _USUAL:  # else a person has put it there
            top = self._below_legend(page, top, bottom)
        wish = Spot((chart[0] + chart[2] - size[0]) / 2 + x, chart[1] + y)
        self._move_to(page, place_beside(size, (left, top, right, bottom), wish, shown))

    def _below_legend(self, page: ChartPage, top: float, bottom: float) -> float:
        """Return where the legend ends; of one that fills more than half of the chart where that begins."""
        end = top + legend_height(n_price_rows(page.model.frame()))
        return end if end <= (top + bottom) / 2 else top

    def _chart(self, page: ChartPage) -> Box:
        """Return the plot of a chart."""
        frame = page.model.frame()
        return 0.0, 0.0, frame.panes.plot_w / frame.dpr, frame.panes.time_top / frame.dpr

    def _room(self, page: ChartPage) -> Box:
        """Return where the bar may stand: in the chart, and beside it as well where that is narrower than the bar."""
        left, top, right, bottom = self._chart(page)
        if self.bar is not None and self.bar.width() + 2 * MARGIN_PX > right - left:
            tabs = self._charts.tabs
            at = page.view.mapTo(tabs, QPoint(0, 0)).x()
            left, right = float(-at), float(tabs.width() - at)
        return left, top, right, bottom

    def _move_to(self, page: ChartPage, spot: Spot) -> None:
        if self.bar is not None:
            self.bar.move(page.view.mapTo(self._charts.tabs, QPoint(round(spot.x), round(spot.y))))

    def _on_dragged(self, by: QPoint) -> None:
        page = self._commands.page()
        if self.bar is None or page is None:
            return
        at = page.view.mapFrom(self._charts.tabs, self.bar.pos()) + by
        size = float(self.bar.width()), float(self.bar.height())
        self._move_to(page, within(size, self._room(page), Spot(at.x(), at.y())))

    def _on_dropped(self) -> None:
        """Remember the place, from the middle of the chart, so that it is the same in charts of other sizes."""
        page = self._commands.page()
        if self.bar is None or page is None:
            return
        at, chart = page.view.mapFrom(self._charts.tabs, self.bar.pos()), self._chart(page)
        self._offset = at.x() - (chart[0] + chart[2] - self.bar.width()) / 2, at.y() - chart[1]
        self._settings.setValue(_KEY, f"{self._offset[0]:.0f} {self._offset[1]:.0f}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the bar within the chart when the window is resized."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self._update_soon()
        return super().eventFilter(watched, event)

    # -- menus and theme

    def _on_template_requested(self, button: BarButton) -> None:
        button.open_menu(self._menus.template_menu(button))

    def _on_more_requested(self, button: BarButton) -> None:
        button.open_menu(self._menus.menu_of_chosen(button))

    def _on_theme_changed(self) -> None:
        if self.bar is not None:
            self.bar.set_theme(self._context.theme_choice.theme)
