"""The texts of the Storage page. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceState
from candledesk.domain.texts import count_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo
    from pathlib import Path

    from candledesk.cache.maintenance_messages import BackupFile, MaintenanceTask, SeriesStorage, StorageReport

_UNITS = ("kB", "MB", "GB", "TB")
_STEP = 1_000
_DAY_S = 86_400
_REASONS = {
    "manual": "By hand",
    "weekly": "Weekly",
    "forget": "Before series were forgotten",
}
_DOING = {
    MaintenanceKind.BACKUP: "Backing up",
    MaintenanceKind.CHECK: "Checking",
    MaintenanceKind.REPAIR: "Repairing",
    MaintenanceKind.COMPACT: "Compacting",
    MaintenanceKind.FORGET: "Forgetting",
    MaintenanceKind.CONVERT: "Storing bars in less room",
    MaintenanceKind.EXPORT: "Exporting",
}
_NOUNS = {
    MaintenanceKind.BACKUP: "The backup",
    MaintenanceKind.CHECK: "The check",
    MaintenanceKind.REPAIR: "The repair",
    MaintenanceKind.COMPACT: "Compacting",
    MaintenanceKind.FORGET: "Forgetting",
    MaintenanceKind.CONVERT: "Storing bars in less room",
    MaintenanceKind.EXPORT: "The export",
}
_ENDED = {
    MaintenanceState.SUCCEEDED: "is done",
    MaintenanceState.FAILED: "failed",
    MaintenanceState.CANCELLED: "was cancelled",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks: ``title``, sentences, and a list of ``losses`` under ``warning``; ``verb``: the button."""

    title: str
    sentences: tuple[str, ...]
    verb: str
    warning: str = ""
    losses: tuple[str, ...] = ()


def size_text(n_bytes: float) -> str:
    """Return ``0 B``, ``812 B``, ``48.1 kB``, ``912 MB`` or ``1.24 GB``: units of a thousand, up to three digits."""
    value, unit = float(n_bytes), "B"
    for name in _UNITS:
        if value < _STEP - 0.5:
            break
        value, unit = value / _STEP, name
    n_decimals = 0 if unit == "B" or value >= 99.95 else 1 if unit == "kB" or value >= 9.995 else 2  # noqa: PLR2004
    return f"{value:,.{n_decimals}f} {unit}"


def day_text(instant: int | None) -> str:
    """Return ``2026-11-02`` in UTC, empty for ``None``."""
    return "" if instant is None else f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d}"


def moment_text(instant: int, now: int, zone: tzinfo | None = None) -> str:
    """Return ``today, 15:42``, ``yesterday, 15:42`` or ``2 Nov 2026, 15:42`` in the user's zone."""
    there, here = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (instant, now))
    n_days = (here.date() - there.date()).days
    day = {0: "today", 1: "yesterday"}.get(n_days, f"{there.day} {there:%b %Y}")
    return f"{day}, {there:%H:%M}"


# -- series


def lost_text(row: SeriesStorage) -> str:
    """Return ``12,400 bars before 2026-10-12``, empty when the provider still has all of them."""
    if not row.is_irreplaceable:
        return ""
    bars = count_text(row.n_irreplaceable, "bar")
    return bars if row.irreplaceable_until is None else f"{bars} before {day_text(row.irreplaceable_until)}"


def series_cells(row: SeriesStorage) -> tuple[str, ...]:
    """Return the texts of a row, one per column."""
    return (
        row.symbol,
        row.interval.name,
        f"{row.n_bars:,}",
        size_text(row.n_bytes),
        day_text(row.first_open),
        day_text(row.last_open),
        "Archived" if row.is_archived else "",
        lost_text(row),
    )


def series_tip(row: SeriesStorage) -> str:
    """Return what a row's tooltip says."""
    words = f"{row.symbol} {row.interval.name}: {count_text(row.n_bars, 'bar')}, {size_text(row.n_bytes)}"
    if row.is_archived:
        words += "\nNew bars are fetched after each close, so that they outlive what the provider keeps."
    if row.is_irreplaceable:
        words += f"\nThe provider no longer has {lost_text(row)}: they are only here and in backups."
    return words


def total_bytes(report: StorageReport) -> int:
    """Return what all files of the home take."""
    files = report.n_bytes, report.log_bytes, report.user_data_bytes, report.program_log_bytes, report.backup_bytes
    return sum(files)


def summary_text(report: StorageReport) -> str:
    """Return ``1,200 series with 10,004,212 bars · 38 GB free on this disk``."""
    n_bars = sum(row.n_bars for row in report.series)
    stored = f"{count_text(len(report.series), 'series', 'series')} with {count_text(n_bars, 'bar')}"
    return f"{stored}   ·   {size_text(report.disk_free_bytes)} free on this disk"


@dataclass(frozen=True, slots=True)
class UsagePart:
    """One part of what the files take: its words and its bytes."""

    words: str
    n_bytes: int


def usage_parts(report: StorageReport) -> tuple[UsagePart, ...]:
    """Return the parts of what the files of the home take; together they are ``total_bytes``."""
    return (
        UsagePart("Bars", max(0, report.n_bytes - report.free_bytes)),
        UsagePart("Backups", report.backup_bytes),
        UsagePart("Drawings and layouts", report.user_data_bytes),
        UsagePart("Can be reclaimed", report.reclaimable_bytes),
        UsagePart("Log files", report.program_log_bytes),
    )


# -- backups


