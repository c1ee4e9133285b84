"""Checks and repairs the two databases of a home that no other process uses."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.maintenance.damage_texts import (
    comparison_lines,
    count_text,
    lost_lines,
    repair_text,
    summary_text,
)
from candledesk.commands.doctor.report import Check
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import ForeignFileError
from candledesk.store.lock import HomeLock
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, market_schema, transaction
from candledesk.store.market.integrity.check import check_market
from candledesk.store.market.integrity.repair import repair_damaged
from candledesk.store.market.integrity.salvage import salvage_market
from candledesk.store.restoring import finish_restore
from candledesk.store.salvage.new_file import has_tables, remove_leftover
from candledesk.store.sqlite_errors import DamagedDatabaseError
from candledesk.store.user.database import DamagedFileError, find_damage, user_schema
from candledesk.store.user.salvage import salvage_user_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.maintenance.damage_texts import Refetch
    from candledesk.domain.progress import OnProgress
    from candledesk.paths import Paths
    from candledesk.store import Connection
    from candledesk.store.market.integrity.check import DamagedSeries, MarketCheck
    from candledesk.store.market.integrity.repair import RepairedSeries
    from candledesk.store.market.integrity.salvage import SavedMarket

T = TypeVar("T")
_REPAIR = "`candledesk doctor --repair` saves what can be read into a new file"
_MAX_FAULTS = 5


class DatabaseDoctor:
    """Checks and repairs the databases of one home; ``now``: UTC seconds, for the names of files that are kept."""

    def __init__(self, paths: Paths, refetch: Callable[[str, str], Refetch], now: int, on_progress: OnProgress) -> None:
        """``refetch``: of a symbol and an interval (``damage_texts.make_refetch``)."""
        self._paths = paths
        self._refetch = refetch
        self._now = now
        self._on_progress = on_progress

    def examine(self, *, is_repairing: bool) -> list[Check]:
        """Return the checks of both databases, after their repair if ``is_repairing``.

        Raises ``HomeLockedError`` when another process holds the home and ``is_repairing``.
        """
        if not is_repairing:
            return [*self._check_market(), *self._check_user_data()]
        lock = HomeLock(self._paths.lock)
        try:
            finish_restore(self._paths.home)
            for path in (self._paths.database, self._paths.user_database):
                remove_leftover(path)
            return [*self._repair_market(), *self._repair_user_data()]
        finally:
            lock.release()

    # --- the candle database ------------------------------------------------------------------------------------

    def _check_market(self) -> list[Check]:
        path = self._paths.database
        try:
            create_or_open(path)
            with closing(connect_reader(path)) as connection:
                check = check_market(connection, self._on_progress)
        except EnvironmentFaultError as error:
            return [Check("database", is_ok=False, text=str(error))]
        if check.faults:
            text = f"damaged, {check.faults[0]}; {_REPAIR}"
            return [Check("database", is_ok=False, text=text, details=check.faults[1:_MAX_FAULTS])]
        return [self._describe(check), *(_describe_damaged(one) for one in check.damaged)]

    def _describe(self, check: MarketCheck) -> Check:
        path = self._paths.database
        exact = f"{check.n_series - len(check.damaged)} of {check.n_series} series exact"
        text = f"{path.name}, {path.stat().st_size:,} bytes, integrity ok, {count_text(check)}, {exact}"
        return Check("database", is_ok=True, text=text)

    def _repair_market(self) -> list[Check]:
        """Repair the damage of single series in the file, any other by saving it into a new file."""
        path = self._paths.database
        try:
            create_or_open(path)
            with closing(connect_writer(path)) as connection:
                check = check_market(connection, self._on_progress)
                repairs = self._repair_series(connection, check)
                if not check.faults:
                    after = check_market(connection, self._on_progress) if repairs else check
                    return [self._describe(after), *repairs]
        except DamagedDatabaseError:
            pass
        except ForeignFileError as error:
            if not has_tables(path, market_schema()):
                return [Check("database", is_ok=False, text=str(error))]
        except EnvironmentFaultError as error:
            return [Check("database", is_ok=False, text=str(error))]
        return self._salvage_market()

    def _repair_series(self, connection: Connection, check: MarketCheck) -> list[Check]:
        def write(change: Callable[[Connection], T]) -> T:
            with transaction(connection):
                return change(connection)

        repaired = repair_damaged(check.damaged, connection, write, self._on_progress)
        return [self._describe_repaired(one) for one in repaired]

    def _describe_repaired(self, repaired: RepairedSeries) -> Check:
        series = repaired.series
        lost = lost_lines(repaired, self._refetch(series.symbol, series.interval))
        return Check(
            f"chunks of {series.symbol} {series.interval}",
            is_ok=not repaired.left,
            text=f"{repair_text(repaired)}, for {summary_text(series)}" if series.findings else repair_text(repaired),
            details=(*comparison_lines(series), *lost),
            has_lost=bool(lost),
        )

    def _salvage_market(self) -> list[Check]:
        try:
            saved = salvage_market(self._paths.database, self._now, self._on_progress)
        except EnvironmentFaultError as error:
            return [Check("database", is_ok=False, text=str(error))]
        series = [one for one in saved.series if one.n_from_rows or one.n_from_chunks or one.lost]
        return [self._describe_saved(saved), *(self._describe_repaired(one) for one in series)]

    def _describe_saved(self, saved: SavedMarket) -> Check:
        path = self._paths.database
        details = [f"the damaged file is kept as {saved.kept}"]
        if saved.n_damaged_frames:
            details.append(f"{saved.n_damaged_frames:,} pages of the log were damaged; older versions were used")
        if saved.n_nameless:
            details.append(f"{saved.n_nameless:,} bars and chunks belong to series whose names are lost")
        n_lost = sum(one.n_lost for one in saved.series)
        text = f"{path.name} was damaged and was saved into a new file: {count_text(saved.check)}, {n_lost:,} bars lost"
        return Check(
            "database", is_ok=True, text=text, details=tuple(details), has_lost=bool(n_lost or saved.n_nameless)
        )

    # --- the user database --------------------------------------------------------------------------------------

    def _check_user_data(self) -> list[Check]:
        path = self._paths.user_database
        if not path.exists():
            return []
        try:
            found = find_damage(path)
        except EnvironmentFaultError as error:
            found = [str(error)]
        text = "; ".join(found[:_MAX_FAULTS]) or f"{path.name}, {path.stat().st_size:,} bytes, integrity ok"
        return [Check("user data", not found, text)]

    def _repair_user_data(self) -> list[Check]:
        path = self._paths.user_database
        checks = self._check_user_data()
        if all(check.is_ok for check in checks):
            return checks
        try:
            is_damaged = bool(find_damage(path))
        except (DamagedFileError, ForeignFileError):
            is_damaged = has_tables(path, user_schema())
        except EnvironmentFaultError:
            is_damaged = False
        if not is_damaged:
            return checks
        try:
            saved = salvage_user_data(path, user_schema(), self._now, self._on_progress)
        except EnvironmentFaultError as error:
            return [Check("user data", is_ok=False, text=str(error))]
        text = f"{path.name} was damaged and was saved into a new file: {saved}"
        text += "" if saved.is_whole else "; what could not be read is missing"
        kept = f"the damaged file is kept as {saved.kept}"
        return [Check("user data", is_ok=True, text=text, details=(kept,), has_lost=not saved.is_whole)]


def _describe_damaged(series: DamagedSeries) -> Check:
    text = f"{summary_text(series)}; `candledesk doctor --repair` writes the proven copy over the other"
    name = f"chunks of {series.symbol} {series.interval}"
    return Check(name, is_ok=False, text=text, details=tuple(comparison_lines(series)))
