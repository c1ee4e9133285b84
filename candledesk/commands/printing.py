"""How commands print: tables, times and gaps; data to stdout, messages to stderr."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from candledesk.cache.events import DamageFound, EntriesRestored, SymbolReused
from candledesk.commands.exit_codes import EXIT_GAPS
from candledesk.domain.errors import InputError
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.texts import plain_text, printable
from candledesk.domain.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.events import Event
    from candledesk.cache.messages import BarsReply, Gap


def iso(time_s: int) -> str:
    """Return UTC seconds as ISO-8601 text with a Z."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_span(start: str | None, end: str | None) -> Span:
    """Return the half-open span of two texts; no start: the beginning of history; no end: now."""
    lo = HISTORY_START if start is None else parse_time(start, "from")
    hi = int(time.time()) + 1 if end is None else parse_time(end, "to")
    if lo >= hi:
        raise InputError("to", f"The span is empty: --from {start} must be before --to {end or 'now'}")
    return Span(lo, hi)


def gap_line(gap: Gap) -> str:
    """Return an indented line about a gap."""
    start = "the beginning" if gap.span.start <= HISTORY_START else iso(gap.span.start)
    retry = "" if gap.retry_at is None else f"; next try {iso(gap.retry_at)}"
    return printable(f"  gap {start} to {iso(gap.span.end)}: {gap.reason}{retry}")


def report_gaps(reply: BarsReply) -> int:
    """List the gaps of an answer on stderr, and return the exit code for gaps."""
    print(f"{reply.request.symbol} {reply.request.interval.name}: {len(reply.gaps)} gaps remain", file=sys.stderr)
    for gap in reply.gaps:
        print(gap_line(gap), file=sys.stderr)
    return EXIT_GAPS


def report_notice(event: Event) -> None:
    """Print on stderr that a symbol belongs to another company now, or what was damaged in the database."""
    if isinstance(event, SymbolReused | DamageFound | EntriesRestored):
        print(printable(event.text), file=sys.stderr)


def print_notice(notice: str) -> None:
    """Print a sentence for people on stderr, if there is one."""
    if notice:
        print(printable(notice), file=sys.stderr, flush=True)


def count_text(counts: Mapping[str, int]) -> str:
    """Return ``12 open_outside, 1 jump``."""
    return ", ".join(f"{n:,} {reason}" for reason, n in counts.items())


def byte_text(n_bytes: int) -> str:
    """Return ``512 B``, ``4.1 kB``, ``12.0 MB`` or ``1.2 GB`` (decimal units)."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {unit}"
    return f"{n_bytes} B"


def print_table(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows with the same keys as an aligned table or as JSON."""
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    if not rows:
        print("nothing yet", file=sys.stderr)
        return
    texts = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    for row in texts:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else plain_text(str(value))
