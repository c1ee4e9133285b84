"""Backups: a consistent copy while everything runs, to a file that a person names or into the folder of backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.cache.maintenance.task import TaskKind
from candledesk.cache.maintenance_messages import BackupFile, MaintenanceKind, MaintenanceRequest
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.store.backup_file import BackupNote, require_replaceable, write_backup
from candledesk.store.backup_folder import MANUAL, list_backups, new_backup_path, remove_backup, remove_old_backups

if TYPE_CHECKING:
    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.paths import Paths
    from candledesk.store.backup_folder import FoundBackup

MB = 1e6


def run_backup(context: MaintenanceContext, request: MaintenanceRequest, report: TaskReport) -> None:
    """Write a backup and say where it is; then delete the automatic ones beyond ``request.keep``."""
    if request.reason != MANUAL:
        write_automatic(context, request.reason, report)
        return
    target, damage = write(context, request, report)
    report.add_line(f"{target}: {target.stat().st_size / MB:,.1f} MB")
    if damage:
        report.add_line(f"The database is damaged, and so is its copy: {damage[0]}. Older backups were not deleted.")
    elif request.keep is not None:
        for path in remove_old_backups(context.paths.home, keep=request.keep):
            report.add_line(f"Deleted the older backup {path}")


def write(context: MaintenanceContext, request: MaintenanceRequest, report: TaskReport) -> tuple[Path, list[str]]:
    """Write a backup; return its path and the damage that was found in it."""
    now = context.cache.now()
    target = _target(context, request, now)
    user_database = context.paths.user_database if request.has_user_data else None
    note = BackupNote(now, request.reason, user_database)
    return target, write_backup(context.paths.database, target, note, report)


def write_automatic(context: MaintenanceContext, reason: str, report: TaskReport) -> Path:
    """Write a backup with user data into the folder of backups, and delete the old ones of the same reason.

    Nothing is deleted while the database is damaged.
    """
    request = MaintenanceRequest(MaintenanceKind.BACKUP, has_user_data=True, reason=reason)
    target, damage = write(context, request, report)
    report.add_line(f"Backup: {target}")
    if not damage:
        for path in remove_old_backups(context.paths.home, keep=context.options.value.backups_kept, reason=reason):
            report.add_line(f"Deleted the older backup {path}")
    return target


def _target(context: MaintenanceContext, request: MaintenanceRequest, now: int) -> Path:
    if request.path:
        return Path(request.path)
    if context.refusal is not None:
        raise context.refusal
    return new_backup_path(context.paths.home, now, request.reason)


def find_error(context: MaintenanceContext, request: MaintenanceRequest) -> CandleDeskError | None:
    """Return why this backup cannot be written, as far as that can be seen before."""
    if not request.path:
        return context.refusal
    if not Path(request.path).is_absolute():
        return InputError("path", f"{request.path!r} must be an absolute path")
    try:
        require_replaceable(context.paths.database, Path(request.path))
    except CandleDeskError as error:
        return error
    except (OSError, ValueError) as error:
        return InputError("path", f"Cannot write {request.path!r}: {error}")
    return None


def find_backups(paths: Paths) -> list[BackupFile]:
    """Return the copies in the home, the newest first."""
    return [_message(row) for row in list_backups(paths.home)]


def remove_listed(paths: Paths, path: str) -> BackupFile:
    """Delete a copy of the home; ``InputError`` for a path that is none of them."""
    for row in list_backups(paths.home):
        if path in {str(row.path), row.path.name}:
            remove_backup(row.path)
            return _message(row)
    raise InputError("path", f"{path} is not among the backups of this home: see `candledesk backup --list`")


def _message(row: FoundBackup) -> BackupFile:
    return BackupFile(
        str(row.path), row.n_bytes, row.made_at, row.reason, row.schema_version, row.has_user_data, row.is_automatic
    )


BACKUP = TaskKind(run_backup, find_error, is_written=False)