def reason_text(backup: BackupFile) -> str:
    """Return why a backup was made."""
    reason = backup.reason
    if reason.startswith("schema-") or reason.endswith(".bak"):
        return "Before an update of the database"
    if reason.startswith("before-restore"):
        return "Before a backup was restored"
    return _REASONS.get(reason, reason.replace("-", " ").capitalize())


def last_backup_text(backups: Sequence[BackupFile], now: int, zone: tzinfo | None = None) -> str:
    """Return when the newest backup was made."""
    if not backups:
        return "There is no backup yet."
    return f"Last backup: {moment_text(max(row.made_at for row in backups), now, zone)}."


def restore_steps(backup: BackupFile, now: int, zone: tzinfo | None = None) -> tuple[str, tuple[str, ...]]:
    """Return a title and the steps that restore a backup."""
    what = "All bars, drawings and layouts are" if backup.has_user_data else "All bars are"
    return f"Restore the backup of {moment_text(backup.made_at, now, zone)}", (
        f"{what} replaced by those of the backup. What is there now is kept beside it, so this can be undone.",
        "1.  Quit CandleDesk (Ctrl+Q), for nothing else may use the database meanwhile.",
        "2.  Run this in a terminal. It checks the backup first, and says what was restored.",
    )


def restore_command(backup: BackupFile, home: Path) -> str:
    """Return the command that restores a backup into ``home``."""
    return f"candledesk restore {shlex.quote(backup.path)} --home {shlex.quote(str(home))}"


# -- tasks


def task_share(task: MaintenanceTask) -> float | None:
    """Return the progress of the present step between 0 and 1, ``None`` when its end is not known."""
    return min(1.0, task.done / task.total) if task.total > 0 else None


def running_text(task: MaintenanceTask) -> str:
    """Return ``Backing up: copying, 62%``."""
    if task.state is MaintenanceState.QUEUED:
        return f"{_NOUNS[task.kind]} waits for another task."
    share = task_share(task)
    step = task.step[:1].lower() + task.step[1:]
    words = f"{_DOING[task.kind]}: {step}" if step else _DOING[task.kind]
    return words if share is None else f"{words}, {int(share * 100)}%"


def found_damage(task: MaintenanceTask) -> bool:
    """Return whether a task is a check that found damage; its lines say which."""
    return task.kind is MaintenanceKind.CHECK and task.state is MaintenanceState.FAILED and bool(task.lines)


def ended_text(task: MaintenanceTask, now: int, zone: tzinfo | None = None) -> str:
    """Return ``The backup is done (today, 15:42).``, or why it failed."""
    when = moment_text(task.updated_at, now, zone)
    if found_damage(task):
        return f"The check found damage ({when})."
    is_good_check = task.kind is MaintenanceKind.CHECK and task.state is MaintenanceState.SUCCEEDED
    outcome = "found no damage" if is_good_check else _ENDED[task.state]
    words = f"{_NOUNS[task.kind]} {outcome} ({when})."
    return f"{words} {task.error}" if task.error else words


@dataclass(frozen=True, slots=True)
class StripWords:
    """What the strip at the foot of the page shows.

    ``share``: of a bar, ``None`` for no bar; ``lines``: details, ``is_open``: seen at once.
    """

    text: str
    share: float | None = None
    lines: tuple[str, ...] = ()
    is_warning: bool = False
    is_open: bool = False
    can_cancel: bool = False
    can_repair: bool = False


def strip_words(task: MaintenanceTask, now: int, zone: tzinfo | None = None) -> StripWords:
    """Return what the strip shows of a task."""
    if task.is_live:
        return StripWords(running_text(task), task_share(task), task.lines, can_cancel=True)
    has_damage = found_damage(task)
    is_warning = task.state is MaintenanceState.FAILED or has_damage
    text, lines = ended_text(task, now, zone), task.lines
    if len(lines) == 1 and task.kind is not MaintenanceKind.CHECK:
        text, lines = f"{text} {lines[0]}", ()
    return StripWords(text, None, lines, is_warning=is_warning, is_open=is_warning, can_repair=has_damage)


def damage_words(n_found: int, texts: Sequence[str]) -> StripWords:
    """Return what the page shows of damage that was found ``n_found`` times; ``texts``: the last sentences about it."""
    if n_found <= 1:
        return StripWords("".join(texts), is_warning=True)
    return StripWords(
        f"Stored bars were found damaged {n_found:,} times; the details say what was done.",
        None,
        tuple(texts),
        is_warning=True,
    )


def backup_cells(backup: BackupFile, now: int, zone: tzinfo | None = None) -> tuple[str, ...]:
    """Return the texts of a row, one per column."""
    when = moment_text(backup.made_at, now, zone)
    return (
        when[:1].upper() + when[1:],
        reason_text(backup),
        size_text(backup.n_bytes),
        "Bars, drawings, layouts" if backup.has_user_data else "Bars",
        backup.path.replace("\\", "/").rpartition("/")[2],
    )


def chosen_text(rows: Sequence[SeriesStorage]) -> str:
    """Return ``2 series chosen, 48.1 MB``, empty for none."""
    if not rows:
        return ""
    n_bytes = sum(row.n_bytes for row in rows)
    return f"{count_text(len(rows), 'series', 'series')} chosen, {size_text(n_bytes)}"


def delete_question(backup: BackupFile, now: int, zone: tzinfo | None = None) -> Question:
    """Return what is asked before a backup is deleted."""
    return Question(
        "Delete this backup?",
        (
            f"{reason_text(backup)}, {moment_text(backup.made_at, now, zone)}, {size_text(backup.n_bytes)}.",
            "What is deleted cannot be restored. The bars that are stored now stay.",
        ),
        "Delete",
    )
