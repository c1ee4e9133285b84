"""Templates of indicators: a named list of indicators with inputs, style and panes, as JSON; and its rules.

``{"format": "candledesk.indicators/1", "name": "Trend", "indicators": […], "panes": […]}``: the parts are those of a
chart in a layout (``workspace.chart_contents``). The settings with which a new indicator begins are such a document,
too, with one indicator and its id as the name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from candledesk.domain.errors import DocumentError
from candledesk.store.user.templates import TemplateRows
from candledesk.workspace.chart_contents import check_contents
from candledesk.workspace.named_documents import DocumentKind
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from candledesk.store.user.documents import Document

FORMAT = "candledesk.indicators/1"
MAX_FILE_BYTES = 1_000_000
_PARTS = ("indicators", "panes")


@dataclass(frozen=True, slots=True)
class IndicatorTemplate:
    """``contents``: ``indicators`` and ``panes``, as in a chart of a layout."""

    name: str
    contents: Mapping[str, Any]


def template_json(template: IndicatorTemplate) -> dict[str, Any]:
    """Return the JSON of a template."""
    return {"format": FORMAT, "name": template.name, **{part: template.contents.get(part, []) for part in _PARTS}}


def parse_template(document: object) -> IndicatorTemplate:
    """Return the template of such JSON; ``DocumentError`` with the path of what is none (``indicators[1].params``)."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise DocumentError("format", f"This is no template of indicators: its format must be {FORMAT}")
    unknown = set(document) - {"format", "name", *_PARTS}
    if unknown:
        field = min(map(str, unknown))[:40]
        raise DocumentError(field, f"A template has no part {field!r}")
    contents = check_contents({part: document[part] for part in _PARTS if part in document}, "template")
    if not contents.get("indicators"):
        raise DocumentError("indicators", "A template needs an indicator")
    return IndicatorTemplate(check_name(document.get("name")), contents)


def write_template_file(template: IndicatorTemplate) -> bytes:
    """Return a template as the text of a file."""
    return json.dumps(template_json(template), indent=2, ensure_ascii=False).encode() + b"\n"


def read_template_file(content: bytes) -> IndicatorTemplate:
    """Return the template of a file; ``DocumentError`` when it is none."""
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError("file", "The file is too large for a template of indicators")
    try:
        return parse_template(json.loads(content))
    except (ValueError, RecursionError):
        raise DocumentError("file", "The file is no JSON document") from None


def _encode(template: IndicatorTemplate) -> tuple[str, Document]:
    checked = parse_template(template_json(template))
    return checked.name, {key: value for key, value in template_json(checked).items() if key != "name"}


def _decode(name: str, document: Document, _updated_at: int) -> IndicatorTemplate:
    return IndicatorTemplate(name, {part: document.get(part, []) for part in _PARTS})


def _no_event(*_change: str) -> None:
    """Only the window changes templates, so that nothing has to follow."""


_TEMPLATES, _DEFAULTS = TemplateRows("indicators"), TemplateRows("indicator")
TEMPLATES = DocumentKind("template", _TEMPLATES, _encode, _decode, _TEMPLATES.write, _no_event)
DEFAULTS = DocumentKind("default", _DEFAULTS, _encode, _decode, _DEFAULTS.write, _no_event)
