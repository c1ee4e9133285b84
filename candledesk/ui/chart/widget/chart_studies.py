"""What a person does to the indicators of a chart: add, remove, hide, change, move; each can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from candledesk.ui.chart.core.compares.compare import (
    MAX_COMPARES,
    Compare,
    compare_document,
    panes_in_use,
    parse_compare_document,
)
from candledesk.ui.chart.core.geometry.pane_drop import Side, moved_pane
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, Pane
from candledesk.ui.chart.core.studies.chart_study import (
    ChartStudy,
    new_study,
    pane_of,
    parse_study_document,
    study_document,
)
from candledesk.ui.chart.core.studies.sources import with_sources
from candledesk.ui.chart.core.studies.templates import read_contents, template_contents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.indicators.studies import Study
    from candledesk.ui.chart.core.geometry.pane_drop import Dragged, PaneDrop
    from candledesk.ui.chart.widget.chart_model import ChartModel

_MAX_STUDIES = 60  # of a layout that was edited by hand
_LAYOUT_WEIGHTS = (0.001, 1_000.0)


class ChartStudies:
    """The indicators of one chart, each found by its key."""

    def __init__(self, model: ChartModel) -> None:
        """Change the scene of ``model``."""
        self._model = model

    def find(self, key: str) -> ChartStudy | None:
        """Return a study, ``None`` for one that was removed."""
        return next((one for one in self._model.scene.studies if one.key == key), None)

    def add(self, indicator_id: str) -> ChartStudy:
        """Add an indicator with its defaults, on the prices or in a pane of its own below the others."""
        from candledesk.indicators.studies import make_study  # here, as in workspace/chart_contents.py

        return self.add_study(make_study(indicator_id))

    def add_study(self, study: Study, like: ChartStudy | None = None) -> ChartStudy:
        """Add a study; ``like``: one with the style that it has at first."""
        scene = self._model.scene
        one = new_study(study, scene.studies)
        if like is not None:
            colours = like.colours or one.colours
            one = replace(one, colours=colours, off=like.off, width=like.width, hidden_on=like.hidden_on)
        panes = scene.panes if one.pane == PRICE else (*scene.panes, pane_of(one))
        self._model.arrange(f"add {one.look.short}", studies=(*scene.studies, one), panes=panes)
        return one

    def template(self) -> dict[str, Any]:
        """Return the indicators as the contents of a template."""
        return template_contents(self._model.scene.studies, self._model.scene.panes)

    def apply(self, contents: Mapping[str, Any], *, replaces: bool) -> None:
        """Add the indicators of a template by one command, in the place of those of the chart or beside them."""
        scene = self._model.scene
        kept = () if replaces else scene.studies
        panes = panes_in_use(scene.panes, {one.pane for one in kept}, scene.compares)
        found, opened = read_contents(contents, kept, (pane.id for pane in panes))
        self._arrange("apply template", (*kept, *found)[:_MAX_STUDIES], (*panes, *opened))

    def remove(self, *keys: str) -> None:
        """Remove studies by one command, with the panes in which no other study is drawn."""
        gone = [one for one in self._model.scene.studies if one.key in keys]
        if gone:
            what = gone[0].look.short if len(gone) == 1 else f"{len(gone)} indicators"
            self._arrange(f"remove {what}", tuple(one for one in self._model.scene.studies if one not in gone))

    def remove_pane(self, pane: str) -> None:
        """Remove every study of a pane by one command, with the pane unless it is one of a new chart."""
        scene = self._model.scene
        kept = tuple(row for row in scene.studies if row.pane != pane)
        if len(kept) < len(scene.studies):
            self._arrange("close pane", kept)

    def remove_all(self) -> None:
        """Remove every study, with the panes that they opened."""
        if self._model.scene.studies:
            self._arrange("remove indicators", ())

    def toggle(self, key: str) -> None:
        """Hide a study, or show it again."""
        one = self.find(key)
        if one is not None:
            verb = "hide" if one.is_shown else "show"
            self._arrange(f"{verb} {one.look.short}", self._with(replace(one, is_shown=not one.is_shown)))

    def show_all(self, *, are_shown: bool) -> None:
        """Show all studies, or hide them."""
        studies = tuple(replace(one, is_shown=are_shown) for one in self._model.scene.studies)
        self._arrange(f"{'show' if are_shown else 'hide'} indicators", studies)

    def preview(self, one: ChartStudy) -> None:
        """Show a study as it would be, without a command that takes it back."""
        self._model.preview(with_sources(self._with(one)))

    def move_to(self, key: str, pane: str) -> None:
        """Draw a study in another pane; an empty name opens a pane below the others."""
        one = self.find(key)
        if one is not None:
            moved, panes = self._in_pane(one, pane)
            self._arrange(f"move {one.look.short}", self._with(moved), panes)

    def place(self, key: str, pane: str, behind: str = "") -> None:
        """Draw a study in a pane directly behind another one, in front of all where ``behind`` is empty."""
        one = self.find(key)
        if one is None or behind == key:
            return
        moved, panes = self._in_pane(one, pane)
        studies = [row for row in self._model.scene.studies if row.key != key]
        own = [at for at, row in enumerate(studies) if row.pane == moved.pane]
        front = own[-1] + 1 if own else len(studies)
        studies.insert(next((at for at in own if studies[at].key == behind), front), moved)
        self._arrange(f"move {one.look.short}", tuple(studies), panes)

    def _in_pane(self, one: ChartStudy, pane: str) -> tuple[ChartStudy, tuple[Pane, ...]]:
        """Return a study in a pane, a new one where the name is empty, and the panes of the chart with it."""
        scene = self._model.scene
        taken = {row.id for row in scene.panes}
        moved = replace(one, pane=pane or next(name for name in _names(one.key) if name not in taken))
        return moved, scene.panes if moved.pane in taken else (*scene.panes, pane_of(moved))

    def drop(self, dragged: Dragged, drop: PaneDrop) -> None:
        """Move an indicator, or all of those of a pane, to where they were dragged."""
        scene = self._model.scene
        if not dragged.study and drop.side is not Side.INTO:
            self._arrange("move pane", scene.studies, moved_pane(scene.panes, dragged.origin, drop))
            return
        keys = {row.key for row in scene.studies if dragged.study in {"", row.key} and row.pane == dragged.origin}
        studies, panes = tuple(row for row in scene.studies if row.key in keys), scene.panes
        if drop.side is Side.INTO:
            studies = tuple(replace(row, pane=drop.pane) for row in studies)
        elif not dragged.is_whole:
            own, panes = self._in_pane(studies[0], "")
            studies, panes = (own,), moved_pane(panes, own.pane, drop)
        else:
            panes = moved_pane(panes, dragged.origin, drop)
        moved = {row.key: row for row in studies}
        what = studies[0].look.short if dragged.study else "pane"
        self._arrange(f"move {what}", tuple(moved.get(row.key, row) for row in scene.studies), panes)

    def move_pane(self, pane: str, by: int) -> None:
        """Move a pane up (−1) or down (1) among the others."""
        panes = list(self._model.scene.panes)
        at = next(at for at, row in enumerate(panes) if row.id == pane)
        to = min(max(at + by, 0), len(panes) - 1)
        panes.insert(to, panes.pop(at))
        self._model.arrange("move pane", panes=tuple(panes))

    def _with(self, one: ChartStudy) -> tuple[ChartStudy, ...]:
        return tuple(one if row.key == one.key else row for row in self._model.scene.studies)

    def _arrange(self, title: str, studies: tuple[ChartStudy, ...], panes: tuple[Pane, ...] | None = None) -> None:
        """Set the studies, without panes in which nothing is drawn any more."""
        scene, studies = self._model.scene, with_sources(studies)
        used = {one.pane for one in studies}
        kept = panes_in_use(scene.panes if panes is None else panes, used, scene.compares)
        maximised = scene.maximised if any(pane.id == scene.maximised for pane in kept) else ""
        self._model.arrange(title, studies=studies, panes=kept, maximised=maximised)

    # -- in a layout

    def document(self) -> dict[str, object]:
        """Return indicators, panes and compared series as a JSON document, empty when they are as in a new chart."""
        scene = self._model.scene
        if not scene.studies and not scene.compares and scene.panes == DEFAULT_PANES:
            return {}
        document: dict[str, object] = {
            "indicators": [study_document(one) for one in scene.studies],
            "panes": [{"id": pane.id, "weight": round(pane.weight, 6)} for pane in scene.panes],
        }
        if scene.compares:
            document["compares"] = [compare_document(one) for one in scene.compares]
        return document

    def restore(self, document: Mapping[str, object]) -> None:
        """Show indicators, panes and compared series of a document; invalid parts, as edited by hand, are left out."""
        rows, weights = document.get("indicators"), document.get("panes")
        found: dict[str, ChartStudy] = {}
        for row in (rows if isinstance(rows, list) else [])[:_MAX_STUDIES]:
            one = parse_study_document(row) if isinstance(row, Mapping) else None
            if one is not None:
                found.setdefault(one.key, one)
        compares = _compares_of(document.get("compares"))
        known = {pane.id: pane for pane in panes_in_use(DEFAULT_PANES, (), compares)}
        known |= {one.pane: pane_of(one) for one in found.values() if one.pane not in known}
        panes: dict[str, Pane] = {}
        for row in weights if isinstance(weights, list) else []:
            pane, weight = _weight_of(row)
            if pane in known and weight is not None:
                panes[pane] = replace(known[pane], weight=weight)
        panes |= {name: pane for name, pane in known.items() if name not in panes}
        self._model.restore_contents(with_sources(tuple(found.values())), compares, tuple(panes.values()))


def _compares_of(rows: object) -> tuple[Compare, ...]:
    found: dict[str, Compare] = {}
    for row in (rows if isinstance(rows, list) else [])[:MAX_COMPARES]:
        one = parse_compare_document(row) if isinstance(row, Mapping) else None
        if one is not None:
            found.setdefault(one.key, one)
    return tuple(found.values())


def _names(key: str) -> Iterator[str]:
    """Return names for a pane: that of the study, then with numbers."""
    return chain((key,), (f"{key}-{n}" for n in count(2)))


def _weight_of(row: object) -> tuple[str, float | None]:
    if not isinstance(row, Mapping):
        return "", None
    pane, weight = row.get("id"), row.get("weight")
    least, most = _LAYOUT_WEIGHTS
    is_weight = isinstance(weight, int | float) and least <= weight <= most
    return str(pane), float(weight) if is_weight else None  # type: ignore[arg-type]
