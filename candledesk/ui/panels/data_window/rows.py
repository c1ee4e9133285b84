"""The rows of the data window: what is known of one row of a chart, in words and as plain values. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from candledesk.domain.prices.oddity import odd_text
from candledesk.domain.span import Span
from candledesk.indicators.declaration import Reach
from candledesk.ui.chart.core.compares.texts import compare_text
from candledesk.ui.chart.core.frame import has_volume
from candledesk.ui.chart.core.legend_text import UNKNOWN
from candledesk.ui.chart.core.scales import format_price, format_volume
from candledesk.ui.chart.core.studies.legend_rows import is_settled_at, value_in_row, value_text
from candledesk.ui.chart.core.time_ticks import format_open_time, zone_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.cache.bar_messages import Provenance
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene, Series
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.theme.themes import Theme

_MINUS = "\N{MINUS SIGN}"
UNSETTLED, HIDDEN = "unsettled", "hidden"


class DataRow(NamedTuple):
    """One value. ``section``: what it is of; ``text``: as it is shown; ``plain``: for spreadsheets.

    ``colour``: of its line, empty for none; ``note``: one word that a person should know of it.
    """

    section: str
    name: str
    text: str
    plain: str = ""
    colour: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DataPoint:
    """A row of a chart; ``provenance``: ``None`` while it is not known."""

    scene: ChartScene
    frame: Frame
    row: int
    theme: Theme
    provenance: Provenance | None = None

    @property
    def series(self) -> Series:
        """The loaded window."""
        return self.scene.series

    @property
    def open_time(self) -> int:
        """When the row's first bar opens (UTC seconds)."""
        return int(self.series.bars.open_time[self.row])


def row_span(series: Series, row: int) -> tuple[str, Interval, Span]:
    """Return symbol, interval and the span of open times of a row's bars."""
    times = series.bars.open_time
    start = int(times[row])
    if series.axis.is_single:
        return series.symbol, series.interval, Span(start, start + 1)
    end = int(times[row + 1]) if row + 1 < len(times) else series.axis.loaded_end
    return series.symbol, series.interval, Span(start, max(end, start + 1))


def bar_rows(point: DataPoint) -> Iterable[DataRow]:
    """Return date and time, prices, change and volume."""
    series, row, bars = point.series, point.row, point.series.bars
    section = f"{series.symbol}   {series.interval.name}"
    yield from _time_rows(point, section)
    is_unknown = series.oddities is not None and bool(series.oddities.is_open_unknown[row])
    for name, column in (("Open", bars.open), ("High", bars.high), ("Low", bars.low), ("Close", bars.close)):
        value = float(column[row])
        if is_unknown and name == "Open":
            yield DataRow(section, name, UNKNOWN)
        else:
            yield DataRow(section, name, format_price(value, series.decimals), f"{value:.{series.decimals}f}")
    yield from _change_rows(point, section)
    if has_volume(series):
        volume = float(bars.volume[row])
        yield DataRow(section, "Volume", format_volume(volume), f"{volume:.0f}")


def _time_rows(point: DataPoint, section: str) -> Iterable[DataRow]:
    """Return date and time in the chart's zone; of a row of many bars how many, and up to when."""
    series, row = point.series, point.row
    calendar, axis = series.calendar, series.axis
    date, _, clock = format_open_time(calendar, row, is_monthly=series.interval.is_monthly).partition("  ")
    plain = datetime.fromtimestamp(int(calendar.local_s[row]), UTC)
    yield DataRow(section, "Date", date, f"{plain:%Y-%m-%d}")
    if clock:
        zone = zone_label(calendar, point.open_time)
        yield DataRow(section, "Time", f"{clock} {zone}", f"{plain:%H:%M} {zone}")
    if not axis.is_single:
        n_bars = axis.start_of(row + 1) - axis.start_of(row)
        following = row + 1 < axis.n_rows
        end = format_open_time(calendar, row + 1) if following else "the last bar"
        yield DataRow(section, "Bars in this row", f"{n_bars:,}", str(n_bars))
        yield DataRow(section, "Up to", end, end)


def _change_rows(point: DataPoint, section: str) -> Iterable[DataRow]:
    """Return the change from the close of the row before, of the first one from its open."""
    series, row = point.series, point.row
    close = float(series.bars.close[row])
    before = float(series.bars.close[row - 1]) if row else float(series.drawn.open[row])
    change = close - before
    yield DataRow(
        section, "Change", f"{change:+,.{series.decimals}f}".replace("-", _MINUS), f"{change:.{series.decimals}f}"
    )
    if before > 0:  # of nothing, or of a debt, a share has no meaning
        share = change / before * 100
        yield DataRow(section, "Change %", f"{share:+.2f}%".replace("-", _MINUS), f"{share:.4f}")


