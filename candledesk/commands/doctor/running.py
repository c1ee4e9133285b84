"""Checks and repairs the database through the instance that holds the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.maintenance.damage_texts import CheckLine, read_lines
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.commands.progress import follow_task

if TYPE_CHECKING:
    from candledesk.cache.api import MaintenanceApi


def examine_running(cache: MaintenanceApi, *, is_repairing: bool) -> list[CheckLine]:
    """Run the check or the repair in the instance, with its progress on stderr, and return what it says."""
    kind = MaintenanceKind.REPAIR if is_repairing else MaintenanceKind.CHECK
    task = follow_task(cache, MaintenanceRequest(kind))
    checks = read_lines(task.lines)
    if task.state is not MaintenanceState.SUCCEEDED and all(check.is_ok for check in checks):
        checks.append(CheckLine("running instance", is_ok=False, text=task.error or task.state.value))
    return checks
