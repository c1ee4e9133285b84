"""What the menu of each part of a chart offers, besides what other features add for what they draw there."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication

from candledesk.ui.chart.core.panes import PRICE, VOLUME, Zone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.menu_spot import MenuSpot

_SUBMENU = "›"  # noqa: RUF001 - stands before the name of a submenu below
_PLOT = (
    ("go_to_date", "latest", "reset"),
    ("indicators", "compare", f"{_SUBMENU}Chart type", f"{_SUBMENU}Price scale"),
    ("has_volume", f"{_SUBMENU}Show", "options"),
    ("save_picture", "copy_picture"),
    ("refresh", "backfill", "archive", "browser"),
)
_TIME_AXIS = (("go_to_date", "first", "latest", "fit"), ("reset",))
_PRICE_AXIS = (("has_last_price", "has_countdown", "options"),)


def add_parts(menu: QMenu, spot: MenuSpot, table: ActionTable) -> None:
    """Add what can be done with the part of the chart at a place; nothing for a row of the legend."""
    zone = spot.hit.zone
    if zone is Zone.TIME_AXIS:
        menu.addActions(table.submenus["Time zone"].actions())
        _add_rows(menu, table, _TIME_AXIS)
    elif zone is Zone.LEGEND:
        return
    elif spot.hit.pane not in {PRICE, ""}:
        _add_copying(menu, spot)
        _add_pane(menu, spot, table)
    elif zone is Zone.VALUE_AXIS:
        menu.addActions(table.submenus["Price scale"].actions())
        menu.addSeparator()
        _add_copying(menu, spot)
        _add_rows(menu, table, _PRICE_AXIS)
    else:
        _add_copying(menu, spot)
        _add_rows(menu, table, _PLOT)


def _add_rows(menu: QMenu, table: ActionTable, groups: tuple[tuple[str, ...], ...]) -> None:
    """Add rows by their ids and submenus by their titles, each group after a line; those of no feature are left out."""
    for group in groups:
        menu.addSeparator()
        for name in group:
            if name.startswith(_SUBMENU):
                menu.addMenu(table.submenus[name.removeprefix(_SUBMENU)])
            elif name in table.actions:
                menu.addAction(table.actions[name])


def time_texts(series: Series, open_time: int) -> tuple[str, str]:
    """Return the time of a bar for people, and for the clipboard as ISO 8601; of daily bars the date alone."""
    if series.interval.is_daily:
        day = datetime.fromtimestamp(open_time, UTC)
        return f"{day.day} {day:%b %Y}", f"{day:%Y-%m-%d}"
    at = datetime.fromtimestamp(open_time, ZoneInfo(series.calendar.tz))
    return f"{at.day} {at:%b %Y %H:%M}", at.isoformat(timespec="minutes")


def _add_copying(menu: QMenu, spot: MenuSpot) -> None:
    model = spot.page.model
    if not len(model.series.bars):
        return
    if spot.value is not None:
        scale = model.frame().scales[spot.hit.pane or PRICE]
        what, plain = ("price" if spot.hit.pane in {PRICE, ""} else "value"), f"{spot.value:.{scale.decimals}f}"
        shown = plain if spot.hit.pane in {PRICE, ""} else scale.label(spot.value)
        menu.addAction(f"Copy {what} {shown}", partial(_copy, plain))
    if spot.open_time is not None:
        words, iso = time_texts(model.series, spot.open_time)
        menu.addAction(f"Copy time {words}", partial(_copy, iso))


def _copy(text: str) -> None:
    QApplication.clipboard().setText(text)


def _add_pane(menu: QMenu, spot: MenuSpot, table: ActionTable) -> None:
    """Add what can be done with a pane that is not the one of prices."""
    pane, model, studies = spot.hit.pane, spot.page.model, spot.page.studies
    shown = [box.pane.id for box in model.frame().panes.boxes]
    menu.addSeparator()
    up = menu.addAction("Move the pane up", partial(studies.move_pane, pane, -1))
    down = menu.addAction("Move the pane down", partial(studies.move_pane, pane, 1))
    up.setEnabled(pane in shown[1:])
    down.setEnabled(pane in shown[:-1])
    words = "Show all panes" if model.scene.maximised else "Enlarge the pane"
    menu.addAction(words, partial(model.toggle_maximised, pane))
    menu.addSeparator()
    if any(one.pane == pane for one in model.scene.studies):
        menu.addAction("Remove the indicators of the pane", partial(studies.remove_pane, pane))
    if pane == VOLUME:
        menu.addAction(table.actions["has_volume"])
