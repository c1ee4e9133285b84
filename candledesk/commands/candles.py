"""What the commands do: they ask the cache, print data to stdout, messages to stderr, and return the exit code."""

from __future__ import annotations

import json
import math
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import BarsRequest, SymbolReused
from candledesk.domain.errors import EnvironmentFaultError, InputError, NotCachedError, OfflineError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.prices.oddity import odd_tokens
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.texts import plain_text, printable
from candledesk.domain.times import parse_time
from candledesk.web.api.wire import start_of_history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Adjust, ArchiveEntry, BarsReply, Event, Gap, SeriesReport
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.interval import Interval

EXIT_DONE, EXIT_GAPS = 0, 3
COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
CANDLE_COLUMNS = (*COLUMNS, "final", "odd")
POLL_S = 0.5


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
    """Return one indented line about a gap."""
    start = "the beginning" if gap.span.start <= HISTORY_START else iso(gap.span.start)
    retry = "" if gap.retry_at is None else f"; next try {iso(gap.retry_at)}"
    return printable(f"  gap {start} to {iso(gap.span.end)}: {gap.reason}{retry}")


def print_candles(  # noqa: PLR0913 - the command's options
    cache: CommandApi,
    *,
    symbol: str,
    interval: str,
    start: str | None,
    end: str | None,
    adjust: Adjust,
    form: str,
    output: str | None,
    offline: bool,
    raw: bool = False,
) -> int:
    """Print candles of a span, filling its gaps first unless ``offline``; ``raw``: with the prices as sent."""
    if form == "parquet" and output is None:
        raise InputError("format", "Parquet is binary: name a file with -o FILE")
    request = BarsRequest(
        parse_symbol(symbol),
        parse_interval(interval),
        parse_span(start, end),
        fill="none" if offline else "wait",
        timeout_s=None,
        adjust=adjust,
        raw=raw,
    )
    try:
        reply = cache.load_bars(request).result()
    except NotCachedError as error:
        raise OfflineError(f"Nothing of {error.symbol} is cached: run it once without --offline") from None
    _write(reply, form, output)
    for note in reply.notes:
        print(printable(f"{reply.request.symbol} {reply.request.interval.name}: {note}"), file=sys.stderr)
    _report_derived(reply)
    if start is not None:
        _report_start(reply)
    if reply.complete:
        return EXIT_DONE
    return report_gaps(reply)


def report_reuse(event: Event) -> None:
    """Say on stderr that a symbol belongs to another company by now."""
    if isinstance(event, SymbolReused):
        print(printable(event.text), file=sys.stderr)


def _report_derived(reply: BarsReply) -> None:
    """Say which candles were made from finer stored ones."""
    name = f"{reply.request.symbol} {reply.request.interval.name}"
    for interval in dict.fromkeys(interval for _, interval in reply.derived):
        spans = [span for span, source in reply.derived if source == interval]
        where = f"{iso(spans[0].start)} to {iso(spans[-1].end)}"
        parts = f", in {len(spans)} parts" if len(spans) > 1 else ""
        print(f"{name}: made from stored {interval} candles: {where}{parts}", file=sys.stderr)


def _report_start(reply: BarsReply) -> None:
    """Say so when more was asked for than can exist: before the listing date, or beyond the look-back."""
    begin = start_of_history(reply.instrument, reply.request.interval, int(time.time()))
    if begin is not None and reply.span.start < int(str(begin["time"])) and not reply.derived:
        name = f"{reply.request.symbol} {reply.request.interval.name}"
        print(f"{name}: nothing is to be had before {begin['at']}: {begin['reason']}", file=sys.stderr)


