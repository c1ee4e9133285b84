"""The frozen messages about the files of a home: maintenance tasks, backups, and what takes how much room.

The API writes and reads them as JSON by their annotations (``domain.json_fields``, ``web.codec``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from candledesk.domain.interval import Interval
from candledesk.domain.json_fields import JsonField
from candledesk.domain.times import UtcSeconds


class MaintenanceKind(StrEnum):
    """What a maintenance task does."""

    BACKUP = "backup"
    CHECK = "check"
    REPAIR = "repair"
    COMPACT = "compact"
    FORGET = "forget"
    CONVERT = "convert"
    EXPORT = "export"


class MaintenanceState(StrEnum):
    """The state of a maintenance task; the first two are live."""

    QUEUED = "queued"  # another one runs
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_STATES = frozenset({MaintenanceState.QUEUED, MaintenanceState.RUNNING})


@dataclass(frozen=True, slots=True)
class MaintenanceRequest:
    """A maintenance task that is to be done; each kind reads its own fields.

    ``path``: of a backup, the file to write (empty: a new one in the folder of backups), of an export, the folder of
    the dataset; ``symbols`` and ``intervals``: what is exported (empty: all of them); ``has_user_data``: whether a
    backup includes drawings, watchlists and layouts; ``keep``: how many automatic backups are kept afterwards
    (``None``: all); ``symbol`` and ``interval``: what is forgotten (``None``: all series of the symbol);
    ``is_backed_up``: whether a backup is made before something is deleted; ``reason``: why a backup is made.
    """

    kind: MaintenanceKind
    path: str = ""
    has_user_data: bool = False
    keep: int | None = None
    symbol: str = ""
    interval: Interval | None = None
    is_backed_up: bool = True
    reason: str = "manual"
    symbols: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class MaintenanceTask:
    """A long task of the process that owns the database, as it stands."""

    task_id: int
    kind: MaintenanceKind
    state: MaintenanceState
    step: Annotated[str, "what it does now, for people"]
    done: Annotated[int, "of ``total`` units of this step"]
    total: Annotated[int, "0: not known"]
    lines: Annotated[tuple[str, ...], "what it found or did, a sentence each"]
    error: Annotated[str | None, "why it failed"]
    started_at: UtcSeconds
    updated_at: UtcSeconds

    @property
    def is_live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in LIVE_STATES


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A copy of the database in the home."""

    schema_name: ClassVar[str] = "Backup"

    path: str
    n_bytes: Annotated[int, JsonField("bytes")]
    made_at: UtcSeconds
    reason: Annotated[str, "manual, weekly, forget, schema-12, before-restore …"]
    schema_version: int
    has_user_data: Annotated[bool, JsonField("with_user_data"), "whether drawings, lists and layouts are in it"] = False
    is_automatic: Annotated[bool, JsonField("automatic"), "whether old ones of its kind are deleted by themselves"] = (
        False
    )


@dataclass(frozen=True, slots=True)
class SeriesStorage:
    """What one series takes."""

    symbol: str
    interval: Interval
    n_bars: Annotated[int, JsonField("bars")]
    n_bytes: Annotated[int, JsonField("bytes"), "estimated by its chunks and its number of bars"]
    first_open: Annotated[UtcSeconds | None, JsonField("from"), "the oldest bar"]
    last_open: Annotated[UtcSeconds | None, JsonField("to"), "the newest bar"]
    is_archived: Annotated[bool, JsonField("archived")]
    n_irreplaceable: Annotated[
        int, JsonField("irreplaceable_bars"), "bars that the provider has no longer, or never had (imports)"
    ] = 0
    irreplaceable_until: Annotated[UtcSeconds | None, "bars before this instant cannot be fetched again"] = None

    @property
    def is_irreplaceable(self) -> Annotated[bool, JsonField("irreplaceable", after="irreplaceable_until")]:
        """Whether it has bars that cannot be fetched again."""
        return self.n_irreplaceable > 0


@dataclass(frozen=True, slots=True)
class TableStorage:
    """What one table of the database takes."""

    name: str
    n_rows: Annotated[int, JsonField("rows")]
    n_bytes: Annotated[int, JsonField("bytes")]


@dataclass(frozen=True, slots=True)
class StorageReport:
    """What takes how much room in the home; sizes in bytes."""

    schema_name: ClassVar[str] = "Storage"

    path: Annotated[str, "the database"]
    n_bytes: Annotated[int, JsonField("bytes"), "of the database, without its log"]
    free_bytes: Annotated[int, "of free pages in it, which `compact` gives back"]
    log_bytes: Annotated[int, "of the write-ahead log"]
    user_data_bytes: Annotated[int, "of drawings, lists and layouts, with their log"]
    program_log_bytes: Annotated[int, "of the log files for people"]
    disk_free_bytes: Annotated[int, "that are free on the disk"]
    series: Annotated[tuple[SeriesStorage, ...], "the largest first"]
    tables: Annotated[tuple[TableStorage, ...], "the largest first"]
    backups: Annotated[tuple[BackupFile, ...], "the newest first"]
    is_estimate: Annotated[bool, JsonField("estimate"), "whether sizes of series and tables are estimates"] = True
    schema_version: int = field(default=0)

    @property
    def backup_bytes(self) -> Annotated[int, JsonField(after="backups")]:
        """Of all backups in the home."""
        return sum(backup.n_bytes for backup in self.backups)

    @property
    def reclaimable_bytes(self) -> Annotated[int, JsonField(after="backup_bytes")]:
        """What `compact` gives back: free pages and the log."""
        return self.free_bytes + self.log_bytes


OFF, WEEKLY = "off", "weekly"


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """What the home does by itself.

    ``backup``: ``off``, or ``weekly`` for a backup each week; ``backups_kept``: how many automatic backups are kept of
    each kind; ``jobs_kept_days``: for how many days the list keeps jobs that succeeded.
    """

    backup: str = OFF
    backups_kept: int = 4
    jobs_kept_days: int = 90
