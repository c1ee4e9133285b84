"""Checking and repairing the database of the running instance; a file that SQLite refuses is repaired without it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from candledesk.cache.events import CoverageChanged, RefreshDue
from candledesk.cache.maintenance.damage_texts import describe_check, describe_repaired, make_refetch
from candledesk.cache.maintenance.task import TaskKind
from candledesk.domain.coverage import IMPORTED
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import parse_interval
from candledesk.store.market.coverage import list_spans_from
from candledesk.store.market.integrity.check import check_market
from candledesk.store.market.integrity.repair import repair_market

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.cache.maintenance.damage_texts import CheckLine, RefetchOf
    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.store import Connection
    from candledesk.store.market.integrity.check import MarketCheck
    from candledesk.store.market.integrity.repair import RepairedSeries


def run_check(context: MaintenanceContext, _request: MaintenanceRequest, report: TaskReport) -> None:
    """Check everything that is stored; fails when there is damage, whose lines are then the result."""
    with closing(context.connect_reader()) as reader:
        check = check_market(reader, report)
    _add_lines(report, _describe(context, check))
    if not check.is_good:
        raise EnvironmentFaultError("The database is damaged: repair it (`candledesk doctor --repair`).")


def run_repair(context: MaintenanceContext, _request: MaintenanceRequest, report: TaskReport) -> None:
    """Repair what the check finds in short transactions; fails when the file itself is damaged."""
    with closing(context.connect_reader()) as reader:
        check = check_market(reader, report)
        if check.faults:
            _add_lines(report, _describe(context, check))
            raise EnvironmentFaultError(
                "The file of the database is damaged: quit CandleDesk, then run `candledesk doctor --repair`, which "
                "saves what can be read into a new file."
            )
        repaired = repair_market(check, reader, context.write, lambda: _write_rows(context), report)
        refetch_of = _refetch_of(context, reader)
    _add_lines(report, [*_describe(context, repaired.check), *describe_repaired(repaired, refetch_of)])
    _announce(context, repaired.series)
    if not repaired.check.is_good:
        raise EnvironmentFaultError("Some damage could not be repaired; restore a backup (`candledesk backup --list`).")


def _write_rows(context: MaintenanceContext) -> None:
    context.cache.writer.submit(context.repair_rows).result()


def _refetch_of(context: MaintenanceContext, reader: Connection) -> RefetchOf:
    providers = context.cache.providers.providers
    titles = {name: provider.capabilities.title for name, provider in providers.items()}
    return make_refetch(context.catalog.limits, titles, list_spans_from(reader, IMPORTED), context.cache.now())


def _describe(context: MaintenanceContext, check: MarketCheck) -> list[CheckLine]:
    path = context.paths.database
    return describe_check(path.name, path.stat().st_size, check)


def _add_lines(report: TaskReport, texts: Iterable[CheckLine]) -> None:
    for text in texts:
        for line in text.to_lines():
            report.add_line(line)


def _announce(context: MaintenanceContext, repaired: Iterable[RepairedSeries]) -> None:
    """Let charts ask again for what was lost."""
    for one in repaired:
        interval = parse_interval(one.series.interval)
        for span in one.lost:
            context.cache.emit(CoverageChanged(one.series.symbol, interval, span, 0))
        context.cache.emit(RefreshDue(one.series.symbol, interval))


CHECK = TaskKind(run_check, is_written=False)
REPAIR = TaskKind(run_repair)
