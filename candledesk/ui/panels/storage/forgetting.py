"""What is asked before series are forgotten, and the tasks that do it. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.domain.texts import count_text
from candledesk.ui.panels.storage.texts import Question, day_text, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import SeriesStorage
    from candledesk.domain.interval import Interval


def forget_question(rows: Sequence[SeriesStorage]) -> Question:
    """Return what is asked before the series of ``rows`` are forgotten."""
    what = f"{rows[0].symbol} {rows[0].interval.name}" if len(rows) == 1 else f"{len(rows):,} series"
    n_bars, n_bytes = sum(row.n_bars for row in rows), sum(row.n_bytes for row in rows)
    stored = f"{count_text(n_bars, 'bar')} ({size_text(n_bytes)}) and all that is known of them are deleted."
    sentences = [
        f"{stored} Opening them again fetches what the provider still has.",
        "A backup is made first, unless there is one that has these bars. Restoring it undoes this.",
    ]
    archived = [f"{row.symbol} {row.interval.name}" for row in rows if row.is_archived]
    if archived:
        which = archived[0] if len(archived) == 1 else f"{len(archived):,} of them"
        sentences.insert(1, f"The archive of {which} ends.")
    lost = [row for row in rows if row.is_irreplaceable]
    warning = "The provider no longer has these bars. They exist only here and in backups:" if lost else ""
    return Question(f"Forget {what}?", tuple(sentences), "Forget", warning, tuple(map(loss_text, lost)))


def loss_text(row: SeriesStorage) -> str:
    """Return ``AAPL 1m: 12,400 bars, 2026-01-05 to 2026-10-12``."""
    first = day_text(row.first_open)
    last = day_text(None if row.irreplaceable_until is None else row.irreplaceable_until - 1)
    span = f", {first} to {last}" if first and last else ""
    return f"{row.symbol} {row.interval.name}: {count_text(row.n_irreplaceable, 'bar')}{span}"


def forget_requests(rows: Sequence[SeriesStorage], stored: Sequence[SeriesStorage]) -> list[MaintenanceRequest]:
    """Return the tasks that forget ``rows``: one for a symbol of which all ``stored`` series go, else one for each."""
    n_stored = Counter(row.symbol for row in stored)
    n_chosen = Counter(row.symbol for row in rows)
    whole = [symbol for symbol in n_chosen if n_chosen[symbol] == n_stored[symbol]]
    parts = [(row.symbol, row.interval) for row in rows if row.symbol not in whole]
    targets: list[tuple[str, Interval | None]] = [*((symbol, None) for symbol in whole), *parts]
    return [MaintenanceRequest(MaintenanceKind.FORGET, symbol=symbol, interval=one) for symbol, one in targets]
