"""What splits did to the price of a horizontal level, in words (WORKBENCH.md §2.2). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.bar_messages import EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.placing.bar_times import key_spans
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.events.event_words import date_words, ratio_words
from candledesk.ui.chart.core.scales import format_price

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents


def rebased_words(drawing: Drawing, events: SeriesEvents | None, zone: str, decimals: int) -> str:
    """Return ``400.00 in prices of 1 Jul 2020; 4:1 split on 31 Aug 2020`` of a level that splits have moved.

    Empty for other drawings and for levels without a later split. ``events``: the known ones of the symbol, ``None``
    while they are not known; ``zone``: IANA, of the venue; ``decimals``: digits after the point of a price.
    """
    tool = TOOLS.get(drawing.type)
    if tool is None or not tool.is_level or drawing.pane != PRICE_PANE or events is None:
        return ""
    point = drawing.points[0]
    date = int(key_spans([point], INTERVALS["1d"], zone)[0][0])
    later = [one for one in events.events if one.kind is EventKind.SPLIT and one.value > 0 and one.date > date]
    if point.price is None or not later:
        return ""
    splits = ", ".join(_split_words(one.value, one.date) for one in later)
    return f"{format_price(point.price, decimals)} in prices of {date_words(date)}; {splits}"


def _split_words(ratio: float, date: int) -> str:
    name = "split" if ratio >= 1 else "reverse split"
    return f"{ratio_words(ratio)} {name} on {date_words(date)}"
