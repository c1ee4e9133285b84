"""The calls of own indicators, on the threads that may wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.own.own_indicators import OwnIndicators
    from candledesk.cache.own_messages import OwnFile


class OwnIndicatorCalls:
    """Implements ``OwnIndicatorsApi``."""

    def __init__(self, context: CacheContext, own: OwnIndicators) -> None:
        """Hand on to ``own``."""
        self._context, self._own = context, own

    def list_files(self) -> Future[list[OwnFile]]:
        """Return the files of the folder by name, and declare those that are allowed."""
        return self._context.readers.submit(lambda _connection: self._own.list_files())

    def allow(self, name: str, sha256: str) -> Future[OwnFile]:
        """Allow a file as it was shown, and declare its indicator; see ``OwnIndicatorsApi``."""
        return self._context.own_readers.submit(lambda _connection: self._own.allow(name, sha256))
