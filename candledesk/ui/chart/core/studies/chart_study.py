"""One indicator on a chart as a person set it up, and its document in a layout. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import CandleDeskError
from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.indicators.declaration import Pane as Place
from candledesk.indicators.declaration import ParamType, Plot
from candledesk.ui.chart.core.panes import PRICE, Pane, Unit
from candledesk.ui.chart.core.studies.looks import PALETTE, Look, look_of
from candledesk.ui.chart.core.studies.words import words_of
from candledesk.ui.declared_options import is_colour

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.indicators.declaration import Output, Value
    from candledesk.indicators.studies import Study

WIDTHS = (1, 2, 3, 4)
"""The widths of a line in logical pixels."""
_OF_ONE_COLOUR = frozenset({Plot.LINE, Plot.CROSSES, Plot.ZIGZAG})
_MAX_KEY = 40
_PANE_WEIGHT = 0.25  # of a new pane, beside the 0.82 of prices


@dataclass(frozen=True, slots=True)
class ChartStudy:
    """``key``: its name within the chart; ``pane``: the pane that it is drawn in.

    ``colours``: those that differ from the indicator's look, by output; ``off``: outputs that are not drawn;
    ``width``: of its lines in logical pixels. ``hidden_on``: the kinds of intervals (``INTERVAL_KINDS``) on which it is
    not drawn. ``follows``: the line of another study of the chart that is its source, as ``key.output``; empty for a
    source that depends on no other study.
    """

    key: str
    study: Study
    pane: str = PRICE
    is_shown: bool = True
    colours: tuple[tuple[str, str], ...] = ()
    off: tuple[str, ...] = ()
    width: int = 1
    hidden_on: tuple[str, ...] = ()
    follows: str = ""

    def is_shown_on(self, interval: Interval) -> bool:
        """Return whether it is drawn in a chart of an interval."""
        return self.is_shown and interval.kind not in self.hidden_on

    @property
    def look(self) -> Look:
        """How its indicator looks when it is added."""
        return look_of(self.study.indicator)

    @property
    def title(self) -> str:
        """``RSI 14 close``."""
        types = {row.name: row.type for row in self.study.indicator.params}
        return " ".join((self.look.short, *(_shown(value, types[name]) for name, value in self.study.params.items)))

    @property
    def drawn(self) -> tuple[Output, ...]:
        """The outputs that are drawn."""
        return tuple(
            row for row in self.study.indicator.outputs if row.plot is not Plot.NONE and row.name not in self.off
        )

    def trend_colour(self, output: str, rising_or_falling: str) -> str:
        """Return the colour of an output that shows a trend: that of its direction, unless a person chose one."""
        return dict(self.colours).get(output) or rising_or_falling

    def colour(self, output: str) -> str:
        """Return the colour of an output as ``#rrggbb``."""
        names, colours = self.study.indicator.output_names, self.look.colours
        own = dict(self.colours)
        return own.get(output) or colours[min(names.index(output), len(colours) - 1)]


def _shown(value: Value, kind: ParamType) -> str:
    if kind is ParamType.CHOICE:
        return words_of(str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def new_study(study: Study, others: Iterable[ChartStudy]) -> ChartStudy:
    """Return a study as it is added to a chart with ``others``: a key and, for one line or crosses, its own colour."""
    others = tuple(others)
    taken, look = {name for one in others for name in (one.key, one.pane)}, look_of(study.indicator)
    key = next(name for name in (f"{study.id}-{n}" for n in range(1, 2 * len(others) + 2)) if name not in taken)
    outputs = [output for output in study.indicator.outputs if output.plot is not Plot.NONE]
    colours: tuple[tuple[str, str], ...] = ()
    if len(outputs) == 1 and outputs[0].plot in _OF_ONE_COLOUR and not look.direction:
        used = {one.colour(row.name) for one in others for row in one.drawn}
        free = [colour for colour in (look.colours[0], *PALETTE) if colour not in used]
        colours = ((outputs[0].name, free[0]),) if free and free[0] != look.colours[0] else ()
    pane = PRICE if study.indicator.pane is Place.PRICE else key
    return ChartStudy(key, study, pane, colours=colours, off=look.off)


def pane_of(one: ChartStudy) -> Pane:
    """Return the pane that an indicator opens."""
    return Pane(one.pane, _PANE_WEIGHT, Unit.VOLUME if one.study.id == "volume" else Unit.NUMBER)


def study_document(one: ChartStudy) -> dict[str, object]:
    """Return the JSON document of an indicator on a chart."""
    document: dict[str, object] = {
        "key": one.key,
        "id": one.study.id,
        "params": dict(one.study.params.items),
        "pane": one.pane,
        "shown": one.is_shown,
        "colours": dict(one.colours),
        "off": list(one.off),
        "width": one.width,
    }
    if one.hidden_on:
        document["hidden_on"] = list(one.hidden_on)
    if one.follows:
        document["follows"] = one.follows
    return document


def parse_study_document(document: Mapping[str, object]) -> ChartStudy | None:
    """Return the indicator of a document, ``None`` for one that does not exist; other invalid parts are left out."""
    params, colours, off = document.get("params"), document.get("colours"), document.get("off")
    key, pane, width = document.get("key"), document.get("pane"), document.get("width")
    hidden, follows = document.get("hidden_on"), document.get("follows")
    given = {
        str(name): value
        for name, value in (params.items() if isinstance(params, Mapping) else ())
        if isinstance(value, str | int | float)
    }
    from candledesk.indicators.studies import make_study  # here, as in workspace/chart_contents.py

    try:
        study = make_study(str(document.get("id")), given)
    except (CandleDeskError, ValueError, OverflowError):
        return None
    if not isinstance(key, str) or not 0 < len(key) <= _MAX_KEY:
        return None
    names = study.indicator.output_names
    return ChartStudy(
        key,
        study,
        pane if isinstance(pane, str) and pane else PRICE,
        is_shown=document.get("shown") is not False,
        colours=tuple(
            (name, colour)
            for name, colour in (colours.items() if isinstance(colours, Mapping) else ())
            if name in names and isinstance(colour, str) and is_colour(colour)
        ),
        off=tuple(name for name in (off if isinstance(off, list) else ()) if name in names),
        width=width if isinstance(width, int) and width in WIDTHS else 1,
        hidden_on=tuple(kind for kind in INTERVAL_KINDS if isinstance(hidden, list) and kind in hidden),
        follows=follows if isinstance(follows, str) else "",
    )
