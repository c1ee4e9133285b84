"""The own indicators that are declared in this process: those of its home."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.indicators.declaration import Indicator

_rows: dict[str, Indicator] = {}


def set_own_indicators(rows: Iterable[Indicator]) -> None:
    """Let ``rows`` be the own indicators from now on."""
    global _rows  # noqa: PLW0603 - replaced as a whole, so that other threads read the former ones or these
    _rows = {row.id: row for row in rows}


def own_indicators() -> tuple[Indicator, ...]:
    """Return the own indicators, by name."""
    return tuple(_rows.values())


def find_own(indicator_id: str) -> Indicator | None:
    """Return the own indicator of an id."""
    return _rows.get(indicator_id)
