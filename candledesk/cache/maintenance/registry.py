"""The kinds of maintenance tasks: a new one is a function in a file of this folder, and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.maintenance.backup import BACKUP
from candledesk.cache.maintenance.checking import CHECK, REPAIR
from candledesk.cache.maintenance.compact import COMPACT
from candledesk.cache.maintenance.conversion import CONVERT
from candledesk.cache.maintenance.forget import FORGET
from candledesk.cache.maintenance_messages import MaintenanceKind

if TYPE_CHECKING:
    from candledesk.cache.maintenance.task import TaskKind

KINDS: dict[MaintenanceKind, TaskKind] = {
    MaintenanceKind.BACKUP: BACKUP,
    MaintenanceKind.CHECK: CHECK,
    MaintenanceKind.COMPACT: COMPACT,
    MaintenanceKind.CONVERT: CONVERT,
    MaintenanceKind.FORGET: FORGET,
    MaintenanceKind.REPAIR: REPAIR,
}
