"""The kinds of maintenance tasks: a new one is a function in a file of this folder, and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import MaintenanceKind

if TYPE_CHECKING:
    from candledesk.cache.maintenance.task import TaskKind

_MODULES = {  # the module of this folder that declares each kind, by its name in capitals
    MaintenanceKind.BACKUP: "backup",
    MaintenanceKind.CHECK: "checking",
    MaintenanceKind.COMPACT: "compact",
    MaintenanceKind.CONVERT: "conversion",
    MaintenanceKind.EXPORT: "export",
    MaintenanceKind.FORGET: "forget",
    MaintenanceKind.REPAIR: "checking",
}


def find_kind(kind: MaintenanceKind) -> TaskKind | None:
    """Return a kind of task, ``None`` for one that is not listed; imported at its first use, to start sooner."""
    if kind not in _MODULES:
        return None
    found: TaskKind = getattr(import_module(f"{__package__}.{_MODULES[kind]}"), kind.name)
    return found
