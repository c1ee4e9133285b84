"""A layout with a name, as a person keeps, copies and shares it: its JSON document and the rules of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from candledesk.domain.errors import DocumentError
from candledesk.domain.times import UtcSeconds, iso_time
from candledesk.workspace.layout import check_layout, layout_document
from candledesk.workspace.names import check_name


@dataclass(frozen=True, slots=True)
class NamedLayout:
    """A layout's ``document`` (``workspace.layout``) under a name; ``updated_at``: 0 when it is not stored yet."""

    name: str
    document: Mapping[str, Any]
    updated_at: UtcSeconds = 0


def named_layout_json(layout: NamedLayout) -> dict[str, Any]:
    """Return the JSON of a layout for people and programs: its document with ``name``, and ``updated_at`` if stored."""
    stored = {"updated_at": iso_time(layout.updated_at)} if layout.updated_at else {}
    return {"format": layout.document.get("format"), "name": layout.name, **layout.document, **stored}


def parse_named_layout(json: Mapping[str, Any]) -> NamedLayout:
    """Return the layout of such JSON; ``updated_at`` is ignored.

    Raises ``DocumentError``, whose ``field`` is the path of what is no layout (``charts[1].interval``).
    """
    if "name" not in json:
        raise DocumentError("name", "A layout needs a name")
    document = {key: value for key, value in json.items() if key not in {"name", "updated_at"}}
    return NamedLayout(check_name(json["name"]), layout_document(check_layout(document)))
