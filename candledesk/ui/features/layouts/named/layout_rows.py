"""The rows of the list of named layouts and of the list of versions, as texts. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from candledesk.workspace.layout import parse_layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from candledesk.workspace.layout_versions import LayoutVersion
    from candledesk.workspace.named_layouts import NamedLayout

LAYOUT_TITLES = ("Name", "Charts", "Symbols", "Changed")
VERSION_TITLES = ("Saved", "Charts")
_NOTHING = "no chart"


class LayoutRow(NamedTuple):
    """One named layout in the list: its name, how many charts it has, of which symbols, and when it was changed."""

    name: str
    n_charts: str
    symbols: str
    changed: str


def time_text(seconds: int, zone: tzinfo | None = None) -> str:
    """Return ``2026-11-28 13:20``; ``zone`` ``None``: that of this computer."""
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M}"


def layout_rows(layouts: Iterable[NamedLayout], zone: tzinfo | None = None) -> list[LayoutRow]:
    """Return a row for each layout, the one that was changed last first."""
    return [_row(layout, zone) for layout in sorted(layouts, key=lambda one: (-one.updated_at, one.name.casefold()))]


def _row(layout: NamedLayout, zone: tzinfo | None) -> LayoutRow:
    symbols = [series[0] for series in parse_layout(layout.document).charts if series is not None]
    return LayoutRow(
        layout.name, str(len(symbols)), ", ".join(dict.fromkeys(symbols)), time_text(layout.updated_at, zone)
    )


def matching(rows: Sequence[LayoutRow], text: str) -> list[LayoutRow]:
    """Return the rows in whose name or symbols every word of ``text`` occurs; those whose name begins so are first."""
    words = text.casefold().split()
    found = [row for row in rows if all(word in f"{row.name} {row.symbols}".casefold() for word in words)]
    return sorted(found, key=lambda row: not row.name.casefold().startswith(text.strip().casefold()))


def version_rows(versions: Iterable[LayoutVersion], zone: tzinfo | None = None) -> list[tuple[str, str]]:
    """Return when each version was saved, and what charts it has."""
    return [(time_text(one.saved_at, zone), ", ".join(one.charts) or _NOTHING) for one in versions]
