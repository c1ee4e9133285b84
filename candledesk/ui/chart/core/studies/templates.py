"""The indicators of a chart as a template's parts, and those of a template as they join a chart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from candledesk.ui.chart.core.panes import PRICE, VOLUME, Pane
from candledesk.ui.chart.core.studies.chart_study import ChartStudy, pane_of, parse_study_document, study_document
from candledesk.ui.chart.core.studies.sources import parse_follows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHARED = frozenset({PRICE, VOLUME})


def template_contents(studies: Iterable[ChartStudy], panes: Iterable[Pane]) -> dict[str, Any]:
    """Return the indicators of a chart, with the panes that they opened, as a template keeps them."""
    studies = tuple(studies)
    own = {one.pane for one in studies} - _SHARED
    return {
        "indicators": [study_document(one) for one in studies],
        "panes": [{"id": pane.id, "weight": round(pane.weight, 6)} for pane in panes if pane.id in own],
    }


def read_contents(
    contents: Mapping[str, Any], others: Sequence[ChartStudy], taken: Iterable[str]
) -> tuple[tuple[ChartStudy, ...], tuple[Pane, ...]]:
    """Return the indicators of a template and the panes that they open, with keys that a chart has not yet.

    ``others``: the indicators that stay in the chart; ``taken``: the ids of its panes.
    """
    found = [one for row in contents["indicators"] if (one := parse_study_document(row)) is not None]
    names = _new_names(found, {*taken, *(one.key for one in others)})
    studies = tuple(_renamed(one, names) for one in found)
    opened = {one.pane: pane_of(one) for one in reversed(studies) if one.pane not in _SHARED}
    weights = {names.get(row["id"], row["id"]): float(row["weight"]) for row in contents.get("panes", [])}
    order = [name for name in weights if name in opened] + [name for name in opened if name not in weights]
    return studies, tuple(replace(opened[name], weight=weights.get(name, opened[name].weight)) for name in order)


def _new_names(found: Iterable[ChartStudy], taken: set[str]) -> dict[str, str]:
    """Return a free name for every key and every pane of a template."""
    names: dict[str, str] = {}
    for one in found:
        for name in (one.key, one.pane):
            if name not in names and name not in _SHARED:
                names[name] = next(free for free in (f"{one.study.id}-{n}" for n in count(1)) if free not in taken)
                taken.add(names[name])
    return names


def _renamed(one: ChartStudy, names: Mapping[str, str]) -> ChartStudy:
    key, output = parse_follows(one.follows)
    follows = f"{names[key]}.{output}" if key in names else ""
    return replace(one, key=names[one.key], pane=names.get(one.pane, one.pane), follows=follows)
