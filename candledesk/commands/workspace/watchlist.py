"""``candledesk watchlist``: lists, shows, imports and exports watchlists."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.commands.context import JSON_OPTION, Action, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS
from candledesk.commands.printing import iso, print_table
from candledesk.commands.progress import ProgressLines
from candledesk.commands.workspace.arguments import STANDARD_STREAM, read_file, take_arguments, write_file
from candledesk.domain.errors import InputError
from candledesk.domain.progress import Progress
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable
from candledesk.workspace.names import check_name, clean_name
from candledesk.workspace.watchlists.matching import (
    Found,
    choose,
    make_watchlist,
    name_sections,
    narrow,
    preview_file,
    replace_matches,
)
from candledesk.workspace.watchlists.text_files import MAX_FILE_BYTES, read_list_file, write_tradingview
from candledesk.workspace.watchlists.watchlist import watchlist_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.workspace.api import WorkspaceApi
    from candledesk.workspace.watchlists.matching import Match, Preview
    from candledesk.workspace.watchlists.watchlist import Watchlist

_WORDS = {"list": "", "show": "NAME", "import": "FILE", "export": "NAME FILE", "rename": "NAME NEW", "delete": "NAME"}
N_SEARCHES = 20  # of one import, each a request to the provider
SEARCH_S = 8.0
ALL_SEARCHES_S = 20.0  # no search begins later, so that an import without a network ends soon


@click.command()
@click.argument("action", type=Action(list(_WORDS)), default="list")
@click.argument("arguments", nargs=-1)
@click.option("--name", metavar="N", help="import: what the list is called; default: the file's name")
@click.option("--replace", is_flag=True, help="import: in the place of the list of that name")
@click.option("--dry-run", is_flag=True, help="import: only print what each name in FILE means")
@click.option("--choose", "choices", metavar="NAME=SYMBOL", multiple=True, help="import: the symbol of a name")
@JSON_OPTION
@common_options
def watchlist(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """List, show, import, export, rename or delete watchlists.

    import reads TradingView's text, a symbol a line, or CSV with a column of symbols (`-`: stdin); export writes
    TradingView's text, and a watchlist with its flags and notes into a FILE.json.
    """
    action = options.pop("action")
    given = take_arguments("watchlist", action, options.pop("arguments"), _WORDS)
    if action == "import":
        return run_import(context, given[0], **options)
    as_json = options["as_json"]
    if action == "export":
        return run_export(context, check_name(given[0]), given[1])
    return run_stored(context.workspace(), action, [check_name(name) for name in given], as_json=as_json)


def run_stored(workspace: WorkspaceApi, action: str, names: Sequence[str], *, as_json: bool) -> int:
    """List, show, rename or delete what is stored."""
    if action == "list":
        print_table([_list_row(one) for one in workspace.list_watchlists().result()], as_json=as_json)
        return EXIT_DONE
    stored = workspace.read_watchlist(names[0]).result()
    if action == "show":
        if as_json:
            print(json.dumps(watchlist_document(stored), indent=1, ensure_ascii=False))
        else:
            print_table(_symbol_rows(stored), as_json=False)
    elif action == "rename":
        workspace.put_watchlist(names[0], changed(stored, name=names[1])).result()
        print(printable(f"{names[0]} is {names[1]} now"))
    else:
        workspace.delete_watchlist(names[0]).result()
        print(printable(f"{names[0]} deleted, {len(stored.symbols)} symbols"))
    return EXIT_DONE


def run_import(
    context: CommandContext,
    file: str,
    *,
    name: str | None,
    replace: bool,
    dry_run: bool,
    choices: Sequence[str],
    as_json: bool,
) -> int:
    """Store the list of a file, or print what it would hold; 3 when some names are no symbol, which are listed."""
    names = context.symbol_names()
    preview = preview_file(read_list_file(read_file(file, MAX_FILE_BYTES)), names)
    preview = choose(preview, dict(_parse_choice(choice) for choice in choices))
    if preview.matches(Found.SEVERAL):
        preview = search_candidates(context.cache(), preview)
    stem = "" if file == STANDARD_STREAM else Path(file).stem
    own = preview.watchlist.name if preview.watchlist is not None else clean_name(stem, "Watchlist")
    made = make_watchlist(own if name is None else check_name(name), preview, names)
    open_matches = preview.matches(Found.SEVERAL, Found.NONE)
    if dry_run:
        print_preview(preview, made, as_json=as_json)
    elif made.symbols or not open_matches:
        workspace = context.workspace()
        put = workspace.put_watchlist(made.name, made) if replace else workspace.add_watchlist(made)
        stored = put.result()
        print(printable(f"{stored.name}: {len(stored.symbols)} symbols in {len(stored.sections)} sections stored"))
    if not dry_run:
        _report_open(open_matches)
    return EXIT_GAPS if open_matches else EXIT_DONE


def search_candidates(cache: CommandApi, preview: Preview) -> Preview:
    """Return the preview with the matches of several symbols of which the provider's search finds one alone.

    At most ``N_SEARCHES`` names are searched; the others stay a choice.
    """
    settled: dict[str, Match] = {}
    waiting = preview.matches(Found.SEVERAL)[:N_SEARCHES]
    end = time.monotonic() + ALL_SEARCHES_S
    with ProgressLines() as show:
        for match in waiting:
            if time.monotonic() >= end:
                break
            show(Progress("Searching symbols", len(settled), len(waiting)))
            found = cache.search_symbols(match.name.rpartition(":")[2], SEARCH_S).result()
            settled[match.name] = narrow(match, {row.symbol for row in found})
    return replace_matches(preview, settled)


def print_preview(preview: Preview, made: Watchlist, *, as_json: bool) -> None:
    """Print a row for each name of a file: the section, the name, what it is, and the symbols that it can mean."""
    rows = [
        {
            "section": section.title,
            "name": match.name,
            "result": match.found.value,
            "symbols": list(match.symbols) if as_json else " ".join(match.symbols),
        }
        for section in preview.sections
        for match in section.matches
    ]
    print_table(rows or _symbol_rows(made), as_json=as_json)
    print(f"{preview.kind}: {len(made.symbols)} symbols would be stored as {printable(made.name)}", file=sys.stderr)


def run_export(context: CommandContext, name: str, file: str) -> int:
    """Write a list into a file; 3 when some symbols have no name there, which are listed."""
    stored = context.workspace().read_watchlist(name).result()
    if file.lower().endswith(".json"):
        write_file(file, json.dumps(watchlist_document(stored), indent=1, ensure_ascii=False) + "\n")
        return EXIT_DONE
    names = context.symbol_names()
    sections, unnamed = name_sections(stored, names, {})
    if unnamed or any(":" not in one for section in sections for one in section.names):
        sections, unnamed = name_sections(stored, names, _exchanges(context.cache()))
    write_file(file, write_tradingview(sections))
    for symbol in unnamed:
        print(f"{symbol}: left out, TradingView's name of it is not known", file=sys.stderr)
    return EXIT_GAPS if unnamed else EXIT_DONE


def _exchanges(cache: CommandApi) -> dict[str, str]:
    return {row.symbol: row.exchange for row in cache.list_instruments().result()}


def _parse_choice(text: str) -> tuple[str, str]:
    name, mark, symbol = text.partition("=")
    if not mark:
        raise InputError("choose", f"Write --choose NAME=SYMBOL, not {text!r}")
    return name, parse_symbol(symbol)


def _report_open(matches: Sequence[Match]) -> None:
    for match in matches:
        choice = f"{match.name}=" + (match.symbols[0] if match.symbols else "SYMBOL")
        what = f"several: {' '.join(match.symbols)}" if match.symbols else "not found"
        print(printable(f"  {match.name}: {what} (--choose {choice})"), file=sys.stderr)


def _list_row(stored: Watchlist) -> dict[str, Any]:
    return {
        "name": stored.name,
        "symbols": len(stored.symbols),
        "sections": len(stored.sections),
        "updated_at": iso(stored.updated_at),
    }


def _symbol_rows(stored: Watchlist) -> list[dict[str, Any]]:
    return [
        {
            "section": section.title,
            "symbol": symbol,
            "flag": stored.flags.get(symbol, ""),
            "note": stored.notes.get(symbol, ""),
        }
        for section in stored.sections
        for symbol in section.symbols
    ]
