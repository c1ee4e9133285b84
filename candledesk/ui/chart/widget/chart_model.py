"""The chart's state and everything that gestures and keys can do to it; knows no widget."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.messages import EdgeState
from candledesk.drawings.drawing import DrawingSet
from candledesk.ui.chart.core.geometry.lod import stride_for
from candledesk.ui.chart.core.interaction.arrangement import Arrangement
from candledesk.ui.chart.core.interaction.price_axis import PriceAxis
from candledesk.ui.chart.core.panes import move_separator
from candledesk.ui.chart.core.scene import ChartScene, Notice, Series
from candledesk.ui.chart.core.series_clock import SeriesClock
from candledesk.ui.chart.core.series_view import (
    ChartPlace,
    begin_text,
    followed_view,
    is_same_series,
    jumped_view,
    later_text,
    oldest_time,
    opened_view,
    place_of,
)
from candledesk.ui.chart.core.viewport import DEFAULT_RIGHT_BARS, DEFAULT_SPACING, Logical
from candledesk.ui.chart.core.zoom import zoomed
from candledesk.ui.chart.paint.layer import in_order
from candledesk.ui.chart.paint.layers import LAYERS
from candledesk.ui.chart.widget.surface import Surface
from candledesk.ui.chart.widget.time_zones import zoned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.cache.drawing_messages import AnchorCounts, DrawingValues
    from candledesk.domain.interval import Interval
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.compares.compare import Compare
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.frame import Frame, TextMetrics
    from candledesk.ui.chart.core.geometry.measurement import Measurement
    from candledesk.ui.chart.core.geometry.pane_drop import PaneDrop
    from candledesk.ui.chart.core.interaction.tool import Tool
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.panes import Pane
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.chart.core.studies.study_values import StudyValues
    from candledesk.ui.chart.core.viewport import Placed, Viewport
    from candledesk.ui.chart.paint.layer import Layer

ZOOM_STEP = 1.25  # one press of a key
_ID_BYTES = 8  # of a chart


class ChartModel(QObject):
    """Holds the scene; ``changed`` after anything visible changed, ``viewport_changed`` after the view moved.

    ``command_done`` carries a command that has just been done and can be undone. ``tool``: the tool in use, ``None``
    for the default one, ``tool_changed``: another one is in use. ``studies_changed``, ``compares_changed``,
    ``drawings_changed``: other indicators, compared series or drawings are to be drawn. ``said``: a sentence for the
    person, when something else is shown than was asked for, or nothing changes. ``moved``: the view was moved in the
    window that is loaded, not by other bars or another size.
    """

    changed = Signal()
    series_changed = Signal()
    viewport_changed = Signal()
    latest_requested = Signal()
    date_requested = Signal(object)  # UTC seconds: a C int ends in 2038
    first_requested = Signal(object)  # UTC seconds
    said = Signal(str)
    command_done = Signal(object)
    studies_changed = Signal()
    compares_changed = Signal()
    drawings_changed = Signal()
    moved = Signal()
    tool_changed = Signal()

    def __init__(self, parent: QObject | None = None, layers: Sequence[Layer] = LAYERS) -> None:
        """Start with an empty scene of unknown size; ``layers``: what is painted."""
        super().__init__(parent)
        self.layers = in_order(layers)
        self.tool: Tool | None = None
        self.scene = ChartScene()
        self._surface = Surface(self.layers)
        self._clock = SeriesClock()
        self.price_axis = PriceAxis(self)
        self._arrangement = Arrangement(self, lambda: self.scene, self._replace)
        self._is_fitting = False

    # -- what is shown

    def frame(self) -> Frame:
        """Return the solved frame of the present scene."""
        return self._surface.frame(self.scene)

    @property
    def series(self) -> Series:
        """The loaded window."""
        return self.scene.series

    def stride_of(self, interval: Interval) -> int:
        """Return how many bars a row may hold at the present zoom; 1 for derived intervals."""
        return stride_for(self.scene.viewport.spacing * self._surface.dpr) if interval.base is interval else 1

    @property
    def placed(self) -> Placed:
        """The viewport on the loaded window."""
        return self.frame().placed

    def resize(self, width: float, height: float, dpr: float, metrics: TextMetrics) -> None:
        """Set the size in logical pixels: the right edge and the bar spacing stay."""
        self._surface.resize(width, height, dpr, metrics)
        self._replace(viewport=self.scene.viewport.resized(self._surface.plot_width(self.series)))
        self.viewport_changed.emit()

    def show_series(
        self,
        series: Series,
        *,
        is_latest_requested: bool = False,
        date: int | None = None,
        right_bars: float | None = None,
        is_first: bool = False,
        right_time: int | None = None,
    ) -> None:
        """Show a window. Of the same series: nothing on screen moves, unless newer bars push the latest one.

        ``is_latest_requested``: go to the window's latest bar; ``date``: go to the bar of that time, which then lies
        ``right_bars`` bars left of the right edge or in the middle, or is the first one (``is_first``);
        ``right_time``: what lies at the right edge (UTC seconds). Another series is shown at its latest bar when
        nothing else is given.
        """
        series, previous = zoned(series, self.scene.options.zone), self.series
        self._clock.received(time.time())
        view, plot, is_same = self.scene.viewport, self._surface.plot_width(series), is_same_series(previous, series)
        if not is_same:
            self.scene = replace(self.scene, study_values={}, compare_values={}, price_range=None)
        if is_latest_requested or date is not None:
            self._replace(
                series=series, viewport=jumped_view(view, series, plot, date, right_bars=right_bars, is_first=is_first)
            )
        elif is_same and right_time is None:
            view = followed_view(self.placed, previous, series, plot, is_fitting=self._is_fitting)
            self._is_fitting = self._is_fitting and series.edge is EdgeState.MORE
            self._replace(series=series, viewport=view)
        else:
            self._is_fitting = False
            place = replace(self.place(), right_time=right_time)
            self._replace(series=series, viewport=opened_view(place, series, plot))
        self.series_changed.emit()
        self.viewport_changed.emit()

    def place(self) -> ChartPlace:
        """Return where the chart looks: the time at its right edge and its bar spacing, whatever series it shows."""
        return place_of(self.placed, self.series)

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice over the chart, ``None`` for none."""
        if notice != self.scene.notice:
            self._replace(notice=notice)

    def set_reach(self, *, is_offline: bool, pause: str) -> None:
        """Set whether the provider can be reached, and the sentence of a pause in requests."""
        if (is_offline, pause) != (self.scene.is_offline, self.scene.pause):
            self._replace(is_offline=is_offline, pause=pause)

    def is_latest_visible(self) -> bool:
        """Whether the newest bar that is stored is on screen."""
        return self.series.at_latest and self.placed.is_latest_visible()

    # -- the time axis

    def pan(self, dx: float, dy: float = 0.0) -> None:
        """Drag by pixels; the price follows only when autoscale is off."""
        if self.scene.price_range is not None and dy:
            height = (self.frame().price.bottom - self.frame().price.top) / self._surface.dpr
            self._replace(price_range=self.scene.price_range.shifted(dy / max(height, 1.0)))
        self._set_view(self.placed.pan(dx))

    def zoom(self, x: float, factor: float) -> None:
        """Zoom with the bar under pixel ``x`` fixed."""
        self._set_view(zoomed(self.placed, self.series, x, factor, is_offline=self.scene.is_offline))

    def zoom_right(self, factor: float) -> None:
        """Zoom with the right edge fixed."""
        self.zoom(self.placed.view.width, factor)

    def move_to(self, right_edge: float) -> None:
        """Put the right edge on a fractional row."""
        self._set_view(self.placed.moved(Logical(right_edge), self.placed.view.spacing))

    def step(self, n_bars: float) -> None:
        """Move the view by bars, to the right when positive."""
        self.move_to(self.placed.right_edge + n_bars)

    def page(self, n_pages: float) -> None:
        """Move the view by screens."""
        self.step(n_pages * self.placed.view.width / self.placed.view.spacing)

    def latest_edge(self) -> float:
        """Return the right edge of the view on the latest bar."""
        return self.placed.n_bars - 1 + DEFAULT_RIGHT_BARS

    def go_latest(self) -> None:
        """Show the latest bar; ask for it when the loaded window ends before it."""
        if self.series.at_latest:
            self.move_to(self.latest_edge())
        else:
            self.latest_requested.emit()

    def go_to(self, open_time: int) -> None:
        """Show the bar of a time (UTC seconds) in the middle; ask for it when it is not loaded."""
        times = self.series.bars.open_time
        if len(times) and int(times[0]) <= open_time and (self.series.at_latest or open_time <= int(times[-1])):
            self._set_view(self.placed.centred(open_time))
            self.say(later_text(self.series, open_time))
        else:
            self.date_requested.emit(open_time)

    def show_view(self, view: Viewport) -> None:
        """Show the bars of ``view``."""
        self._set_view(view)

    def go_first(self) -> None:
        """Show the first bar of the history: at the left edge when it is loaded, else it is asked for."""
        oldest = oldest_time(self.series, is_offline=self.scene.is_offline)
        if oldest is not None:
            self.first_requested.emit(oldest)
        elif self.placed.on_first() != self.scene.viewport:
            self._set_view(self.placed.on_first())
        else:
            self.say(begin_text(self.series))

    def fit(self) -> None:
        """Show every stored bar; bars that are loaded later are fitted too, until the view is moved."""
        self._set_view(self.placed.fit())
        self._is_fitting = self.series.edge is EdgeState.MORE

    def reset(self) -> None:
        """Return to the default spacing, the latest bar and autoscale."""
        self._replace(price_range=None)
        self.reset_time()

    def reset_time(self) -> None:
        """Return to the default spacing and the latest bar."""
        self._set_view(self.placed.moved(Logical(self.placed.right_edge), DEFAULT_SPACING))
        self.go_latest()

    # -- looks and panes

    def set_options(self, options: ChartOptions) -> None:
        """Set the options of how the chart looks."""
        if options != self.scene.options:
            self._replace(options=options, series=zoned(self.series, options.zone))

    def set_counting(self, *, is_on: bool) -> None:
        """Set whether a countdown is shown under the tag of the last price."""
        if is_on != self.scene.is_counting:
            self._replace(is_counting=is_on)

    def seconds_to_close(self, at: float) -> int | None:
        """Return how long the forming bar still has at ``at`` (this computer's clock), ``None`` when none forms."""
        return self._clock.seconds_to_close(self.series, at)

    def move_separator(self, lower: str, y: float) -> None:
        """Put the separator above the pane ``lower`` at ``y`` logical pixels; both panes keep 30 (CHART.md)."""
        panes = move_separator(self.scene.panes, self.frame().panes, lower, y, self._surface.dpr)
        self._replace(panes=panes)

    def use_tool(self, tool: Tool | None) -> None:
        """Give the mouse to a tool, ``None`` for the default one; what was measured is gone."""
        self.tool = tool
        self.show_measured(None)
        self.tool_changed.emit()

    def show_measured(self, measured: Measurement | None) -> None:
        """Show what is measured, ``None`` for nothing."""
        if measured != self.scene.measured:
            self._replace(measured=measured)

    def show_drop(self, drop: PaneDrop | None) -> None:
        """Show where what is being dragged would land, ``None`` for nowhere."""
        if drop != self.scene.drop:
            self._replace(drop=drop)

    def set_study_values(self, values: Mapping[str, StudyValues]) -> None:
        """Show the values that came of indicators, by their keys."""
        self._replace(study_values={**self.scene.study_values, **values})

    def set_compare_values(self, key: str, values: CompareValues) -> None:
        """Show the values of a compared series."""
        self._replace(compare_values={**self.scene.compare_values, key: values})

    def set_events(self, events: SeriesEvents) -> None:
        """Show the marks of corporate events."""
        self._replace(events=events)

    def set_drawings(self, drawings: tuple[Drawing, ...], selected: frozenset[str] = frozenset()) -> None:
        """Show the drawings of the symbol, the lowest first; ``selected``: the ids of those that show their handles."""
        changes: dict[str, object] = {}
        if drawings != self.scene.drawings.drawings:
            changes["drawings"] = DrawingSet(drawings)
        if selected != self.scene.selected_drawings:
            changes["selected_drawings"] = selected
        if changes:
            self._replace(**changes)

    def set_anchor_counts(self, counts: AnchorCounts) -> None:
        """Place points beyond the loaded bars by how many bars lie between."""
        self._replace(anchor_counts=counts)

    def set_drawing_values(self, values: Mapping[str, DrawingValues]) -> None:
        """Show what was computed of bars for drawings, by their ids."""
        self._replace(drawing_values=values)

    def chart_id(self) -> str:
        """Return the id by which drawings are of this chart only, made at its first use and kept in the layout."""
        if not self.scene.chart:
            self._replace(chart=secrets.token_hex(_ID_BYTES))
        return self.scene.chart

    def preview(self, studies: tuple[ChartStudy, ...]) -> None:
        """Show other indicators, without a command that takes it back."""
        self._replace(studies=studies)

    def restore_contents(
        self, studies: tuple[ChartStudy, ...], compares: tuple[Compare, ...], panes: tuple[Pane, ...]
    ) -> None:
        """Show the indicators, compared series and panes of a layout, as the state before the first command."""
        self._replace(studies=studies, compares=compares, panes=panes)

    def restore(self, spacing: float | None = None, **changes: object) -> None:
        """Set values of the arrangement by their names, without a command; ``spacing``: pixels per bar."""
        if spacing is not None:
            changes["viewport"] = replace(self.scene.viewport, spacing=spacing)
        self._replace(**changes)

    def toggle_maximised(self, pane: str) -> None:
        """Give a pane all of the height, or return to the shared height."""
        if self.scene.maximised:
            self.arrange("restore panes", maximised="")
        elif len(self.frame().panes.boxes) < 2:  # noqa: PLR2004 - one pane has all of the height
            self.say("There is only one pane")
        else:
            self.arrange("maximise pane", maximised=pane)

    # -- what can be undone

    def arrangement(self) -> dict[str, object]:
        """Return the values of the scene that can be undone, by their names."""
        return self._arrangement.values()

    def command_since(self, before: Mapping[str, object], title: str) -> Command | None:
        """Return the command that changed what differs from the arrangement ``before``, ``None`` when nothing does."""
        return self._arrangement.command_since(before, title)

    def arrange(self, title: str, **changes: object) -> None:
        """Change values of the arrangement by their names, as one command that can be undone."""
        before = self.arrangement()
        self._replace(**changes)
        command = self.command_since(before, title)
        if command is not None:
            self.command_done.emit(command)

    # -- inside

    def say(self, text: str) -> None:
        """Tell the person a sentence, none when it is empty."""
        if text:
            self.said.emit(text)

    def _set_view(self, view: Viewport) -> None:
        self._is_fitting = False
        if view == self.scene.viewport:
            return
        self._replace(viewport=view)
        self.viewport_changed.emit()
        self.moved.emit()

    def _replace(self, **changes: object) -> None:
        previous, self.scene = self.scene, replace(self.scene, **changes)  # type: ignore[arg-type]
        self.changed.emit()
        if previous.studies != self.scene.studies:
            self.studies_changed.emit()
        if previous.compares != self.scene.compares:
            self.compares_changed.emit()
        if previous.drawings is not self.scene.drawings:
            self.drawings_changed.emit()
