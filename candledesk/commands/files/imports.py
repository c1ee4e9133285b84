"""``candledesk import``: reads CSV and Parquet files and stores their bars through the checks of the cache."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from candledesk.cache.messages import Listing
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable
from candledesk.domain.times import parse_time

if TYPE_CHECKING:
    from candledesk.cache.api import ImportApi

PRICES = ("open", "high", "low", "close", "volume")
COLUMNS = ("timestamp", *PRICES)
_FETCHED_HELP = " ".join(name for name, row in INTERVALS.items() if row.base is row)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--symbol", metavar="S", required=True, help="the bars' symbol; an unknown one becomes local:S")
@click.option("--interval", metavar="I", required=True, help=_FETCHED_HELP)
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="default: by the file's name")
@click.option("--exchange", metavar="MIC", help="of a local instrument: whose sessions it keeps (XNYS, XLON …)")
@click.option("--currency", metavar="C", help="of a local instrument")
@click.option("--name", metavar="N", help="of a local instrument")
@common_options
def import_file(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Store foreign bars through the same checks as fetched ones."""
    return run_import(context.cache(), **options)


def run_import(
    cache: ImportApi,
    *,
    file: str,
    symbol: str,
    interval: str,
    form: str | None,
    exchange: str | None = None,
    currency: str | None = None,
    name: str | None = None,
) -> int:
    """Import one file and print how many bars were stored and refused; 3 when some were refused.

    ``exchange`` (a MIC), ``currency`` and ``name`` describe the instrument where the symbol becomes a local one.
    """
    path = Path(file)
    form = form or ("parquet" if path.suffix in {".parquet", ".pq"} else "csv")
    bars = read_parquet(path) if form == "parquet" else read_csv(path)
    asked, chosen = parse_symbol(symbol), parse_interval(interval)
    listing = Listing((exchange or "").strip().upper(), currency, name or "")
    report = cache.import_bars(asked, chosen, bars, listing).result()
    if report.symbol != asked:
        print(f"{asked} is not known to its provider: stored as the local instrument {report.symbol}")
    n_refused = sum(report.refused.values())
    print(
        f"{report.symbol} {chosen.name}: {report.n_read} bars read, {report.n_stored} stored "
        f"({report.n_changed} new or changed), {n_refused} refused"
    )
    for reason, count in sorted(report.refused.items()):
        print(printable(f"  {count} refused: {reason}"))
    return EXIT_GAPS if n_refused else EXIT_DONE


def read_csv(path: Path) -> Bars:
    """Read ``timestamp,open,high,low,close,volume`` (any order, a header line); raise ``InputError`` with the line."""
    rows = []
    with path.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        _require(reader.fieldnames)
        for number, row in enumerate(reader, start=2):
            try:
                time = parse_time(row["timestamp"].strip(), "timestamp")
                rows.append((time, *(float(row[name]) if row[name] else np.nan for name in PRICES)))
            except (ValueError, AttributeError, InputError) as error:
                raise InputError("FILE", f"{path.name}, line {number}: {error}") from None
    return _raw_bars(rows)


def _raw_bars(rows: list[tuple[float, ...]]) -> Bars:
    table = np.array(rows, np.float64).reshape(-1, len(COLUMNS))
    return Bars(table[:, 0].astype(np.int64), *(np.ascontiguousarray(table[:, at]) for at in range(1, len(COLUMNS))))


def read_parquet(path: Path) -> Bars:
    """Read the same columns from Parquet; ``timestamp`` with a zone, or a date; raise ``InputError`` otherwise."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise InputError("FILE", f"{path.name} is not a Parquet file: {error}") from None
    table = table.rename_columns([name.strip().lower() for name in table.column_names])
    _require(table.column_names)
    kind = table.schema.field("timestamp").type
    zone = "UTC" if pa.types.is_date(kind) else kind.tz if pa.types.is_timestamp(kind) else None
    if zone is None:
        raise InputError("FILE", f"{path.name}: timestamp must be a date or carry a zone, not {kind}")
    times = table.column("timestamp").cast(pa.timestamp("s", zone))
    columns = [np.asarray(table.column(name).cast(pa.float64()).to_numpy(), np.float64).copy() for name in PRICES]
    return Bars(times.cast(pa.int64()).to_numpy().astype(np.int64), *columns)


def _require(names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise InputError("FILE", f"The columns {', '.join(missing)} are missing; needed are {','.join(COLUMNS)}")
