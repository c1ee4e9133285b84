"""``candledesk backup`` and ``candledesk restore``: copies of the database, and putting one in its place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.maintenance.backup import find_backups, remove_listed
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import byte_text, iso, print_table
from candledesk.commands.progress import ProgressLines, run_task
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.texts import printable
from candledesk.paths import open_home
from candledesk.store.lock import HomeLock, HomeLockedError
from candledesk.store.restoring import restore as restore_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.cache.api import MaintenanceApi
    from candledesk.cache.maintenance_messages import BackupFile
    from candledesk.paths import Paths
    from candledesk.store.restoring import Restored


@click.command()
@click.argument("file", type=click.Path(dir_okay=False), required=False)
@click.option("--with-user-data", is_flag=True, help="with drawings, watchlists and layouts")
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help="keep the newest N backups of the home, and the newest N automatic ones; delete older ones",
)
@click.option("--list", "is_listing", is_flag=True, help="list the backups in the home")
@click.option("--remove", metavar="NAME", help="delete a backup of the list")
@JSON_OPTION
@common_options
def backup(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Copy the database as it is now, also while CandleDesk runs: to FILE, or into the home's folder of backups."""
    is_listing, remove, as_json = (options.pop(name) for name in ("is_listing", "remove", "as_json"))
    if is_listing or remove is not None:  # without the database, which may be damaged
        paths = open_home(context.settings().home, demo=context.demo)
        return list_copies(paths, as_json=as_json) if is_listing else remove_copy(paths, remove)
    return run_backup(context.cache(), **options)


def run_backup(cache: MaintenanceApi, *, file: str | None, with_user_data: bool, keep: int | None) -> int:
    """Make a backup, and print where it is."""
    path = "" if file is None else str(Path(file).absolute())
    return run_task(cache, MaintenanceRequest(MaintenanceKind.BACKUP, path, has_user_data=with_user_data, keep=keep))


def list_copies(paths: Paths, *, as_json: bool) -> int:
    """Print the copies of the database that are in the home, the newest first."""
    print_table([_row(found, is_whole=as_json) for found in find_backups(paths)], as_json=as_json)
    return EXIT_DONE


def remove_copy(paths: Paths, name: str) -> int:
    """Delete one of the listed copies, by its name or its path."""
    removed = remove_listed(paths, name)
    print(printable(f"{removed.path} deleted, {byte_text(removed.n_bytes)}"))
    return EXIT_DONE


def _row(found: BackupFile, *, is_whole: bool) -> dict[str, Any]:
    return {
        "made_at": iso(found.made_at),
        "reason": found.reason,
        "automatic": found.is_automatic,
        "with_user_data": found.has_user_data,
        "schema": found.schema_version,
        "bytes": found.n_bytes if is_whole else byte_text(found.n_bytes),
        "path": found.path,
    }


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--damaged", is_flag=True, help="also when damage is found in FILE")
@common_options
def restore(context: CommandContext, *, file: str, damaged: bool) -> int:
    """Put a backup in the place of the database; the former files are kept. CandleDesk must not run on this home."""
    return run_restore(open_home(context.settings().home, demo=context.demo), Path(file), accepts_damage=damaged)


def run_restore(paths: Paths, file: Path, *, accepts_damage: bool) -> int:
    """Restore ``file`` and print what was restored and where the former files are.

    Raises ``EnvironmentFaultError`` while another process uses the home.
    """
    try:
        lock = HomeLock(paths.lock)
    except HomeLockedError as error:
        raise EnvironmentFaultError(
            f"Process {error.pid} uses {paths.home}: quit that CandleDesk, then restore."
        ) from error
    try:
        with ProgressLines() as show:
            restored = restore_files(paths.home, file.absolute(), int(time.time()), show, accepts_damage=accepts_damage)
    finally:
        lock.release()
    for line in _describe(file, restored):
        print(printable(line))
    return EXIT_DONE


def _describe(file: Path, restored: Restored) -> Iterator[str]:
    made = f", made {iso(restored.info.made_at)}" if restored.info.made_at else ""
    if restored.has_candles:
        newest = "" if restored.newest is None else f", the newest of {iso(restored.newest)}"
        yield f"Restored {file}{made}: {restored.n_series:,} series, {restored.n_bars:,} bars{newest}."
    if restored.has_user_data:
        yield f"Restored drawings, watchlists and layouts of {file}{made}."
    for sentence in restored.damage:
        yield f"Damaged: {sentence}"
    if restored.damage:
        yield "Run `candledesk doctor --repair` now: it saves what can be read."
    for path in restored.former:
        yield f"The former file is kept as {path}."
