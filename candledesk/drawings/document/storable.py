"""Whether a change of drawings can be stored and read again, before it is made. Pure.

A drawing that cannot be read again would be lost at the next start, and a change that cannot be written would hold back
all changes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME, MAX_PRICE
from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import Edit


def why_not_storable(edit: Edit) -> str:
    """Return a sentence that says why a change cannot be stored, empty when it can."""
    for drawing_id, drawing in edit.after.items():
        if drawing is not None and not _is_checked(edit.before.get(drawing_id), drawing):
            reason = _reason(drawing)
            if reason:
                return reason
    return ""


def _is_checked(before: Drawing | None, after: Drawing) -> bool:
    """Tell whether only flags and the order differ: what was stored before can be stored again."""
    return before is not None and all(
        getattr(before, name) is getattr(after, name) for name in ("points", "style", "text", "extra", "pane")
    )


def _reason(drawing: Drawing) -> str:
    for point in drawing.points:
        if point.price is not None and not -MAX_PRICE <= point.price <= MAX_PRICE:  # also NaN
            return f"Nothing can be drawn at prices beyond {MAX_PRICE:,.0f}"
        if not FIRST_TIME <= point.time <= LAST_TIME:
            return "Nothing can be drawn before the year 1700 and after the year 2200"
    try:
        parse_drawing(drawing_json(drawing))
    except DocumentError as error:
        return f"This drawing cannot be stored: {error}"
    return ""
