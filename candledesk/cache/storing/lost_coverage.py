"""Writes the coverage of series again whose entries were damaged in more than one of their copies."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from candledesk.cache.rules.complete_runs import restore_coverage
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import Span
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.bars import bars_extent, read_bars
from candledesk.store.market.database import transaction
from candledesk.store.market.row_copies.repair import RowFinding, RowVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

    ReadFacts = Callable[[Connection, str, Interval], Facts | None]

LEDGER = "coverage"
_CLAIMS = {"have", "provisional"}


def write_lost_coverage(connection: Connection, read_facts: ReadFacts, findings: Sequence[RowFinding]) -> int:
    """Write what the proven bars show of the coverage that ``findings`` lost; return how many series were looked at.

    ``read_facts``: what is known of a series, ``None`` without an instrument or a calendar. Series of which all entries
    are lost are those with bars and without coverage. Each series has a transaction of its own, on the writer thread.
    """
    claims = lost_claims(findings)
    is_any_lost = any(finding.table == LEDGER and finding.verdict is RowVerdict.PAGES for finding in findings)
    n_written = 0
    for series_id, symbol, name in instrument_store.list_series(connection) if claims or is_any_lost else ():
        is_bare = is_any_lost and not coverage_store.read_coverage(connection, series_id)
        extent = bars_extent(connection, series_id) if series_id in claims or is_bare else None
        facts = None if extent is None else read_facts(connection, symbol, parse_interval(name))
        if extent is None or facts is None:
            continue
        stored = read_bars(connection, series_id, extent, []).open_time
        lost = [span for claim in claims.get(series_id, ()) if (span := claim.intersect(extent)) is not None]
        with transaction(connection):
            coverage_store.write_coverage(connection, series_id, restore_coverage(facts, stored, lost))
        n_written += 1
    return n_written


def lost_claims(findings: Sequence[RowFinding]) -> dict[int, list[Span]]:
    """Return by series the spans of bars that deleted entries claimed; of their versions the shortest."""
    claims: dict[int, list[Span]] = defaultdict(list)
    for finding in findings:
        if finding.table == LEDGER and finding.verdict is RowVerdict.NEITHER:
            rows = [dict(zip(finding.columns, row, strict=True)) for row in finding.versions if row is not None]
            series_id, start = rows[0]["series_id"], rows[0]["lo"]
            ends = [row["hi"] for row in rows if row["state"] in _CLAIMS and type(row["hi"]) is int]
            if type(series_id) is type(start) is int:
                claims[series_id] += [Span(start, end) for end in sorted(ends)[:1] if end > start]
    return dict(claims)