def report_gaps(reply: BarsReply) -> int:
    """List the gaps of an answer on stderr, and return the exit code that says so."""
    print(f"{reply.request.symbol} {reply.request.interval.name}: {len(reply.gaps)} gaps remain", file=sys.stderr)
    for gap in reply.gaps:
        print(gap_line(gap), file=sys.stderr)
    return EXIT_GAPS


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _price(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _finals(reply: BarsReply) -> Sequence[bool]:
    return (True,) * len(reply.bars) if reply.is_final is None else reply.is_final


def _odd(reply: BarsReply) -> list[str]:
    """Return why each bar is flagged, empty for an ordinary one."""
    return [odd_tokens(reply.odd.get(time_s, 0)) for time_s in reply.bars.open_time.tolist()]


def _rows(reply: BarsReply) -> Iterator[tuple[str, list[float], float, bool, str]]:
    """Yield time, prices (NaN: not sent), volume, whether it is final, and why it is flagged."""
    bars = reply.bars
    columns = (bars.open, bars.high, bars.low, bars.close)
    prices = zip(*(column.tolist() for column in columns), strict=True)
    shown = zip(bars.open_time.tolist(), prices, bars.volume.tolist(), _finals(reply), _odd(reply), strict=True)
    for open_time, values, volume, is_final, odd in shown:
        yield iso(open_time), list(values), volume, is_final, odd


def _write(reply: BarsReply, form: str, output: str | None) -> None:
    try:
        if form == "parquet" and output is not None:
            _write_parquet(reply, output)
            return
        text = _csv(reply) if form == "csv" else _json(reply)
        if output is None:
            sys.stdout.write(text)
        else:
            Path(output).write_text(text, encoding="utf-8")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot write {output or 'stdout'}: {error.strerror}") from error


def _csv(reply: BarsReply) -> str:
    lines = [",".join(CANDLE_COLUMNS)]
    lines += [
        ",".join((time, *map(_price, prices), _number(volume), str(is_final).lower(), odd))
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return "\n".join(lines) + "\n"


def _json(reply: BarsReply) -> str:
    rows = [
        (time, *(None if math.isnan(price) else price for price in prices), volume, is_final, odd)
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return json.dumps([dict(zip(CANDLE_COLUMNS, row, strict=True)) for row in rows], indent=1) + "\n"


def _write_parquet(reply: BarsReply, output: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    bars = reply.bars
    columns = [pa.array(bars.open_time, pa.timestamp("s", tz="UTC"))]
    columns += [pa.array(column, from_pandas=True) for column in (bars.open, bars.high, bars.low, bars.close)]
    columns += [pa.array(bars.volume), pa.array(_finals(reply), pa.bool_()), pa.array(_odd(reply), pa.string())]
    pq.write_table(pa.Table.from_arrays(columns, names=list(CANDLE_COLUMNS)), output)


def print_coverage(cache: CommandApi, *, symbol: str | None, interval: str | None, as_json: bool) -> int:
    """Print the ledger of one series, or of every cached series."""
    names = [parse_symbol(symbol)] if symbol else [row.symbol for row in cache.list_instruments().result()]
    chosen = [parse_interval(interval)] if interval else [row for row in INTERVALS.values() if row.base is row]
    reports = [(name, one, cache.describe_series(name, one).result()) for name in names for one in chosen]
    rows = [
        _coverage_row(name, one, piece, report) | (_counted(report) if as_json else {})
        for name, one, report in reports
        for piece in report.coverage
    ]
    print_table(rows, as_json=as_json)
    if not as_json:
        for name, one, report in reports:
            for line in _series_lines(report):
                print(f"{name} {one.name}{line}")
    return EXIT_DONE


def _counted(report: SeriesReport) -> dict[str, Any]:
    """Return how many bars of the whole series are flagged, and how many rows were dropped, by reason."""
    return {"odd": dict(report.odd), "dropped": dict(report.dropped)}


def _series_lines(report: SeriesReport) -> Iterator[str]:
    """Yield what a series lacks, and what was odd in the rows that were sent, each indented."""
    for gap in report.gaps if report.n_bars else ():
        yield gap_line(gap)
    if report.odd:
        yield f"  odd bars, stored: {count_text(report.odd)}"
    if report.dropped:
        yield f"  rows dropped: {count_text(report.dropped)}"


def count_text(counts: Mapping[str, int]) -> str:
    """Return ``12 open_outside, 1 jump``."""
    return ", ".join(f"{n:,} {reason}" for reason, n in counts.items())


def _coverage_row(name: str, interval: Interval, piece: Coverage, report: SeriesReport) -> dict[str, Any]:
    return {
        "symbol": name,
        "interval": interval.name,
        "from": None if piece.span.start <= HISTORY_START else iso(piece.span.start),
        "to": iso(piece.span.end),
        "state": piece.state.value,
        "fetched_at": iso(piece.fetched_at),
        "expires_at": None if piece.expires_at is None else iso(piece.expires_at),
        "reason": piece.reason,
        "updated_at": None if report.updated_at is None else iso(report.updated_at),
        "lag_s": report.lag_s,
    }


def run_archive(
    cache: CommandApi, *, action: str, symbols: tuple[str, ...], interval: str | None, as_json: bool
) -> int:
    """Show the series that are kept complete, put some on that list, or take some off."""
    if action == "list" and not symbols:
        found = cache.list_archive().result()
    elif not symbols or interval is None:
        raise InputError("symbols", f"`harvest {action}` needs symbols and --interval: harvest add AAPL --interval 1m")
    else:
        names, chosen = [parse_symbol(symbol) for symbol in symbols], parse_interval(interval)
        if action == "list":
            wanted = {(name, chosen.base.name) for name in names}
            found = [row for row in cache.list_archive().result() if (row.symbol, row.interval.name) in wanted]
        else:
            found = [cache.set_archived(name, chosen, is_on=action == "add").result() for name in names]
    print_table([_archive_row(entry) for entry in found], as_json=as_json)
    return EXIT_DONE


def _archive_row(entry: ArchiveEntry) -> dict[str, Any]:
    times = {name: getattr(entry, name) for name in ("unbroken_since", "last_run_at", "next_run_at")}
    return {
        "symbol": entry.symbol,
        "interval": entry.interval.name,
        "on": entry.is_on,
        **{name: None if time_s is None else iso(time_s) for name, time_s in times.items()},
        "note": entry.note,
    }


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
