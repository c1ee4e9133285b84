"""Templates of drawings: a named style of one tool, as JSON in ``user.db``; and how new drawings begin.

``{"format": "candledesk.drawing_style/1", "type": "trend_line", "style": {…}}``: the style as in
``candledesk.drawings/1``. The style with which new drawings of a tool begin is such a document, too, with the id of the
tool as its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document.checks import check_size
from candledesk.drawings.document.style import check_style
from candledesk.drawings.registry import TOOLS
from candledesk.store.user.templates import TemplateRows
from candledesk.workspace.named_documents import DocumentKind
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from candledesk.store.user.documents import Document

FORMAT = "candledesk.drawing_style/1"


@dataclass(frozen=True, slots=True)
class DrawingTemplate:
    """``tool``: the id of a tool; ``style``: what differs from its own, as in a drawing."""

    name: str
    tool: str
    style: Mapping[str, Any]


def template_json(template: DrawingTemplate) -> dict[str, Any]:
    """Return the JSON of a template, which has no name in it."""
    return {"format": FORMAT, "type": template.tool, "style": dict(template.style)}


def parse_template(name: object, document: object) -> DrawingTemplate:
    """Return the template of such JSON; ``DocumentError`` with the path of what is not valid (``style.width``)."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise DocumentError("format", f"This is no template of a drawing: its format must be {FORMAT}")
    tool, style = document.get("type"), document.get("style")
    if tool not in TOOLS:
        raise DocumentError("type", "The type must be the id of a drawing tool, such as trend_line")
    if not isinstance(style, dict):
        raise DocumentError("style", "The style must be a JSON object")
    check_size(style, "style")
    return DrawingTemplate(check_name(name), str(tool), check_style(style, "style"))


def _encode(template: DrawingTemplate) -> tuple[str, Document]:
    checked = parse_template(template.name, template_json(template))
    return checked.name, template_json(checked)


def _decode(name: str, document: Document, _updated_at: int) -> DrawingTemplate:
    return DrawingTemplate(name, document.get("type", ""), document.get("style", {}))


def _no_event(*_change: str) -> None:
    """Only the window changes templates, so that nothing has to follow."""


def templates_of(tool: str) -> DocumentKind[DrawingTemplate]:
    """Return the kind of documents that the templates of a tool are: two tools may each have one of the same name."""
    rows = TemplateRows(f"drawing/{tool}")
    return DocumentKind("template", rows, _encode, _decode, rows.write, _no_event)


_DEFAULTS = TemplateRows("drawing")
DEFAULTS = DocumentKind("default", _DEFAULTS, _encode, _decode, _DEFAULTS.write, _no_event)