def study_rows(point: DataPoint) -> Iterable[DataRow]:
    """Return every line of every indicator, from the top pane down as their legends stand."""
    for pane in point.scene.panes:
        for one in point.frame.studies:
            if one.study.pane == pane.id:
                yield from _lines_of(point, one)


def _lines_of(point: DataPoint, one: ShownStudy) -> Iterable[DataRow]:
    section, times, values = one.study.title, point.series.bars.open_time, one.values
    scale = point.frame.scales[one.study.pane]
    settled = is_settled_at(one, point.open_time)
    for output in one.study.drawn:
        name = output.name.replace("_", " ").capitalize()
        colour = one.study.colour(output.name)
        direction = one.study.look.direction
        if values is None or not one.is_on:
            yield DataRow(section, name, value_text(math.nan, scale), "", colour, "" if one.is_on else HIDDEN)
            continue
        value = value_in_row(values, output.name, times, point.row)
        if direction:
            rises = values.value_at(direction, point.open_time) > 0
            colour = one.study.trend_colour(output.name, point.theme.up if rises else point.theme.down)
        is_value = math.isfinite(value)
        note = UNSETTLED if is_value and not settled else ""
        yield DataRow(section, name, value_text(value, scale), f"{value:.10g}" if is_value else "", colour, note)
    start = point.series.axis.stored_from
    if start is not None and any(row.indicator.reach is Reach.HISTORY for row in one.study.study.chain):
        since = f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d}"
        yield DataRow(section, "Counted from", since, since)


def compare_rows(point: DataPoint) -> Iterable[DataRow]:
    """Return the value of every compared series, its change, and when its own bar opened where that differs."""
    times, is_daily = point.series.bars.open_time, point.series.interval.is_daily
    for one in point.frame.compares:
        found, note = compare_text(one, times, point.row, is_daily=is_daily), "" if one.compare.is_shown else HIDDEN
        plain = found.value.replace(",", "")
        yield DataRow(one.title, "Value", found.value or UNKNOWN, plain, one.compare.colour, note)
        if found.change_text:
            yield DataRow(one.title, "Change %", found.change_text, f"{found.change * 100:.4f}")
        if found.note:
            yield DataRow(one.title, "Own bar" if found.value else "State", found.note, found.note)


def provenance_rows(point: DataPoint) -> Iterable[DataRow]:
    """Return whether the bar can still change, why it is flagged, its source and when it was fetched."""
    section, known = "Provenance", point.provenance
    zone = ZoneInfo(point.series.calendar.tz)
    words = odd_text(point.series.flags.get(point.open_time, 0))
    derived = "" if known is None else ", ".join(f"stored {name} bars" for name in known.derived_from)
    sources = "" if known is None else ", ".join(known.sources)
    yield DataRow(section, "State", *([_state_words(known)] * 2))
    if known is not None and known.reason:
        yield DataRow(section, "Reason", known.reason, known.reason)
    if derived or point.series.interval.base is not point.series.interval:
        yield DataRow(section, "Made from", derived, derived)
    if words:
        yield DataRow(section, "Flagged", words, words)
    yield DataRow(section, "Source", sources, sources)
    fetched = "" if known is None or known.fetched_at is None else _time_words(known.fetched_at, zone)
    is_bound = known is not None and bool(fetched) and not known.is_fetch_exact
    yield DataRow(section, "Fetched after" if is_bound else "Fetched", fetched, fetched)
    if known is not None and known.next_check is not None:
        checked = _time_words(known.next_check, zone)
        yield DataRow(section, "Next check", checked, checked)


def _state_words(known: Provenance | None) -> str:
    if known is None:
        return ""
    return {None: "Not known", True: "Final", False: "Provisional"}[known.is_final]


def _time_words(seconds: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M %Z}"


PROVIDERS = (bar_rows, study_rows, compare_rows, provenance_rows)
"""What gives the window its rows, from the top: each is called with a ``DataPoint``."""


def rows_of(point: DataPoint) -> list[DataRow]:
    """Return the rows of all providers."""
    return [row for provider in PROVIDERS for row in provider(point)]


def as_tsv(rows: Sequence[DataRow]) -> str:
    """Return the rows as lines of section, name, value and note, separated by tabs, below a line of titles."""
    cells = [("section", "name", "value", "note"), *((row.section, row.name, row.plain, row.note) for row in rows)]
    return "\n".join("\t".join(" ".join(cell.split()) for cell in line) for line in cells) + "\n"
