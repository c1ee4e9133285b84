"""Checks and repairs the two databases of a home that no other process uses."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.fetching.provider_limits import ProviderLimits
from candledesk.cache.maintenance.damage_texts import (
    MAX_FAULTS,
    SALVAGE,
    CheckLine,
    checked_text,
    describe_check,
    describe_repair,
    describe_repaired,
    describe_rows,
    make_refetch,
)
from candledesk.domain.coverage import IMPORTED
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import ForeignFileError
from candledesk.store.log_check import ForeignLogError
from candledesk.store.market.coverage import list_spans_from
from candledesk.store.market.database import (
    PAGE_SIZE,
    connect_reader,
    connect_writer,
    create_or_open,
    market_schema,
    transaction,
)
from candledesk.store.market.integrity.check import check_market
from candledesk.store.market.integrity.repair import repair_market
from candledesk.store.market.integrity.salvage import salvage_market
from candledesk.store.market.providers import read_limits
from candledesk.store.market.row_copies.repair import repair_rows
from candledesk.store.restoring import finish_restore
from candledesk.store.salvage.log import read_log
from candledesk.store.salvage.new_file import remove_leftover
from candledesk.store.salvage.versions import has_tables
from candledesk.store.sqlite_errors import DamagedDatabaseError
from candledesk.store.user.database import DamagedFileError, find_damage, user_schema
from candledesk.store.user.salvage import salvage_user_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.cache.maintenance.damage_texts import RefetchOf
    from candledesk.domain.progress import OnProgress
    from candledesk.paths import Paths
    from candledesk.providers.base import Provider
    from candledesk.store import Connection
    from candledesk.store.market.integrity.check import MarketCheck
    from candledesk.store.market.integrity.salvage import SavedMarket

T = TypeVar("T")


class DatabaseDoctor:
    """Checks and repairs the databases of one home; ``now``: UTC seconds, for the names of files that are kept."""

    def __init__(self, paths: Paths, providers: Mapping[str, Provider], now: int, on_progress: OnProgress) -> None:
        """``providers``: by id, to say what can be fetched again."""
        self._paths = paths
        self._providers = providers
        self._now = now
        self._on_progress = on_progress

    def check(self, *, is_alone: bool) -> list[CheckLine]:
        """Check both databases; nothing is changed. ``is_alone``: the caller holds the lock of the home."""
        n_damaged = self._count_damaged_frames() if is_alone else 0  # before SQLite reads the log without them
        text = f"{n_damaged:,} pages of it are damaged, and what was stored after them is not read; {SALVAGE}"
        log = [CheckLine("log of the database", is_ok=False, text=text)] if n_damaged else []
        return [*log, *self._check_market(), *self.check_user_data()]

    def repair(self) -> list[CheckLine]:
        """Repair both databases; the caller holds the lock of the home."""
        finish_restore(self._paths.home)
        for path in (self._paths.database, self._paths.user_database):
            remove_leftover(path)
        return [*self._repair_market(), *self._repair_user_data()]

    # --- the candle database ------------------------------------------------------------------------------------

    def _check_market(self) -> list[CheckLine]:
        path = self._paths.database
        try:
            create_or_open(path, self._on_progress)
            with closing(connect_reader(path)) as connection:
                return self._describe(check_market(connection, self._on_progress))
        except EnvironmentFaultError as error:
            return [CheckLine("database", is_ok=False, text=str(error))]

    def _count_damaged_frames(self) -> int:
        """Return how many pages of the log are damaged; the caller holds the lock of the home."""
        log = self._paths.database.with_name(f"{self._paths.database.name}-wal")
        try:
            return read_log(log, PAGE_SIZE).n_damaged
        except OSError:
            return 0

    def _describe(self, check: MarketCheck) -> list[CheckLine]:
        path = self._paths.database
        return describe_check(path.name, path.stat().st_size, check)

    def _repair_market(self) -> list[CheckLine]:
        """Repair the damage of single series in the file, any other by saving it into a new file."""
        path = self._paths.database
        if self._count_damaged_frames():  # SQLite would drop all later transactions with them
            return self._salvage_market()
        try:
            create_or_open(path, self._on_progress)
            with closing(connect_writer(path)) as connection:
                check = check_market(connection, self._on_progress)
                if not check.faults:
                    return self._repair_series(connection, check)
        except ForeignLogError:
            return self._salvage_market(is_log_foreign=True)
        except DamagedDatabaseError:
            pass
        except ForeignFileError as error:
            if not has_tables(path, market_schema()):
                return [CheckLine("database", is_ok=False, text=str(error))]
        except EnvironmentFaultError as error:
            return [CheckLine("database", is_ok=False, text=str(error))]
        return self._salvage_market()

    def _repair_series(self, connection: Connection, check: MarketCheck) -> list[CheckLine]:
        def write(change: Callable[[Connection], T]) -> T:
            with transaction(connection):
                return change(connection)

        write_rows = partial(repair_rows, connection)
        repaired = repair_market(check, connection, write, write_rows, self._on_progress)
        return [*self._describe(repaired.check), *describe_repaired(repaired, self._refetch_of(connection))]

    def _refetch_of(self, connection: Connection) -> RefetchOf:
        limits = ProviderLimits(self._providers, read_limits(connection), lambda _row: None)
        titles = {name: provider.capabilities.title for name, provider in self._providers.items()}
        return make_refetch(limits, titles, list_spans_from(connection, IMPORTED), self._now)

    def _salvage_market(self, *, is_log_foreign: bool = False) -> list[CheckLine]:
        path = self._paths.database
        try:
            saved = salvage_market(path, self._now, self._on_progress, is_log_foreign=is_log_foreign)
            with closing(connect_reader(path)) as connection:
                refetch_of = self._refetch_of(connection)
        except EnvironmentFaultError as error:
            return [CheckLine("database", is_ok=False, text=str(error))]
        changed = [one for one in saved.series if one.n_from_rows or one.n_from_chunks or one.lost]
        others = [describe_rows(saved.rows, is_repaired=True)] if saved.rows else []
        return [self._describe_saved(saved), *others, *(describe_repair(one, refetch_of) for one in changed)]

    def _describe_saved(self, saved: SavedMarket) -> CheckLine:
        path = self._paths.database
        details = [f"the damaged file is kept as {saved.kept}; delete it when nothing is missing"]
        if not saved.has_log:
            details.append("the log beside it is that of another file and was left out; it is kept too")
        if saved.n_damaged_frames:
            details.append(f"{saved.n_damaged_frames:,} pages of the log were damaged; older versions were used")
        if saved.n_nameless:
            details.append(f"{saved.n_nameless:,} bars and chunks belong to series whose names are lost")
        if not saved.is_list_whole:
            details.append("all copies of the list of series are damaged: series may be lost of which nothing is left")
        n_lost = sum(one.n_lost for one in saved.series)
        has_lost = bool(n_lost or saved.n_nameless or saved.n_damaged_frames) or not saved.is_list_whole
        has_lost = has_lost or any(one.lost for one in saved.series)
        text = (
            f"{path.name} was damaged and was saved into a new file: {checked_text(saved.check)}, {n_lost:,} bars lost"
        )
        return CheckLine("database", is_ok=True, text=text, details=tuple(details), has_lost=has_lost)

    # --- the user database --------------------------------------------------------------------------------------

    def check_user_data(self) -> list[CheckLine]:
        """Check the database of what a person made, where there is one; nothing is changed."""
        path = self._paths.user_database
        if not path.exists():
            return []
        try:
            found = find_damage(path)
        except EnvironmentFaultError as error:
            found = [str(error)]
        text = "; ".join(found[:MAX_FAULTS]) or f"{path.name}, {path.stat().st_size:,} bytes, integrity ok"
        return [CheckLine("user data", not found, text)]

    def _repair_user_data(self) -> list[CheckLine]:
        path = self._paths.user_database
        texts = self.check_user_data()
        if all(text.is_ok for text in texts) or not self._is_user_data_ours():
            return texts
        try:
            saved = salvage_user_data(path, user_schema(), self._now, self._on_progress)
        except EnvironmentFaultError as error:
            return [CheckLine("user data", is_ok=False, text=str(error))]
        text = f"{path.name} was damaged and was saved into a new file: {saved}"
        text += "" if saved.is_whole else "; what could not be read is missing"
        kept = f"the damaged file is kept as {saved.kept}"
        return [CheckLine("user data", is_ok=True, text=text, details=(kept,), has_lost=not saved.is_whole)]

    def _is_user_data_ours(self) -> bool:
        """Return whether a file that has not passed the check is damaged, and not of another or a newer program."""
        path = self._paths.user_database
        try:
            return bool(find_damage(path))
        except DamagedFileError:
            return True
        except ForeignFileError:
            return has_tables(path, user_schema())
        except EnvironmentFaultError:
            return False
