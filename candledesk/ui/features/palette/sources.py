"""What the palette offers of the window: its actions, intervals and indicators, and what a text means by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, typed_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.ui.features.palette.symbol_rows import symbol_item
from candledesk.ui.features.palette.typed_dates import EXAMPLES, TypedDate, parse_typed_date
from candledesk.ui.interval_text import interval_text
from candledesk.ui.palette_item import PaletteItem, PaletteKind
from candledesk.ui.shell.actions import NO_CHART, shortcut_texts

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.chart_controller import ChartController

NOT_NOW = "Not possible at this moment"
_DATES = "#"


def action_items(table: ActionTable) -> list[PaletteItem]:
    """Return an item of every row of the menus, as it is at this moment."""
    table.refresh()
    items = []
    for row in table.rows:
        action = table.actions[row.id]
        title = action.text().replace("&&", "&")
        why = "" if action.isEnabled() else row.why_disabled or NOT_NOW
        items.append(
            PaletteItem(
                f"action:{row.id}", PaletteKind.ACTION, title, action.trigger, detail=row.path,
                words="" if row.title == title else row.title, keys=next(iter(shortcut_texts(row)), ""),
                why_disabled=why, is_checked=action.isCheckable() and action.isChecked(),
            )
        )  # fmt: skip
    return items


def interval_item(charts: ChartController, interval: Interval) -> PaletteItem:
    """Return the item that shows the active chart in an interval."""
    target = charts.target
    return PaletteItem(
        f"interval:{interval.name}", PaletteKind.INTERVAL, interval.name, partial(charts.set_interval, interval),
        detail=interval_text(interval), why_disabled="" if target else NO_CHART,
        is_checked=target is not None and target[1] is interval,
    )  # fmt: skip


def interval_items(charts: ChartController) -> list[PaletteItem]:
    """Return an item of every interval that has a button."""
    return [interval_item(charts, interval) for interval in INTERVALS.values()]


def tab_items(charts: ChartController) -> list[PaletteItem]:
    """Return an item of each layout that is open, but the one in front."""
    return [
        PaletteItem(
            f"tab:{grid.title()}", PaletteKind.LAYOUT, grid.title(), partial(_show_tab, charts, grid), detail="Open",
        )
        for grid in charts.tabs.grids()
        if grid is not charts.grid and grid.title()
    ]  # fmt: skip


def _show_tab(charts: ChartController, grid: CellGrid) -> None:
    charts.tabs.setCurrentWidget(grid)
    charts.focus()


def typed_items(charts: ChartController, prefix: str, text: str) -> list[PaletteItem]:
    """Return what a text means by itself: a date, an interval; dates to choose from when only ``#`` is typed."""
    today = datetime.now(UTC).astimezone().date()
    texts = EXAMPLES if prefix == _DATES and not text else (text,)
    dates = [(one, parse_typed_date(one, today)) for one in texts]
    items = [_date_item(charts, one, found) for one, found in dates if found is not None]
    interval = _interval_of(text)
    return items if interval is None or prefix else [*items, interval_item(charts, interval)]


def typed_symbol(charts: ChartController, text: str) -> PaletteItem | None:
    """Return the item that opens a text as a symbol, ``None`` when it cannot be one."""
    try:
        symbol = parse_symbol(text)
    except InputError:
        return None
    return symbol_item(symbol, "Open this symbol", charts.enter_symbol)


def _interval_of(text: str) -> Interval | None:
    try:
        return typed_interval(text)
    except InputError:
        return None


def _date_item(charts: ChartController, typed: str, found: TypedDate) -> PaletteItem:
    page = charts.page
    has_bars = page is not None and len(page.model.series.bars) > 0
    return PaletteItem(
        "", PaletteKind.DATE, f"Go to {found.text}", partial(_go_to, charts, found), detail=typed,
        why_disabled="" if has_bars else NO_CHART,
    )  # fmt: skip


def _go_to(charts: ChartController, found: TypedDate) -> None:
    """Show a date in the active chart: of daily bars that session, else the time in the zone of the exchange."""
    page = charts.page
    if page is None:
        return
    series = page.model.series
    page.model.go_to(_seconds(found, None if series.interval.is_daily else ZoneInfo(series.calendar.tz)))


def _seconds(found: TypedDate, zone: ZoneInfo | None) -> int:
    """Return UTC seconds; without a zone of the date alone."""
    day: date = found.day
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) if zone is None else found.at().replace(tzinfo=zone)
    return int(at.timestamp())
