"""Drawings on the clipboard as text: ``candledesk.drawings/1``, which other charts, programs and files can take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
from PySide6.QtGui import QGuiApplication

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document.drawings_json import FORMAT, drawings_json, parse_drawings
from candledesk.drawings.groups import copies_in_groups
from candledesk.ui.chart.core.drawings.dragging import moved_aside
from candledesk.ui.features.drawings.pointer.drags import titled
from candledesk.ui.features.drawings.pointer.draw_tool import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawings.editor import DrawingEditor

_MOST_CHARS = 4_000_000


def copy_drawings(drawings: Iterable[Drawing]) -> None:
    """Put drawings on the clipboard."""
    text = orjson.dumps(drawings_json(drawings), option=orjson.OPT_INDENT_2).decode()
    QGuiApplication.clipboard().setText(text)


def has_drawings() -> bool:
    """Return whether the text on the clipboard may be drawings."""
    text = QGuiApplication.clipboard().text()
    return len(text) <= _MOST_CHARS and FORMAT in text[:200]


def paste_drawings(model: ChartModel, editor: DrawingEditor) -> str:
    """Add the drawings on the clipboard to the symbol of a chart and select them, as one step of undo.

    They have the same times and prices; where they would cover what they are copies of, they lie a little aside. Copies
    of drawings of one group are a group of their own. Returns a sentence when nothing is pasted, empty else.
    """
    try:
        found = parse_drawings(orjson.loads(QGuiApplication.clipboard().text()), model.series.symbol)
    except orjson.JSONDecodeError:
        return "The clipboard holds no drawings"
    except DocumentError as error:
        return f"The drawings of the clipboard cannot be pasted: {error}"
    symbol, shown = model.series.symbol, {box.pane.id for box in model.frame().panes.boxes}
    copies = copies_in_groups((_here(model, one) for one in found if one.pane in shown), new_id)
    if not copies:
        return "The clipboard holds no drawings of the panes of this chart" if found else ""
    present = [(one.type, one.points) for one in editor.drawings_of(symbol)]
    if any((one.type, one.points) in present for one in copies):
        copies = moved_aside(model.scene, model.frame(), copies)
    editor.apply(titled("paste", copies), symbol, editor.list_of(symbol).added(copies))
    editor.select(symbol, [one.id for one in copies])
    return ""


def _here(model: ChartModel, drawing: Drawing) -> Drawing:
    """Return a drawing for the symbol of a chart; one that a single chart showed is shown in this one alone."""
    chart = model.chart_id() if drawing.chart else ""
    return replace(drawing, symbol=model.series.symbol, locked=False, chart=chart)
