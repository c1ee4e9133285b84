"""Imports through the running instance, for the client of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import ImportReport, Listing
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.web.api.imports import PATH, body_of
from candledesk.web.api_client import answered
from candledesk.web.codec import decode
from candledesk.web.import_files import write_bars

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.web.api_client import ApiClient


class RemoteImports:
    """Implements ``ImportApi`` with the instance that holds the home; its calls block."""

    _api: ApiClient
    _imports: Path | None

    def import_bars(
        self, symbol: str, interval: Interval, bars: Bars, listing: Listing | None = None
    ) -> Future[ImportReport]:
        """Hand the bars over in a file of the home, which is deleted afterwards."""
        return answered(lambda: self._import(symbol, interval, bars, listing or Listing()))

    def _import(self, symbol: str, interval: Interval, bars: Bars, listing: Listing) -> ImportReport:
        if self._imports is None:
            raise EnvironmentFaultError("The home of the running CandleDesk is not known")
        path = write_bars(self._imports, bars)
        try:
            return decode(ImportReport, self._api.post(PATH, body_of(path.name, symbol, interval, listing)))
        finally:
            path.unlink(missing_ok=True)
