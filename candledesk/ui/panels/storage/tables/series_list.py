"""The stored series of the page: which are shown, and in which order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.cache.maintenance_messages import SeriesStorage

COLUMNS = ("Symbol", "Interval", "Bars", "Size", "From", "To", "Archived", "Cannot be fetched again")
SIZE = COLUMNS.index("Size")
LOST = COLUMNS.index("Cannot be fetched again")
_NEVER = float("inf")
_KEYS: tuple[Callable[[SeriesStorage], tuple[object, ...]], ...] = (  # one per column
    lambda row: (row.symbol, row.interval.step_s),
    lambda row: (row.interval.step_s, row.symbol),
    lambda row: (row.n_bars,),
    lambda row: (row.n_bytes,),
    lambda row: (_NEVER if row.first_open is None else row.first_open,),
    lambda row: (0 if row.last_open is None else row.last_open,),
    lambda row: (not row.is_archived, row.symbol, row.interval.step_s),
    lambda row: (row.n_irreplaceable,),
)


def order_series(
    rows: Iterable[SeriesStorage], column: int, *, is_descending: bool, text: str = ""
) -> list[SeriesStorage]:
    """Return the series whose symbol contains ``text``, by a column; equals by symbol and interval."""
    wanted = text.strip().upper()
    shown = sorted((row for row in rows if wanted in row.symbol), key=_KEYS[0])
    shown.sort(key=_KEYS[column], reverse=is_descending)
    return shown
