"""The bars of a ratio that a study is computed of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.queries.compare.closed_bars import ClosedBarsReader
from candledesk.cache.queries.studies.bars_reader import StudyBarsReader

if TYPE_CHECKING:
    from candledesk.cache.messages import BarsReply
    from candledesk.domain.span import Span


class RatioBarsReader(StudyBarsReader):
    """Reads the bars of a ratio; sessions, gaps and the begin of the history are those of the numerator.

    Studies that need daily or finer bars beside their own have none of a ratio.
    """

    def _read_stored(self, span: Span) -> BarsReply:
        reader = ClosedBarsReader(self._connection, self._catalog)
        reader.findings = self.findings
        return reader.read(self._request.symbol, self.interval, span).reply

    def has_volume(self, _as_of: int | None) -> bool:
        """A ratio has none."""
        return False
