"""``candledesk layout``: lists, imports and exports named layouts."""

from __future__ import annotations

import json
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

import click
import orjson

from candledesk.commands.context import JSON_OPTION, Action, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import iso, print_table
from candledesk.commands.workspace.arguments import read_file, take_arguments, write_file
from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.texts import printable
from candledesk.workspace.named_layouts import named_layout_json, parse_named_layout
from candledesk.workspace.names import check_name
from candledesk.workspace.watchlists.watchlist import MAX_DOCUMENT_BYTES

if TYPE_CHECKING:
    from candledesk.workspace.api import WorkspaceApi

_WORDS = {
    "list": "", "import": "FILE", "export": "NAME FILE", "rename": "NAME NEW", "delete": "NAME", "versions": "NAME",
    "restore": "NAME VERSION",
}  # fmt: skip


@click.command()
@click.argument("action", type=Action(list(_WORDS)), default="list")
@click.argument("arguments", nargs=-1)
@click.option("--name", metavar="N", help="import: what the layout is called; default: the name in the file")
@click.option("--replace", is_flag=True, help="import: in the place of the layout of that name")
@JSON_OPTION
@common_options
def layout(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """List, import, export, rename or delete named layouts, as JSON files (`-`: stdin or stdout).

    `versions` lists the last 20 versions of a layout by number and time, `restore` brings one of them back.
    """
    action = options.pop("action")
    given = take_arguments("layout", action, options.pop("arguments"), _WORDS)
    return run_layout(context.workspace(), action, given, **options)


def run_layout(
    workspace: WorkspaceApi, action: str, given: list[str], *, name: str | None, replace: bool, as_json: bool
) -> int:
    """Do one action with the named layouts."""
    if action == "list":
        rows = [{"name": one.name, "updated_at": iso(one.updated_at)} for one in workspace.list_layouts().result()]
        print_table(rows, as_json=as_json)
    elif action == "import":
        import_layout(workspace, given[0], name, replace=replace)
    elif action == "export":
        stored = workspace.read_layout(check_name(given[0])).result()
        content = {key: value for key, value in named_layout_json(stored).items() if key != "updated_at"}
        write_file(given[1], json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    elif action == "rename":
        former, new = (check_name(one) for one in given)
        workspace.put_layout(former, changed(workspace.read_layout(former).result(), name=new)).result()
        print(printable(f"{former} is {new} now"))
    elif action == "versions":
        print_versions(workspace, given[0], as_json=as_json)
    elif action == "restore":
        print(restore_version(workspace, *given))
    else:
        print(printable(f"{workspace.delete_layout(check_name(given[0])).result().name} deleted"))
    return EXIT_DONE


def print_versions(workspace: WorkspaceApi, name: str, *, as_json: bool) -> None:
    """List the earlier versions of a layout, the latest first."""
    versions = workspace.list_layout_versions(check_name(name)).result()
    rows: list[dict[str, object]] = [
        {"version": one.version_id, "saved_at": iso(one.saved_at), "charts": ", ".join(one.charts)} for one in versions
    ]
    print_table(rows, as_json=as_json)


def restore_version(workspace: WorkspaceApi, name: str, version: str) -> str:
    """Bring a version back, and return a sentence; ``InputError`` for what is no number."""
    if not version.isascii() or not version.isdigit():
        raise InputError("VERSION", f"{version!r} is no number: candledesk layout versions NAME lists them")
    restored = workspace.restore_layout_version(check_name(name), int(version)).result()
    return printable(f"{restored.name} is as in version {int(version)} now; what it was is a version")


def import_layout(workspace: WorkspaceApi, file: str, name: str | None, *, replace: bool) -> None:
    """Store the layout of a file; ``DocumentError`` for what is not one."""
    content = read_file(file, MAX_DOCUMENT_BYTES)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise DocumentError("FILE", f"A layout may have at most {MAX_DOCUMENT_BYTES:,} bytes")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise DocumentError("FILE", "This file is not JSON") from None
    if not isinstance(document, dict):
        raise DocumentError("FILE", "A layout must be a JSON object")
    made = parse_named_layout(document if name is None else {**document, "name": name})
    put = workspace.put_layout(made.name, made) if replace else workspace.add_layout(made)
    stored = put.result()
    print(printable(f"{stored.name} stored"))
