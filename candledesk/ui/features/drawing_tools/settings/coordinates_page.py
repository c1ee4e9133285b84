"""The points of a drawing in its settings: the price as the chart shows it, and the time.

Of a drawing that is fixed on screen: its place as shares of the width and the height of its pane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, QTimeZone, Signal
from PySide6.QtWidgets import QDateTimeEdit, QDoubleSpinBox, QFormLayout, QHBoxLayout, QSpinBox, QWidget

from candledesk.drawings.document.checks import MAX_PRICE
from candledesk.drawings.registry import TOOLS, is_fixed, whole_style
from candledesk.drawings.tools.ranges.position import ENTRY, STOP, TARGET
from candledesk.ui.chart.core.drawings.rebased import rebased_words
from candledesk.ui.chart.core.drawings.shown import factors_of
from candledesk.ui.chart.widget.time_zones import zone_of
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Anchor, Drawing
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.widget.chart_model import ChartModel

_POSITION = ("Entry", "Target", "Stop")
_TEXT_LEFT = 6
SHARES = {"fixed_x": "From the left", "fixed_y": "From the top"}
"""The values of a style that are the place of a drawing which is fixed on screen, with their words."""
_PERCENT, _SHARE_DECIMALS, _SHARE_DIGITS = 100, 1, 5
_MOST_TICKS = 10_000_000
_TIME_W = 172
_LINE_PX = 30
_CLOCK = QTimeZone(QTimeZone.Initialization.UTC)  # a wall clock without the jumps of the computer's own zone
_LAST_DATE = QDate(2199, 12, 31)  # a drawing with a later time cannot be stored (LAST_TIME); the first one is Qt's


@dataclass(frozen=True, slots=True)
class PriceScale:
    """How a chart shows the points of a drawing: digits, and what a stored price of each point is multiplied by.

    ``zone``: of the times on the axis; ``events``: the known splits, and ``venue``: the zone of their dates (IANA).
    """

    decimals: int
    factors: tuple[float, ...]
    zone: ZoneInfo
    events: SeriesEvents | None = None
    venue: str = "UTC"

    @property
    def tick(self) -> float:
        """The least step of a price."""
        return 10.0**-self.decimals


def scale_of(model: ChartModel, drawing: Drawing) -> PriceScale:
    """Return how a chart shows a drawing."""
    frame, tool, series = model.frame(), TOOLS[drawing.type], model.series
    pane = drawing.pane if drawing.pane in frame.scales else frame.panes.boxes[0].pane.id
    zone = series.instrument.tz if series.instrument is not None else "UTC"
    events = model.scene.shown_events
    factors = factors_of(drawing.points, drawing.pane, events, zone, is_level=tool.is_level)
    shown_in = ZoneInfo(zone_of(series, model.scene.options.zone))
    return PriceScale(frame.scales[pane].decimals, tuple(factors.tolist()), shown_in, events, zone)


class CoordinatesPage(QWidget):
    """``prices`` and ``times``: an editor for each point that has one; ``changed`` carries the drawing as it is now.

    ``shares``: the editors in percent of a tool whose drawings may be fixed on screen, by the values of its style.
    ``rebased``: what splits did to the price of a level since its time, hidden where they did nothing.
    """

    changed = Signal(object)  # Drawing

    def __init__(self, drawing: Drawing, scale: PriceScale) -> None:
        """Show the points of a drawing."""
        super().__init__()
        self.drawing, self._scale = drawing, scale
        self._tool = TOOLS[drawing.type]
        self._is_position = drawing.type in {"long_position", "short_position"}
        self.prices: dict[int, QDoubleSpinBox] = {}
        self.times: dict[int, QDateTimeEdit] = {}
        self.ticks: dict[int, QSpinBox] = {}
        self.shares: dict[str, QDoubleSpinBox] = {}
        form = self._form = QFormLayout(self)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        for at in range(len(drawing.points)):
            line = QHBoxLayout()
            line.setSpacing(8)
            self._add_price(line, at)
            self._add_time(line, at)
            line.addStretch()
            label = PlainLabel(self._name(at))
            label.setMinimumHeight(_LINE_PX)
            form.addRow(label, line)
        if any(not drawing.points[at].bar_length.is_daily for at in self.times):
            self.note = PlainLabel(f"Times as on the axis: {city_of(scale.zone)}")
            form.addRow(self.note)
        self._n_point_rows = form.rowCount()
        for name, words in SHARES.items() if "fixed" in self._tool.style else ():
            self._add_share(name, words)
        self.rebased = PlainLabel()
        self.rebased.setWordWrap(True)
        form.addRow(self.rebased)
        self.show_drawing(drawing, scale)

    def _name(self, at: int) -> str:
        if self._is_position:
            return _POSITION[at]
        return f"Point {at + 1}" if len(self.drawing.points) > 1 else "Point"

    def _add_price(self, line: QHBoxLayout, at: int) -> None:
        if not self._tool.has_prices:
            return
        price = self.prices[at] = QDoubleSpinBox()
        price.setRange(-MAX_PRICE, MAX_PRICE)
        price.setDecimals(self._scale.decimals)
        price.setSingleStep(self._scale.tick)
        price.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        price.setFixedWidth(116)
        price.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
        price.setAccessibleName(f"Price of {self._name(at)}")
        price.valueChanged.connect(partial(self._on_price_changed, at))
        line.addWidget(price)
        if self._is_position and at != ENTRY:
            ticks = self.ticks[at] = QSpinBox()
            ticks.setRange(0, _MOST_TICKS)
            ticks.setSuffix(" ticks")
            ticks.setGroupSeparatorShown(True)
            ticks.setFixedWidth(116)
            ticks.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
            ticks.setAccessibleName(f"Ticks from the entry to the {self._name(at).lower()}")
            ticks.valueChanged.connect(partial(self._on_ticks_changed, at))
            line.addWidget(ticks)

    def _add_time(self, line: QHBoxLayout, at: int) -> None:
        if self._tool.is_level or (self._is_position and at == STOP):  # its time is that of the target
            return
        time = self.times[at] = QDateTimeEdit()
        time.setTimeZone(_CLOCK)
        is_daily = self.drawing.points[at].bar_length.is_daily
        time.setDisplayFormat("d MMM yyyy" if is_daily else "d MMM yyyy  HH:mm")
        time.setMaximumDate(_LAST_DATE)
        time.setFixedWidth(_TIME_W)
        time.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
        time.setAccessibleName(f"Time of {self._name(at)}")
        time.dateTimeChanged.connect(partial(self._on_time_changed, at))
        line.addWidget(time)

    def _add_share(self, name: str, words: str) -> None:
        share = self.shares[name] = QDoubleSpinBox()
        share.setRange(0, _PERCENT)
        share.setDecimals(_SHARE_DECIMALS)
        share.setSuffix(" %")
        share.setFixedWidth(116)
        share.lineEdit().setTextMargins(_TEXT_LEFT, 0, 0, 0)
        share.setAccessibleName(words)
        share.valueChanged.connect(partial(self._on_share_changed, name))
        label = PlainLabel(words)
        label.setMinimumHeight(_LINE_PX)
        label.setBuddy(share)
        self._form.addRow(label, share)

    def show_drawing(self, drawing: Drawing, scale: PriceScale) -> None:
        """Show other coordinates of the same drawing."""
        self.drawing, self._scale = drawing, scale
        style, is_here = whole_style(drawing), is_fixed(drawing)
        for name, share in self.shares.items():
            _show(share, style[name] * _PERCENT)
        for row in range(self._n_point_rows + len(self.shares)):
            self._form.setRowVisible(row, is_here == (row >= self._n_point_rows))
        words = rebased_words(drawing, scale.events, scale.venue, scale.decimals)
        self.rebased.setText(words)
        self.rebased.setVisible(bool(words))
        for at, point in enumerate(drawing.points):
            if at in self.prices:
                _show(self.prices[at], self._shown(at))
            if at in self.ticks:
                ticks = abs(self._shown(at) - self._shown(ENTRY)) / self._scale.tick
                _show(self.ticks[at], round(min(ticks, _MOST_TICKS)))
            if at in self.times and self.times[at].dateTime() != self._moment(point):
                self.times[at].blockSignals(True)
                self.times[at].setDateTime(self._moment(point))
                self.times[at].blockSignals(False)

    def _shown(self, at: int) -> float:
        return (self.drawing.points[at].price or 0.0) * self._scale.factors[at]

    def _zone(self, point: Anchor) -> tzinfo:
        return UTC if point.bar_length.is_daily else self._scale.zone

    def _moment(self, point: Anchor) -> QDateTime:
        at = datetime.fromtimestamp(point.time, self._zone(point))
        return QDateTime(QDate(at.year, at.month, at.day), QTime(at.hour, at.minute), _CLOCK)

    def _on_price_changed(self, at: int, shown: float) -> None:
        self._take(self.drawing.with_point(at, replace(self.drawing.points[at], price=shown / self._scale.factors[at])))

    def _on_share_changed(self, name: str, percent: float) -> None:
        style = {**self.drawing.style, name: round(percent / _PERCENT, _SHARE_DIGITS)}
        self._take(replace(self.drawing, style=style))

    def _on_ticks_changed(self, at: int, ticks: int) -> None:
        """Put the target or the stop so many ticks from the entry, on its own side."""
        is_above = (at == TARGET) == (self.drawing.type == "long_position")
        self._on_price_changed(at, self._shown(ENTRY) + ticks * self._scale.tick * (1 if is_above else -1))

    def _on_time_changed(self, at: int, moment: QDateTime) -> None:
        day, time, point = moment.date(), moment.time(), self.drawing.points[at]
        zone = self._zone(point)
        hour, minute = (0, 0) if point.bar_length.is_daily else (time.hour(), time.minute())
        wall = datetime(day.year(), day.month(), day.day(), hour, minute, tzinfo=zone)
        twice = (int(wall.replace(fold=fold).timestamp()) for fold in (0, 1))  # when the clock is put back
        seconds = min(twice, key=lambda one: abs(one - point.time))
        drawing = self.drawing.with_point(at, replace(point, time=seconds))
        if self._is_position and at == TARGET:
            drawing = drawing.with_point(STOP, replace(drawing.points[STOP], time=seconds))
        self._take(drawing)

    def _take(self, drawing: Drawing) -> None:
        self.show_drawing(drawing, self._scale)
        self.changed.emit(drawing)


def city_of(zone: ZoneInfo) -> str:
    """Return the city that names a zone: ``New York``, ``UTC``."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def _show(editor: QDoubleSpinBox | QSpinBox, value: Any) -> None:  # noqa: ANN401 - the number of the editor
    """Show a number, unless it is shown already: what is being typed would be written anew."""
    if round(value - editor.value(), editor.decimals() if isinstance(editor, QDoubleSpinBox) else 0):
        editor.blockSignals(True)
        editor.setValue(value)
        editor.blockSignals(False)
