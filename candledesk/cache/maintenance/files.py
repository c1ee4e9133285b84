"""The files of a home as callers of the cache see them: sizes and backups, read on the reader threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.provider_limits import ProviderLimits
    from candledesk.cache.maintenance.storage_options import StorageOptionsFile
    from candledesk.cache.maintenance_messages import BackupFile, StorageOptions, StorageReport
    from candledesk.paths import Paths
    from candledesk.store import Connection


class HomeFiles:
    """Reads what the home holds, deletes backups, and changes what the home does by itself."""

    def __init__(
        self, context: CacheContext, limits: ProviderLimits, paths: Paths, options: StorageOptionsFile
    ) -> None:
        """``limits``: how far back the providers answer."""
        self._context = context
        self._limits = limits
        self._paths = paths
        self._options = options

    def read_storage(self) -> Future[StorageReport]:
        """Return the sizes of series, tables, logs and backups."""
        now = self._context.now()

        def read(connection: Connection) -> StorageReport:
            from candledesk.cache.maintenance.storage import read_report  # here: no chart waits for its import

            return read_report(connection, limits=self._limits, paths=self._paths, now=now)

        return self._context.readers.submit(read)

    def list_backups(self) -> Future[list[BackupFile]]:
        """Return the copies of the database that are in the home, the newest first."""
        from candledesk.cache.maintenance.backup import find_backups

        return self._context.readers.submit(lambda _connection: find_backups(self._paths))

    def remove_backup(self, path: str) -> Future[BackupFile]:
        """Delete a copy of the home; ``InputError`` for a path that is none of them."""
        from candledesk.cache.maintenance.backup import remove_listed

        return self._context.readers.submit(lambda _connection: remove_listed(self._paths, path))

    def read_options(self) -> Future[StorageOptions]:
        """Return what the home does by itself."""
        return self._context.readers.submit(lambda _connection: self._options.value)

    def change_options(self, options: StorageOptions) -> Future[StorageOptions]:
        """Use ``options`` from now on; ``InputError`` for a number out of range."""
        return self._context.readers.submit(lambda _connection: self._options.change(options))
