"""``candledesk harvest``: the series that are archived automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from candledesk.commands.context import JSON_OPTION, Action, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import iso, print_table
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol

if TYPE_CHECKING:
    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import ArchiveEntry


@click.command()
@click.argument("action", type=Action(["list", "add", "remove"]), default="list")
@click.argument("symbols", nargs=-1)
@click.option("--interval", metavar="I", help="of add and remove; a derived one stands for its base")
@JSON_OPTION
@common_options
def harvest(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Archive series automatically, beyond what the provider keeps: list, add or remove them.

    Their new bars are fetched after each close while the window or `candledesk serve` runs.
    """
    return run_archive(context.cache(), **options)


def run_archive(
    cache: CommandApi, *, action: str, symbols: tuple[str, ...], interval: str | None, as_json: bool
) -> int:
    """Print the archived series, or add or remove some."""
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
            with saying_what_is_awaited(cache):
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
