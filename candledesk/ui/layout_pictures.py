"""Draws a layout into a file without a window, for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.compare_messages import CompareRequest
from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import BarsRequest
from candledesk.domain.span import HISTORY_START, Span
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.chart.core.scene import Notice
from candledesk.ui.chart.core.studies.study_values import StudyValues
from candledesk.ui.chart.paint.snapshot import FOOTER, LayoutShot, cell_shots, series_of, write_shot
from candledesk.ui.chart.paint.text_painter import text_metrics
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_studies import ChartStudies
from candledesk.ui.chart.widget.drawings.stored_values import with_stored_values
from candledesk.ui.chart.widget.study_feed import is_of_range
from candledesk.ui.declared_options import read_options
from candledesk.ui.pictures import picture_application
from candledesk.ui.restored_look import restore_look, restore_place, right_bars, right_time
from candledesk.ui.shell.cells.splitters import HANDLE_PX
from candledesk.ui.theme.themes import THEMES
from candledesk.workspace.grids import cell_boxes, even_sizes, n_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from candledesk.cache.api import DrawingBarsApi
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.cache.indicator_messages import IndicatorReply
    from candledesk.cache.messages import BarsReply, FillMode
    from candledesk.domain.interval import Interval
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.workspace.layout import Layout

    Box = tuple[int, int, int, int]

_BARS_BESIDE = 3  # of which the screen shows a part


@dataclass(frozen=True, slots=True)
class LayoutLook:
    """How a layout is drawn into a file: ``size`` in logical pixels, ``scale``: device pixels of a PNG for each."""

    size: tuple[int, int]
    theme: str
    scale: float = 1.0
    note: str = ""


class CellOfFile:
    """One chart of a layout: first what it needs of the cache, then its scene. ``series``: ``None`` for an empty one.

    It is the model of the window, to which the caller brings what the window's feeds bring.
    """

    def __init__(
        self, series: tuple[str, Interval] | None, contents: Mapping[str, object], options: ChartOptions, box: Box
    ) -> None:
        """``box``: left, top, width and height in logical pixels."""
        self.series, self.box = series, box
        self._contents = contents
        self._model = ChartModel()
        self._model.set_options(options)
        self._model.resize(box[2], box[3], 1.0, text_metrics(1.0))
        ChartStudies(self._model).restore(contents)
        restore_look(self._model, contents)

    def bars_request(self, fill: FillMode) -> BarsRequest | None:
        """Return the request for the bars on screen; ``None`` for an empty cell."""
        if self.series is None:
            return None
        n_bars, at = self._model.scene.viewport.n_screen + _BARS_BESIDE, right_time(self._contents)
        end = 0 if at is None else at + _BARS_BESIDE * self.series[1].longest_s
        span = Span(HISTORY_START, end) if end else None
        return BarsRequest(*self.series, span, fill, timeout_s=None, countback=n_bars)

    def show(self, reply: BarsReply) -> None:
        """Show bars, with the right edge at the time of the layout."""
        at = right_time(self._contents)
        self._model.show_series(series_of(reply), date=at, right_bars=right_bars(self._contents, 0.0))
        if len(reply.bars):
            restore_place(self._model, self._contents)
        else:
            self.say("No bars", "Nothing was traded, or nothing is known yet.")

    def say(self, title: str, text: str) -> None:
        """Write why the cell has no bars."""
        self._model.show_notice(Notice(title, text))

    def study_requests(self) -> dict[str, IndicatorRequest]:
        """Return the request for each indicator that is shown, by its key; the bars are shown already."""
        times, scene = self._model.series.bars.open_time, self._model.scene
        if self.series is None or not len(times):
            return {}
        lo, hi = self._model.placed.visible()
        whole = Span(int(times[0]), int(times[-1]) + 1)
        seen = Span(int(times[lo]), int(times[hi - 1]) + 1) if hi > lo else whole
        return {
            one.key: IndicatorRequest(*self.series, one.study, seen if is_of_range(one.study) else whole)
            for one in scene.studies
            if one.is_shown
        }

    def compare_requests(self) -> dict[str, CompareRequest]:
        """Return the request for each compared series that is shown, by its key; the bars are shown already."""
        times = self._model.series.bars.open_time
        if self.series is None or not len(times):
            return {}
        span = Span(int(times[0]), int(times[-1]) + self.series[1].longest_s)
        return {
            one.key: CompareRequest(*self.series, one.symbol, span, may_fetch=False)
            for one in self._model.scene.compares
            if one.is_shown
        }

    def show_compare(self, key: str, values: CompareValues) -> None:
        """Show the values of a compared series."""
        self._model.set_compare_values(key, values)

    def show_study(self, key: str, reply: IndicatorReply) -> None:
        """Show the values of an indicator."""
        self._model.set_study_values({key: StudyValues.from_reply(reply)})

    def show_events(self, events: tuple[CorporateEvent, ...]) -> None:
        """Show the marks of dividends, splits and gains."""
        if self.series is not None:
            self._model.set_events(SeriesEvents(*self.series, events))

    def show_drawings(self, drawings: Iterable[Drawing], bars: DrawingBarsApi) -> None:
        """Show the drawings of its symbol, the lowest first, after all else; ``bars``: what they show of bars."""
        self._model.set_drawings(tuple(drawings))
        found = with_stored_values(self._model.scene, bars)
        if found.anchor_counts is not None:
            self._model.set_anchor_counts(found.anchor_counts)
        self._model.set_drawing_values(found.drawing_values)

    @property
    def scene(self) -> ChartScene:
        """What is drawn."""
        return self._model.scene


class LayoutOfFile:
    """The cells of a layout on a picture, and the picture."""

    def __init__(self, layout: Layout, look: LayoutLook) -> None:
        """Lay out the cells."""
        self._application = picture_application()
        self._look, self._name = look, layout.name
        width, height = look.size[0], max(1, look.size[1] - FOOTER)
        grid = layout.shown_grid
        shown = [layout.front] if layout.is_maximised else list(range(n_cells(grid)))
        boxes = cell_boxes(grid, layout.sizes or even_sizes(grid), (width, height), HANDLE_PX)
        if layout.is_maximised:
            boxes = [(0, 0, width, height)]
        options = read_options(ChartOptions, layout.options)
        series = dict(enumerate(layout.charts))
        self.cells = [
            CellOfFile(series.get(at), layout.content(at), options, box) for at, box in zip(shown, boxes, strict=True)
        ]

    def write(self, path: Path) -> None:
        """Write the picture; errors as of ``write_shot``."""
        look = self._look
        shots = cell_shots([cell.scene for cell in self.cells], [cell.box for cell in self.cells])
        write_shot(path, LayoutShot(shots, THEMES[look.theme], *look.size, look.scale, look.note, self._name))


def source_note(name: str, sources: Iterable[str]) -> str:
    """Return the text of the footer: the name of the layout and where its data are from."""
    known = ", ".join(dict.fromkeys(filter(None, sources)))
    return f"{name} \N{MIDDLE DOT} Data: {known}" if known else name
