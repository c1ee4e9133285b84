"""Checks and repairs the database through the instance that holds the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.maintenance.damage_texts import LOST, CheckLine
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.commands.progress import follow_task

if TYPE_CHECKING:
    from candledesk.cache.api import MaintenanceApi
    from candledesk.cache.maintenance_messages import MaintenanceTask


def examine_running(cache: MaintenanceApi, *, is_repairing: bool) -> list[CheckLine]:
    """Run the check or the repair in the instance, with its progress on stderr, and return what it says."""
    kind = MaintenanceKind.REPAIR if is_repairing else MaintenanceKind.CHECK
    return read_texts(follow_task(cache, MaintenanceRequest(kind)))


def read_texts(task: MaintenanceTask) -> list[CheckLine]:
    """Return the lines of a task, ``name: text`` with details indented below, as they were before."""
    found: list[tuple[str, list[str]]] = []
    for line in task.lines:
        if line.startswith(" ") and found:
            found[-1][1].append(line.strip())
        else:
            found.append((line, []))
    is_good = task.state is MaintenanceState.SUCCEEDED
    texts = []
    for line, details in found:
        name, _, text = line.partition(": ")
        has_lost = any(detail.startswith(LOST) for detail in details)
        texts.append(CheckLine(name, is_good, text, tuple(details), has_lost=is_good and has_lost))
    if not is_good:
        texts.append(CheckLine("running instance", is_ok=False, text=task.error or task.state.value))
    return texts
