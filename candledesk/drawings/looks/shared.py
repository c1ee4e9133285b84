"""What several selected drawings have in common, and the same change of all of them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from candledesk.drawings.looks.style_fields import FieldKind, StyleField, fields_of, value_of
from candledesk.drawings.registry import TOOLS, whole_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.looks.style_fields import Page


class _Mixed:
    """The type of ``MIXED``."""

    def __repr__(self) -> str:
        return "MIXED"


MIXED: Final = _Mixed()
"""The value of a field that differs between the drawings."""


def shared_fields(drawings: Sequence[Drawing], page: Page | None = None) -> tuple[StyleField, ...]:
    """Return the fields that all drawings have; levels only of drawings of one tool."""
    known = [one for one in drawings if one.type in TOOLS]
    if not known:
        return ()
    tools = list(dict.fromkeys(one.type for one in known))
    keys = set.intersection(*({field.key for field in fields_of(tool)} for tool in tools))
    return tuple(
        field
        for field in fields_of(tools[0], page)
        if field.key in keys and (len(tools) == 1 or field.kind is not FieldKind.LEVELS)
    )


def shared_values(drawings: Sequence[Drawing]) -> dict[str, Any]:
    """Return the value of every shared field by its key, ``MIXED`` where it differs."""
    styles = [whole_style(one) for one in drawings if one.type in TOOLS]
    found = {}
    for field in shared_fields(drawings):
        values = [value_of(style, field.key) for style in styles]
        found[field.key] = values[0] if all(value == values[0] for value in values) else MIXED
    return found


def with_style(drawings: Iterable[Drawing], **style: object) -> tuple[Drawing, ...]:
    """Return the drawings with values of their style replaced, each only where its tool has it."""
    return tuple(
        one.styled(**{key: value for key, value in style.items() if key in {row.key for row in fields_of(one.type)}})
        for one in drawings
    )


def with_whole_style(drawings: Iterable[Drawing], style: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Return the drawings with all of their style replaced, as a template does."""
    return tuple(replace(one, style=dict(style)) for one in drawings)


def all_locked(drawings: Sequence[Drawing]) -> bool:
    """Return whether every one of the drawings is locked, so that the next click unlocks them."""
    return bool(drawings) and all(one.locked for one in drawings)


def all_visible(drawings: Sequence[Drawing]) -> bool:
    """Return whether every one of the drawings is shown."""
    return bool(drawings) and all(one.visible for one in drawings)


def title_of(drawings: Sequence[Drawing]) -> str:
    """Return what drawings are called: ``Trend line``, its own name, or ``3 drawings``."""
    return name_of(drawings[0]) if len(drawings) == 1 else f"{len(drawings)} drawings"


NAME = "name"
"""The field of a drawing's JSON that holds the name which a person gave to it."""


def name_of(drawing: Drawing) -> str:
    """Return the name that a person gave to a drawing, else that of its tool."""
    name = drawing.extra.get(NAME, "")
    kind = TOOLS[drawing.type].title if drawing.type in TOOLS else drawing.type
    return name if isinstance(name, str) and name else kind


def renamed(drawing: Drawing, name: str) -> Drawing:
    """Return a drawing with another name; without one it is called as its tool."""
    extra = {key: value for key, value in drawing.extra.items() if key != NAME}
    return replace(drawing, extra={**extra, NAME: name} if name else extra)
