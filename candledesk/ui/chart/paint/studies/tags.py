"""The last values of indicators and compared series as tags on the axes of their panes."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.compares.texts import compare_tag
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.studies.tags import place_tags
from candledesk.ui.chart.paint.axis_text import TAG_H, paint_tag
from candledesk.ui.chart.paint.last_price import tag_room
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.studies.study_paint import text_on, value_colour

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

_TAGGED = frozenset({Plot.LINE, Plot.COLUMNS, Plot.CROSSES})
_CLEAR = 1.0  # logical pixels between two tags


class Tag(NamedTuple):
    """A value on an axis: the device pixel of its middle, its text and its colour."""

    y: float
    text: str
    colour: str


@lru_cache(maxsize=2)
def tags_of(picture: Picture) -> dict[str, list[Tag]]:
    """Return the tags of each pane that is shown; none where the latest bar is not loaded."""
    frame = picture.frame
    if not (picture.has_bars and picture.series.at_latest):
        return {}
    return {box.pane.id: _tags_of_pane(frame, picture.scene, box, picture.theme) for box in frame.panes.boxes}


def _tags_of_pane(frame: Frame, scene: ChartScene, box: PaneBox, theme: Theme) -> list[Tag]:
    tags = [
        tag for one in frame.studies if one.study.pane == box.pane.id for tag in _wanted(scene, one, frame, box, theme)
    ]
    for compared in (one for one in frame.compares if one.compare.pane == box.pane.id and one.scale is None):
        found = compare_tag(compared, frame.scales[box.pane.id], box)
        tags += [] if found is None else [Tag(*found, compared.compare.colour)]
    height, top, bottom = (TAG_H + _CLEAR) * frame.dpr, float(box.top), float(box.bottom)
    if box.pane.id != PRICE:
        return _placed(tags, height, (top, bottom))
    taken_from, taken_to = _price_room(frame, scene)
    if taken_to <= taken_from:
        return _placed(tags, height, (top, bottom))
    middle = float(frame.price.y_of(float(scene.series.bars.close[-1])))
    above = [tag for tag in tags if tag.y < middle]
    below = [tag for tag in tags if tag.y >= middle]
    return _placed(above, height, (top, taken_from)) + _placed(below, height, (taken_to, bottom))


def _price_room(frame: Frame, scene: ChartScene) -> tuple[float, float]:
    """Return the pixels that the tag of the last price and its countdown cover."""
    first, last = tag_room(frame, scene)
    label = 17.0 * frame.dpr - TAG_H / 2 * frame.dpr  # tag_room keeps half a label's height on either side
    return (first + label, last - label) if last > first else (0.0, 0.0)


def _wanted(scene: ChartScene, one: ShownStudy, frame: Frame, box: PaneBox, theme: Theme) -> list[Tag]:
    values, scale = one.values, frame.scales[box.pane.id]
    if values is None or not one.is_on or not len(values.open_time):
        return []
    time, bars = int(values.open_time[-1]), scene.series.bars
    is_up = bool(bars.close[-1] >= bars.open[-1])
    tags = []
    for output in one.study.drawn:
        value = values.latest(output.name)
        y = float(scale.y_of(value)) if math.isfinite(value) else math.nan
        if output.plot in _TAGGED and box.top <= y < box.bottom:
            colour = value_colour(one, output, time, theme, is_up=is_up)
            tags.append(Tag(y, scale.label(value), colour))
    return list({tag.text: tag for tag in reversed(tags)}.values())[::-1]  # lines that coincide have one tag


def _placed(tags: list[Tag], height: float, room: tuple[float, float]) -> list[Tag]:
    places = place_tags([tag.y for tag in tags], height, room)
    return [tag._replace(y=place) for tag, place in zip(tags, places, strict=True) if place is not None]


def _paint(painter: QPainter, picture: Picture) -> None:
    for tags in tags_of(picture).values():
        for y, text, colour in tags:
            paint_tag(painter, picture.frame, y, text, (colour, text_on(colour)))


STUDY_TAGS = Layer("study_tags", 65, _paint)
