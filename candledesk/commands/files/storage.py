"""``candledesk storage``, ``forget`` and ``compact``: what takes how much room, and giving room back."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_INTERRUPTED
from candledesk.commands.printing import byte_text, iso, print_table
from candledesk.commands.progress import run_task
from candledesk.domain.errors import InputError, NothingStoredError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable
from candledesk.web.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from candledesk.cache.api import CommandApi, MaintenanceApi
    from candledesk.cache.maintenance_messages import SeriesStorage, StorageReport
    from candledesk.domain.interval import Interval


@click.command()
@JSON_OPTION
@common_options
def storage(context: CommandContext, *, as_json: bool) -> int:
    """Show what takes how much room: series, tables, logs, backups, and what `compact` gives back."""
    return print_storage(context.cache(), as_json=as_json)


def print_storage(cache: MaintenanceApi, *, as_json: bool) -> int:
    """Print the sizes as tables, or as the JSON object of the API."""
    report = cache.read_storage().result()
    if as_json:
        print(json.dumps(encode(report), indent=1))
        return EXIT_DONE
    tables = [
        {"table": row.name, "rows": f"{row.n_rows:,}", "size": byte_text(row.n_bytes)}
        for row in report.tables
        if row.n_rows
    ]
    backups = [
        {"backup": row.path, "made_at": iso(row.made_at), "reason": row.reason, "size": byte_text(row.n_bytes)}
        for row in report.backups
    ]
    for rows in ([_series_row(row) for row in report.series], tables, backups):
        if rows:
            print_table(rows, as_json=False)
            print()
    for line in _totals(report):
        print(printable(line))
    return EXIT_DONE


def _series_row(row: SeriesStorage) -> dict[str, Any]:
    return {
        "symbol": row.symbol,
        "interval": row.interval.name,
        "bars": f"{row.n_bars:,}",
        "from": None if row.first_open is None else iso(row.first_open),
        "to": None if row.last_open is None else iso(row.last_open),
        "size": byte_text(row.n_bytes),
        "archived": "yes" if row.is_archived else None,
        "irreplaceable": f"{row.n_irreplaceable:,} bars" if row.is_irreplaceable else None,
    }


def _totals(report: StorageReport) -> Iterator[str]:
    yield f"{report.path}: {byte_text(report.n_bytes)} (series and tables: estimated)"
    yield f"  of these, free pages: {byte_text(report.free_bytes)}; its log: {byte_text(report.log_bytes)}"
    yield f"  `candledesk compact` makes it smaller by at most {byte_text(report.reclaimable_bytes)}"
    yield f"drawings, lists and layouts: {byte_text(report.user_data_bytes)}"
    yield f"backups: {byte_text(report.backup_bytes)}; log files: {byte_text(report.program_log_bytes)}"
    yield f"free on the disk: {byte_text(report.disk_free_bytes)}"


@click.command()
@click.argument("symbol")
@click.argument("interval", required=False)
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--without-backup", is_flag=True, help="make no backup first; it cannot be undone then")
@common_options
def forget(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Delete a symbol, or one of its series, with all that is known of it."""
    return run_forget(context.cache(), **options)


def run_forget(cache: CommandApi, *, symbol: str, interval: str | None, yes: bool, without_backup: bool) -> int:
    """Name what would be deleted and what cannot be fetched again, ask on a terminal, then delete it."""
    name, chosen = parse_symbol(symbol), None if interval is None else parse_interval(interval)
    for line in _losses(name, _find_series(cache, name, chosen)):
        print(printable(line), file=sys.stderr)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("yes", "Nobody can be asked here: add --yes")
        if not click.confirm("Delete this?", err=True):
            print("nothing was deleted", file=sys.stderr)
            return EXIT_INTERRUPTED
    request = MaintenanceRequest(MaintenanceKind.FORGET, symbol=name, interval=chosen, is_backed_up=not without_backup)
    return run_task(cache, request)


def _find_series(cache: CommandApi, symbol: str, interval: Interval | None) -> list[SeriesStorage]:
    """Return the stored series that are meant; ``NothingStoredError`` when there are none."""
    own = [row for row in cache.read_storage().result().series if row.symbol == symbol]
    found = [row for row in own if interval is None or row.interval == interval]
    is_known = any(row.symbol == symbol for row in cache.list_instruments(symbol, limit=1).result())
    if found or (is_known and interval is None):
        return found
    raise NothingStoredError(symbol, "" if interval is None else interval.name)


def _losses(symbol: str, series: Sequence[SeriesStorage]) -> Iterator[str]:
    """Yield a line for each series, with what its provider has no longer."""
    if not series:
        yield f"{symbol}: no bars are stored"
    for row in series:
        span = (
            ""
            if row.first_open is None or row.last_open is None
            else f", {iso(row.first_open)} to {iso(row.last_open)}"
        )
        yield f"{symbol} {row.interval.name}: {row.n_bars:,} bars{span}" + (", archived" if row.is_archived else "")
        if row.is_irreplaceable:
            until = "" if row.irreplaceable_until is None else f" (before {iso(row.irreplaceable_until)})"
            yield f"  {row.n_irreplaceable:,} of them{until} cannot be fetched again"


@click.command()
@common_options
def compact(context: CommandContext) -> int:
    """Give free pages of the database back to the disk; charts can be read meanwhile."""
    return run_task(context.cache(), MaintenanceRequest(MaintenanceKind.COMPACT))
