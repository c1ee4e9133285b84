"""What gives the object tree its rows: each kind of object of a chart is one function in a tuple."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.frame import has_volume
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.tree_objects import PaneHeading, TreeObject

if TYPE_CHECKING:
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.tree_objects import Drop

_SERIES, _VOLUME = "series", "series volume"  # keys; those of indicators have no blanks


def study_objects(context: WindowContext, page: ChartPage) -> Iterable[TreeObject]:
    """Return the indicators, the one in front first."""
    studies = page.studies
    for one in reversed(page.model.scene.studies):
        drawn = one.drawn
        yield TreeObject(
            one.key,
            one.title,
            one.pane,
            colour=one.colour(drawn[0].name) if drawn else "",
            is_shown=one.is_shown,
            toggle=partial(studies.toggle, one.key),
            settings=partial(context.charts.study_settings_requested.emit, one.key),
            remove=studies.remove,
            place=partial(_place_study, page),
        )


def _place_study(page: ChartPage, key: str, drop: Drop) -> None:
    page.studies.place(key, drop.pane, drop.front)


def compare_objects(context: WindowContext, page: ChartPage) -> Iterable[TreeObject]:
    """Return the compared series, the one in front first."""
    compares = page.compares
    for one in reversed(page.model.scene.compares):
        yield TreeObject(
            one.key,
            one.symbol,
            one.pane,
            colour=one.colour,
            is_shown=one.is_shown,
            toggle=partial(compares.toggle, one.key),
            settings=partial(context.charts.study_settings_requested.emit, one.key),
            remove=compares.remove,
        )


def series_objects(context: WindowContext, page: ChartPage) -> Iterable[TreeObject]:
    """Return the series itself and its volume, which lie behind all others."""
    series = page.model.series
    if not series.symbol:
        return
    options = context.table.actions["options"].trigger
    yield TreeObject(_SERIES, f"{series.symbol}  {series.interval.name}", PRICE, settings=options)
    if has_volume(series):
        yield TreeObject(_VOLUME, "Volume", VOLUME, settings=options)


Provider = Callable[["WindowContext", "ChartPage"], Iterable[TreeObject]]
PROVIDERS: tuple[Provider, ...] = (study_objects, compare_objects, series_objects)
"""In the order of painting within a pane, the foremost first."""


def list_objects(context: WindowContext, page: ChartPage) -> list[TreeObject]:
    """Return all objects of a chart: what features draw over the others, then the indicators and the series."""
    makers = [feature.objects for feature in context.features.values() if feature.objects is not None]
    above = [one for make in makers for one in make(page)]
    return above + [one for provider in PROVIDERS for one in provider(context, page)]


def list_panes(page: ChartPage) -> list[PaneHeading]:
    """Return the panes of a chart from the top, by what is drawn in them."""
    scene, headings = page.model.scene, []
    for pane in scene.panes:
        names = [one.look.short for one in scene.studies if one.pane == pane.id]
        names += [one.symbol for one in scene.compares if one.pane == pane.id]
        title = {PRICE: "Prices", VOLUME: "Volume"}.get(pane.id, ", ".join(dict.fromkeys(names)))
        headings.append(PaneHeading(pane.id, title, pane.id != VOLUME, partial(page.studies.move_pane, pane.id)))
    return headings
