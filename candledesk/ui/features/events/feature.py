"""The marks of dividends, splits and capital gains as a feature: which of them are shown, and the list of all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.shell.actions import NO_CHART, ActionRow, KeyRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext

_SUBMENU = "Dividends and splits"
_TOGGLES = (("has_dividends", "Dividends"), ("has_splits", "Splits"), ("has_gains", "Capital gains"))
_KEYS: tuple[KeyRow, ...] = (("Mouse", "List dividends and splits", "Click a mark above the time axis"),)


def events_feature(context: WindowContext) -> Feature:
    """Return a submenu of the Chart menu."""
    options = context.options

    def is_on(name: str) -> bool:
        return bool(getattr(options.value, name))

    def toggle(name: str) -> None:
        options.update(**{name: not is_on(name)})

    def show_list() -> None:
        page = context.charts.page
        if page is not None:
            page.event_marks.open_list()

    return Feature(
        "events",
        (
            *(
                ActionRow(
                    name, "Chart", title, (), partial(toggle, name), is_checked=partial(is_on, name),
                    submenu=_SUBMENU, is_exclusive=False,
                )
                for name, title in _TOGGLES
            ),
            ActionRow(
                "event_list", "Chart", "List of all…", (), show_list, context.charts.has_target, has_separator=True,
                submenu=_SUBMENU, why_disabled=NO_CHART,
            ),
        ),
        keys=_KEYS,
    )  # fmt: skip
