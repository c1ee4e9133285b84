"""What a layout keeps of one chart, and bringing it back: series, type, price scale, view, indicators and panes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.domain.times import iso_time
from candledesk.ui.chart.core.feed.prefetch import GoToDate
from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.ui.chart.core.scales import ValueRange
from candledesk.ui.chart.core.viewport import DEFAULT_RIGHT_BARS
from candledesk.workspace.chart_look import MAX_BARS, MAX_SPACING, is_number, is_price_range, view_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.scene import ChartScene
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
        scene = self._model.scene
        found = next((kind for kind in ChartType if kind == contents.get("type")), scene.options.chart_type)
        self._model.set_options(replace(scene.options, chart_type=found))
        scale, view, pane = _part(contents, "scale"), _part(contents, "view"), contents.get("maximised")
        mode, spacing = scale.get("mode"), view.get("spacing")
        self._model.restore(
            spacing=float(spacing) if is_number(spacing, 1e-9, MAX_SPACING) else None,  # type: ignore[arg-type]
            price_mode=next((kind for kind in PriceMode if kind == mode), PriceMode.NORMAL),
            is_inverted=scale.get("inverted") is True,
            maximised=next((row.id for row in scene.panes if row.id == pane), ""),
        )
        if series is None:
            return
        self._restored = series, contents
        at = view_time(view.get("right_time"))
        self._feed.open(*series, None if at is None else GoToDate(at, _right_bars(view, 0.0)))
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
            fixed = _part(contents, "scale").get("range")
            if is_price_range(fixed):
                self._model.restore(price_range=_range_of(fixed, self._model.scene))  # type: ignore[arg-type]
            view = _part(contents, "view")
            if view_time(view.get("right_time")) is None:
                placed, self.is_restoring = self._model.placed, True
                self._model.move_to(placed.n_bars - 1 + _right_bars(view, DEFAULT_RIGHT_BARS))
                self.is_restoring = False


def _prices(fixed: ValueRange) -> list[float]:
    """Return the prices at the ends of a range of the axis."""
    ends = fixed.lo, fixed.hi
    return [10**end for end in ends] if fixed.is_log else list(ends)


def _range_of(prices: Sequence[float], scene: ChartScene) -> ValueRange | None:
    """Return the range of the axis between two prices; ``None`` when the axis has no place for them."""
    lo, hi = prices
    if not scene.is_log:
        return ValueRange(lo, hi, is_inverted=scene.is_inverted)
    return ValueRange(math.log10(lo), math.log10(hi), is_log=True, is_inverted=scene.is_inverted) if lo > 0 else None


def _part(contents: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = contents.get(name)
    return part if isinstance(part, Mapping) else {}


def _right_bars(view: Mapping[str, object], missing: float) -> float:
    bars = view.get("right_bars")
    return float(bars) if is_number(bars, -MAX_BARS, MAX_BARS) else missing  # type: ignore[arg-type]
