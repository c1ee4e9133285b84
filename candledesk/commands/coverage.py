"""``candledesk coverage``: what is known of the cached series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import count_text, gap_line, iso, print_table
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import HISTORY_START
from candledesk.domain.symbols import parse_symbol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import SeriesReport
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.interval import Interval


@click.command()
@click.argument("symbol", required=False)
@click.argument("interval", required=False)
@JSON_OPTION
@common_options
def coverage(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Show what is known: spans, states, reasons."""
    return print_coverage(context.cache(), **options)


def print_coverage(cache: CommandApi, *, symbol: str | None, interval: str | None, as_json: bool) -> int:
    """Print the coverage of one symbol, or of every stored series."""
    reports = _every_series(cache, interval) if symbol is None else _one_symbol(cache, parse_symbol(symbol), interval)
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


def _every_series(cache: CommandApi, interval: str | None) -> list[tuple[str, Interval, SeriesReport]]:
    chosen = parse_interval(interval) if interval else None
    stored = cache.list_coverage().result()
    return [(row.symbol, row.interval, row.report) for row in stored if chosen in {None, row.interval}]


def _one_symbol(cache: CommandApi, symbol: str, interval: str | None) -> list[tuple[str, Interval, SeriesReport]]:
    """Return what is known of an interval of a symbol, or of each that is fetched, whether it is stored or not."""
    chosen = [parse_interval(interval)] if interval else [row for row in INTERVALS.values() if row.base is row]
    return [(symbol, one, cache.describe_series(symbol, one).result()) for one in chosen]


def _counted(report: SeriesReport) -> dict[str, Any]:
    """Return by reason how many bars of the whole series are flagged and how many rows were dropped."""
    return {"odd": dict(report.odd), "dropped": dict(report.dropped)}


def _series_lines(report: SeriesReport) -> Iterator[str]:
    """Yield indented lines about the gaps, the flagged bars and the dropped rows of a series."""
    for gap in report.gaps if report.n_bars else ():
        yield gap_line(gap)
    if report.odd:
        yield f"  odd bars, stored: {count_text(report.odd)}"
    if report.dropped:
        yield f"  rows dropped: {count_text(report.dropped)}"


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
