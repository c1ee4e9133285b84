"""What is asked before series are forgotten, and the tasks that do it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.ui.panels.storage.texts import Question, count_text, day_text, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import SeriesStorage


def forget_question(rows: Sequence[SeriesStorage]) -> Question:
    """Return what is asked before the series of ``rows`` are forgotten."""
    what = f"{rows[0].symbol} {rows[0].interval.name}" if len(rows) == 1 else f"{len(rows):,} series"
    n_bars, n_bytes = sum(row.n_bars for row in rows), sum(row.n_bytes for row in rows)
    stored = f"{count_text(n_bars, 'bar')} ({size_text(n_bytes)}) and all that is known of them are deleted."
    sentences = [
        f"{stored} A chart that shows them fetches again what the provider still has.",
        "A backup is made first, so this can be undone: choose it among the backups, then Restore.",
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
    """Return the tasks that forget ``rows``: one for a symbol of which all ``stored`` series go, else one for each.

    The backup before the first one has the series of the others too.
    """
    n_stored: dict[str, int] = {}
    for row in stored:
        n_stored[row.symbol] = n_stored.get(row.symbol, 0) + 1
    chosen: dict[str, list[SeriesStorage]] = {}
    for row in rows:
        chosen.setdefault(row.symbol, []).append(row)
    requests = []
    for symbol, series in chosen.items():
        intervals = [None] if len(series) == n_stored.get(symbol) else [row.interval for row in series]
        requests += [MaintenanceRequest(MaintenanceKind.FORGET, symbol=symbol, interval=one) for one in intervals]
    return [
        request
        if at == 0
        else MaintenanceRequest(request.kind, symbol=request.symbol, interval=request.interval, is_backed_up=False)
        for at, request in enumerate(requests)
    ]
