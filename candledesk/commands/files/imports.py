"""``candledesk import``: reads files of bars of many programs and stores them through the checks of the cache."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.messages import Listing
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS
from candledesk.commands.printing import iso
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from candledesk.bar_files.messages import BarFile
    from candledesk.cache.api import ImportApi
    from candledesk.cache.messages import ImportReport

MAX_LISTED = 10  # lines of the file that are named; more are counted
_LISTING = frozenset({"exchange", "currency", "name"})  # options about the instrument, not about the file
_FETCHED_HELP = " ".join(name for name, row in INTERVALS.items() if row.base is row)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--symbol", metavar="S", help="the bars' symbol; an unknown one becomes local:S")
@click.option("--interval", metavar="I", help=f"{_FETCHED_HELP}; not given: as the file shows")
@click.option("--dry-run", is_flag=True, help="only show what would be read, and what not")
@click.option("--zone", metavar="Z", default="", help="of times that name none: UTC, America/New_York, Europe/Berlin …")
@click.option("--date-format", metavar="F", default="", help="dmy or mdy (which is the month?), or %d.%m.%y %H:%M …")
@click.option("--decimal", type=click.Choice([".", ","]), default=None, help="what stands before decimals")
@click.option("--times", type=click.Choice(["open", "close"]), default=None, help="which end of a bar its time is")
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="default: as the file begins")
@click.option("--exchange", metavar="MIC", help="of a local instrument: whose sessions it keeps (XNYS, XLON …)")
@click.option("--currency", metavar="C", help="of a local instrument")
@click.option("--name", metavar="N", help="of a local instrument")
@common_options
def import_file(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Store foreign bars through the same checks as fetched ones.

    CSV of any separator, Parquet and Arrow; the files of yfinance, Yahoo, Stooq, Binance, TradingView, MetaTrader,
    Investing.com and others are recognised. A date that could be two is never guessed.
    """
    if options.pop("dry_run"):
        return run_preview(**{key: value for key, value in options.items() if key not in _LISTING})
    if options["symbol"] is None:
        raise InputError("symbol", "Say by --symbol what the bars are of")
    return run_import(context.cache(), **options)


def run_import(
    cache: ImportApi,
    *,
    file: str,
    symbol: str,
    interval: str | None,
    exchange: str | None = None,
    currency: str | None = None,
    name: str | None = None,
    **said: str | None,
) -> int:
    """Import one file and print how many bars were stored and refused; 3 when some were refused.

    ``exchange`` (a MIC), ``currency`` and ``name`` describe the instrument where the symbol becomes a local one;
    ``said``: the fields of ``ReadOptions`` that a person gave.
    """
    asked = parse_symbol(symbol)
    found = read_file(file, asked, interval, said)
    for line in describe(found, is_whole=False):
        print(printable(line))
    listing = Listing((exchange or "").strip().upper(), currency, name or "")
    return _print_report(cache.import_bars(asked, found.interval, found.bars, listing).result(), asked, found)


def run_preview(*, file: str, symbol: str | None, interval: str | None, **said: str | None) -> int:
    """Print what would be read of a file, and what not; 3 when some rows give no bar."""
    found = read_file(file, None if symbol is None else parse_symbol(symbol), interval, said)
    for line in describe(found, is_whole=True):
        print(printable(line))
    print("Nothing was stored.")
    return EXIT_GAPS if found.refused else EXIT_DONE


def read_file(file: str, symbol: str | None, interval: str | None, said: Mapping[str, str | None]) -> BarFile:
    """Read a file; ``InputError`` with the line and the reason for one that cannot be read without a doubt."""
    from candledesk.bar_files.messages import ReadOptions
    from candledesk.bar_files.reading import read_bar_file

    given = {name: value for name, value in said.items() if value}
    chosen = None if interval is None else parse_interval(interval)
    return read_bar_file(Path(file), ReadOptions(interval=chosen, symbol=symbol or "", **given))


def describe(found: BarFile, *, is_whole: bool) -> Iterator[str]:
    """Yield what a file was taken for; ``is_whole``: with its columns, and its first and last bars."""
    facts = dict(found.facts)
    yield f"{found.name}: {found.tool}, {found.n_rows:,} rows, {found.interval.name}, {facts['times']}, {facts['zone']}"
    if is_whole:
        yield from (f"  {word}: {value}" for word, value in found.facts)
        yield from _ends(found)
        if found.interval.base is not found.interval:
            base = found.interval.base.name
            yield f"{found.interval.name} bars are made from {base} bars and cannot be stored: import those."
    yield from found.notes
    for row in found.refused[:MAX_LISTED]:
        yield f"  line {row.line}: {row.reason}"
    if len(found.refused) > MAX_LISTED:
        yield f"  and {len(found.refused) - MAX_LISTED:,} more lines"


def _ends(found: BarFile) -> Iterator[str]:
    """Yield the oldest and the newest bars."""
    bars = found.bars.take(found.bars.open_time.argsort(kind="stable"))
    n = len(bars)
    for at in [*range(min(2, n)), *range(max(2, n - 2), n)]:
        prices = " ".join(f"{column[at]:.10g}" for column in (bars.open, bars.high, bars.low, bars.close, bars.volume))
        yield f"  {iso(int(bars.open_time[at]))} {prices}"


def _print_report(report: ImportReport, asked: str, found: BarFile) -> int:
    if report.symbol != asked:
        print(f"{asked} is not known to its provider: stored as the local instrument {report.symbol}")
    refused = Counter(report.refused)
    refused.update(row.reason for row in found.refused if row.is_dropped)
    n_refused = sum(refused.values())
    print(
        f"{report.symbol} {found.interval.name}: {found.n_rows} bars read, {report.n_stored} stored "
        f"({report.n_changed} new or changed), {n_refused} refused"
    )
    for reason, count in sorted(refused.items()):
        print(printable(f"  {count} refused: {reason}"))
    return EXIT_GAPS if n_refused else EXIT_DONE
