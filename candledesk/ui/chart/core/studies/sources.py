"""Studies of a chart that read a line of another study of it, and go on doing so when that one changes. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from candledesk.domain.errors import InputError, UnknownIndicatorError
from candledesk.indicators.declaration import Plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.ui.chart.core.studies.chart_study import ChartStudy

_READ = frozenset({Plot.LINE, Plot.COLUMNS})


class SourceLine(NamedTuple):
    """A line that a study can read: its name (``ChartStudy.follows``) and its words for people."""

    follows: str
    words: str


def lines_of(studies: Iterable[ChartStudy], key: str) -> list[SourceLine]:
    """Return the lines of all studies but the one of ``key``."""
    lines = []
    for one in (one for one in studies if one.key != key):
        outputs = [row for row in one.study.indicator.outputs if row.plot in _READ]
        for row in outputs:
            name = row.name.replace("_", " ")
            lines.append(
                SourceLine(f"{one.key}.{row.name}", one.title if len(outputs) == 1 else f"{one.title}: {name}")
            )
    return lines


def parse_follows(follows: str) -> tuple[str, str]:
    """Return the key and the output of a line."""
    key, _, output = follows.rpartition(".")
    return key, output


def circle_text(studies: Sequence[ChartStudy], key: str, follows: str) -> str:
    """Return why the study of ``key`` cannot read a line that depends on itself, as a sentence; empty if it can."""
    by_key = {one.key: one for one in studies}
    path, at = [by_key[key]], parse_follows(follows)[0]
    while at in by_key and len(path) <= len(by_key):
        path.append(by_key[at])
        if at == key:
            return "An indicator cannot be its own source: " + " → ".join(one.title for one in reversed(path))
        at = parse_follows(by_key[at].follows)[0]
    return ""


def with_sources(studies: tuple[ChartStudy, ...]) -> tuple[ChartStudy, ...]:
    """Return the studies, each reading the line that it follows as that is now.

    A study whose line is gone, or depends on the study itself, keeps the source that it has and follows nothing.
    """
    if not any(one.follows for one in studies):
        return studies
    by_key = {one.key: one for one in studies}
    done: dict[str, ChartStudy] = {}
    for one in studies:
        _resolve(one, by_key, done, ())
    return tuple(done[one.key] for one in studies)


def _resolve(
    one: ChartStudy, by_key: dict[str, ChartStudy], done: dict[str, ChartStudy], path: tuple[str, ...]
) -> ChartStudy:
    if one.key in done:
        return done[one.key]
    key, output = parse_follows(one.follows)
    found = by_key.get(key) if key != one.key and key not in path else None
    if found is not None:
        found = _resolve(found, by_key, done, (*path, one.key))
    if one.key not in done:
        done[one.key] = one if not one.follows else _reading(one, found, output)
    return done[one.key]


def _reading(one: ChartStudy, other: ChartStudy | None, output: str) -> ChartStudy:
    free = replace(one, follows="")
    if other is None or output not in other.study.indicator.output_names:
        return free
    from candledesk.indicators.studies import StudyLine, line_text, make_study  # here, for a sooner start

    try:
        source = line_text(StudyLine(other.study, output))
        return replace(one, study=make_study(one.study.id, {**dict(one.study.params.items), "source": source}))
    except (InputError, UnknownIndicatorError):  # too many stand on one another, it has no source, or is not allowed
        return free
