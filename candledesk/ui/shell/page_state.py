"""What a layout keeps of one chart, and bringing it back: series, type, price scale, view, indicators and panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.domain.times import iso_time
from candledesk.ui.chart.core.feed.prefetch import GoToDate
from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.ui.restored_look import restore_look, restore_place, right_bars, right_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.scales import ValueRange
    from candledesk.ui.chart.widget.chart_feed import ChartFeed
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.chart_studies import ChartStudies

    SeriesKey = tuple[str, Interval]

_DIGITS = 4  # of bars and pixels: less than what is seen


class PageState(QObject):
    """Reads and restores the document of a chart (``workspace.chart_contents``).

    What is kept is what is shown. Until the bars of a restored chart are shown, that is what was restored: a process
    may be killed before, and a chart in a hidden tab is not loaded at all. ``is_restoring``: the view is being put
    where it was.
    """

    def __init__(self, model: ChartModel, feed: ChartFeed, studies: ChartStudies) -> None:
        """Follow the series of ``model``."""
        super().__init__(model)
        self._model, self._feed, self._studies = model, feed, studies
        self.is_restoring = False
        self._restored: tuple[SeriesKey, Mapping[str, object]] | None = None
        model.series_changed.connect(self._on_series_changed)

    @property
    def series(self) -> SeriesKey | None:
        """The series that is shown, else the one that is wanted."""
        shown = self._model.series
        return (shown.symbol, shown.interval) if shown.symbol else self._feed.target

    # -- reading

    def contents(self) -> dict[str, object]:
        """Return the document of how the chart looks, without what is as in a new chart."""
        scene = self._model.scene
        contents = self._studies.document()
        if scene.options.chart_type is not ChartType.CANDLES:
            contents["type"] = str(scene.options.chart_type)
        if scene.chart:
            contents["id"] = scene.chart
        if scene.maximised:
            contents["maximised"] = scene.maximised
        return contents | self._place()

    def _place(self) -> dict[str, object]:
        if self._restored is not None:
            contents = self._restored[1]
            return {name: contents[name] for name in ("scale", "view") if name in contents}
        parts: dict[str, object] = {"scale": self._scale(), "view": self._view()}
        return {name: part for name, part in parts.items() if part}

    def _scale(self) -> dict[str, object]:
        scene, scale = self._model.scene, dict[str, object]()
        if scene.price_mode is not PriceMode.NORMAL:
            scale["mode"] = str(scene.price_mode)
        if scene.is_inverted:
            scale["inverted"] = True
        if scene.price_range is not None:
            scale["range"] = _prices(scene.price_range)
        return scale

    def _view(self) -> dict[str, object]:
        if not len(self._model.series.bars):
            return {}
        placed = self._model.placed
        edge, axis = placed.right_edge, placed.axis
        view: dict[str, object] = {"spacing": round(placed.view.spacing, _DIGITS + 2)}
        if self._model.is_latest_visible():
            return view | {"right_bars": round(edge - (placed.n_bars - 1), _DIGITS)}
        row = axis.row_at(edge)
        return view | {
            "right_time": iso_time(int(axis.open_time[row])),
            "right_bars": round(edge - axis.start_of(row), _DIGITS),
        }

    # -- restoring

    def restore(self, series: SeriesKey | None, contents: Mapping[str, object]) -> None:
        """Show a series as its document says; invalid parts, as after an edit by hand, are left out."""
        self._studies.restore(contents)
        restore_look(self._model, contents)
        if series is None:
            return
        self._restored = series, contents
        at = right_time(contents)
        self._feed.open(*series, None if at is None else GoToDate(at, right_bars(contents, 0.0)))
        self._feed.show_loading()

    def _on_series_changed(self) -> None:
        """Apply what needs the bars, once they are shown."""
        shown = self._model.series
        if self._restored is None:
            return
        series, contents = self._restored
        if series != (shown.symbol, shown.interval):
            self._restored = None
        elif len(shown.bars) and not self._feed.has_date:
            self._restored = None
            self.is_restoring = True
            restore_place(self._model, contents)
            self.is_restoring = False


def _prices(fixed: ValueRange) -> list[float]:
    """Return the prices at the ends of a range of the axis."""
    ends = fixed.lo, fixed.hi
    return [10**end for end in ends] if fixed.is_log else list(ends)
