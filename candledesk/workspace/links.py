"""Link groups of a layout: the colours that cells can have, and what the cells of a colour have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from candledesk.domain.errors import DocumentError

LINK_COLOURS = ("blue", "green", "orange", "red", "purple", "teal")
NO_LINK = "none"
DEFAULT_LINK = LINK_COLOURS[0]  # of new cells


@dataclass(frozen=True, slots=True)
class LinkSwitches:
    """What the cells of one colour follow each other in; ``range``: the time of the right edge."""

    symbol: bool = False
    interval: bool = False
    crosshair: bool = True
    range: bool = False


ASPECTS = tuple(row.name for row in fields(LinkSwitches))


def links_document(links: Mapping[str, LinkSwitches]) -> dict[str, object]:
    """Return the JSON document of the groups whose switches are not the usual ones."""
    return {colour: asdict(switches) for colour, switches in sorted(links.items()) if switches != LinkSwitches()}


def parse_links(document: object) -> dict[str, LinkSwitches]:
    """Return the groups of a document; invalid parts, as after an edit by hand, are left out."""
    rows = document if isinstance(document, Mapping) else {}
    return {
        colour: LinkSwitches(**{name: row[name] for name in ASPECTS if isinstance(row.get(name), bool)})
        for colour, row in rows.items()
        if colour in LINK_COLOURS and isinstance(row, Mapping)
    }


def check_links(document: object) -> dict[str, LinkSwitches]:
    """Return the groups of a document; ``DocumentError`` with the path of the first part that is not valid."""
    if not isinstance(document, Mapping) or not set(document) <= set(LINK_COLOURS):
        raise DocumentError("links", f"The links must be an object with {' '.join(LINK_COLOURS)}")
    for colour, row in document.items():
        if not isinstance(row, Mapping) or not set(row) <= set(ASPECTS):
            raise DocumentError(f"links.{colour}", f"A link must be an object with {' '.join(ASPECTS)}")
        for name, value in row.items():
            if not isinstance(value, bool):
                raise DocumentError(f"links.{colour}.{name}", f"The switch {name} must be true or false")
    return parse_links(document)
