"""Layouts as JSON files: what is exported can be imported again, here or with ``candledesk layout``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.domain.errors import DocumentError, EnvironmentFaultError
from candledesk.workspace.named_layouts import named_layout_json, parse_named_layout
from candledesk.workspace.names import clean_name
from candledesk.workspace.watchlists.watchlist import MAX_DOCUMENT_BYTES

if TYPE_CHECKING:
    from candledesk.workspace.named_layouts import NamedLayout

FILE_FILTER = "Layouts (*.json);;All files (*)"
_IMPORTED = "Imported"
_FILE_CHARS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def file_name(name: str) -> str:
    """Return the name that a file of a layout is offered under."""
    return f"{name.translate(_FILE_CHARS) or 'Layout'}.json"


def read_layout_file(path: str) -> NamedLayout:
    """Return the layout of a file, under the name in it, else that of the file.

    Raises ``EnvironmentFaultError`` when it cannot be read, ``DocumentError`` for what is no layout.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise EnvironmentFaultError(f"{file.name} cannot be read: {error.strerror or error}.") from error
    try:
        document = json.loads(content) if len(content) <= MAX_DOCUMENT_BYTES else None
    except ValueError:  # also bytes that are no text
        document = None
    if not isinstance(document, dict):
        raise DocumentError("FILE", f"{file.name} is no layout: it must be a JSON object of a layout")
    return parse_named_layout({"name": clean_name(file.stem, _IMPORTED), **document})


def write_layout_file(path: str, layout: NamedLayout) -> None:
    """Write a layout into a file; ``EnvironmentFaultError`` when that fails."""
    document = {key: value for key, value in named_layout_json(layout).items() if key != "updated_at"}
    try:
        Path(path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise EnvironmentFaultError(f"{path} cannot be written: {error.strerror or error}.") from error
