"""``candledesk drawings``: lists, exports and imports drawings."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

import click
import orjson

from candledesk.commands.context import JSON_OPTION, Action, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import iso, print_table
from candledesk.commands.workspace.arguments import read_file, take_arguments, write_file
from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import DocumentError
from candledesk.domain.interval import parse_interval
from candledesk.domain.texts import count_text
from candledesk.drawings.document.drawings_json import drawings_json
from candledesk.drawings.document.foreign import read_any

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.workspace.api import WorkspaceApi

MAX_FILE_BYTES = 64 * 1024 * 1024
_WORDS = {"list": "", "import": "FILE", "export": "FILE"}


@click.command()
@click.argument("action", type=Action(list(_WORDS)), default="list")
@click.argument("arguments", nargs=-1)
@click.option("--symbol", metavar="S", help="list, export: of this symbol; import: of drawings that do not name theirs")
@click.option("--interval", metavar="I", default="1d", help="import: of drawings that do not name theirs; default: 1d")
@JSON_OPTION
@common_options
def drawings(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """List, import or export drawings, as JSON files (`-`: stdin or stdout); reads those of KLineChart and Vela."""
    action = options.pop("action")
    given = take_arguments("drawings", action, options.pop("arguments"), _WORDS)
    return run_drawings(context.workspace(), action, given, **options)


def run_drawings(
    workspace: WorkspaceApi, action: str, given: list[str], *, symbol: str | None, interval: str, as_json: bool
) -> int:
    """Do one action with the drawings."""
    charted = None if symbol is None else parse_charted(symbol)
    if action == "list":
        print_table([_row(one) for one in workspace.list_drawings(charted).result()], as_json=as_json)
    elif action == "export":
        document = drawings_json(workspace.list_drawings(charted).result())
        write_file(given[0], json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    else:
        stored = workspace.put_drawings(read_drawings(given[0], charted or "", parse_interval(interval).name)).result()
        print(f"{count_text(len(stored), 'drawing')} stored")
    return EXIT_DONE


def read_drawings(file: str, symbol: str, interval: str) -> list[Drawing]:
    """Return the drawings of a file; ``DocumentError`` for what is not valid."""
    content = read_file(file, MAX_FILE_BYTES)
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError("FILE", f"A file of drawings may have at most {MAX_FILE_BYTES:,} bytes")
    try:
        document = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        raise DocumentError("FILE", "This file is not JSON") from None
    return read_any(document, symbol, interval)


def _row(drawing: Drawing) -> dict[str, Any]:
    return {
        "id": drawing.id,
        "symbol": drawing.symbol,
        "type": drawing.type,
        "from": min((iso(point.time) for point in drawing.points), default=""),
        "text": " ".join(drawing.text.split())[:40],
        "by": drawing.by,
    }
