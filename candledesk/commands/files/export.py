"""``candledesk export``: the stored bars as a Parquet dataset; again: only what changed since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.progress import run_task
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.symbols import parse_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.api import MaintenanceApi

_STORED_HELP = " ".join(name for name, row in INTERVALS.items() if row.base is row)


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False))
@click.argument("symbols", metavar="[SYMBOL…]", nargs=-1)
@click.option("--interval", "intervals", metavar="I", multiple=True, help=f"may be repeated; {_STORED_HELP}")
@common_options
def export(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Write the stored bars as a Parquet dataset; into one that is there, only what changed.

    DIR/interval=1d/symbol=AAPL/year=2026.parquet has the bars of a calendar year, DIR/_coverage.parquet what is known
    and what is missing, and why. Nothing is fetched. Prices are as the cache has them: adjusted for splits, not for
    dividends. DIR/_manifest.json is there while the dataset is whole.
    """
    return run_export(context.cache(), **options)


def run_export(cache: MaintenanceApi, *, directory: str, symbols: Sequence[str], intervals: Sequence[str]) -> int:
    """Export all stored series, or those that are named, with progress on stderr; print what was written.

    Raises ``NothingStoredError`` for a symbol of which nothing is stored.
    """
    request = MaintenanceRequest(
        MaintenanceKind.EXPORT,
        str(Path(directory).absolute()),
        symbols=tuple(dict.fromkeys(parse_symbol(symbol) for symbol in symbols)),
        intervals=tuple(dict.fromkeys(parse_interval(name) for name in intervals)),
    )
    return run_task(cache, request)
