"""One compared series of a chart as a person set it up, and its document in a layout. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import InputError
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, Pane
from candledesk.ui.chart.core.studies.looks import BLUE, CYAN, OLIVE, ORANGE, PINK, PURPLE
from candledesk.ui.declared_options import Choice, is_colour

COLOURS = (ORANGE, BLUE, PURPLE, OLIVE, PINK, CYAN)
"""The colours of lines in the order in which they are given out: 3:1 on both grounds, none like rising or falling."""
MAX_COMPARES = 12
_MAX_KEY = 40
_PANE_WEIGHT = 0.3  # of a new pane, beside the 0.82 of prices


class Place(Choice):
    """Where a compared series is drawn, and what its values count."""

    PERCENT = "percent", "Percent, on the price scale"
    LEFT = "left", "Own scale on the left"
    RIGHT = "right", "Own scale on the right"
    PANE = "pane", "Own pane"


@dataclass(frozen=True, slots=True)
class Compare:
    """``key``: its name within the chart and of its own pane; ``colour``: ``#rrggbb``."""

    key: str
    symbol: str
    colour: str
    place: Place = Place.PERCENT
    is_shown: bool = True

    @property
    def has_own_scale(self) -> bool:
        """Whether it has a scale of its own within the pane of prices."""
        return self.place in {Place.LEFT, Place.RIGHT}

    @property
    def pane(self) -> str:
        """The pane that it is drawn in."""
        return self.key if self.place is Place.PANE else PRICE


def new_compare(
    symbol: str, others: Iterable[Compare], place: Place = Place.PERCENT, taken: Iterable[str] = ()
) -> Compare:
    """Return a series as it is added beside ``others``, with a key and a colour of its own.

    ``taken``: colours of other lines of the chart, which are given out last.
    """
    others = tuple(others)
    keys, used = {one.key for one in others}, [*(one.colour for one in others), *taken]
    key = next(name for name in (f"compare-{n}" for n in count(1)) if name not in keys)
    return Compare(key, symbol, min(COLOURS, key=used.count), place)


def pane_of(one: Compare) -> Pane:
    """Return the pane that a series opens."""
    return Pane(one.key, _PANE_WEIGHT)


def panes_in_use(panes: Iterable[Pane], used: Iterable[str], compares: Iterable[Compare]) -> tuple[Pane, ...]:
    """Return the panes in which something is drawn, and those that compared series still lack.

    ``used``: the panes in which other things are drawn.
    """
    panes, own = tuple(panes), {one.key: one for one in compares if one.place is Place.PANE}
    kept = {*used, *own, *(pane.id for pane in DEFAULT_PANES)}
    has = {pane.id for pane in panes}
    lacking = (pane_of(one) for key, one in own.items() if key not in has)
    return (*(pane for pane in panes if pane.id in kept), *lacking)


def compare_document(one: Compare) -> dict[str, object]:
    """Return the JSON document of a compared series."""
    return {
        "key": one.key,
        "symbol": one.symbol,
        "colour": one.colour,
        "place": one.place.value,
        "shown": one.is_shown,
    }


def parse_compare_document(document: Mapping[str, object]) -> Compare | None:
    """Return the series of a document, ``None`` for one without a valid key or symbol; the rest has defaults."""
    key, symbol, colour = document.get("key"), document.get("symbol"), document.get("colour")
    if not isinstance(key, str) or not 0 < len(key) <= _MAX_KEY or not isinstance(symbol, str):
        return None
    try:
        symbol = parse_charted(symbol)
    except InputError:
        return None
    places = {place.value: place for place in Place}
    return Compare(
        key,
        symbol,
        colour if isinstance(colour, str) and is_colour(colour) else COLOURS[0],
        places.get(str(document.get("place")), Place.PERCENT),
        is_shown=document.get("shown") is not False,
    )
