"""What the studies of a chart read alike, read once for all of them: they are all requested at every tick."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from candledesk.indicators.computing import first_change

if TYPE_CHECKING:
    from collections.abc import Hashable

    from candledesk.cache.queries.studies.bars_reader import StudyBars, StudyBarsReader
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_MOST_READS = 64
_MOST_BARS = 600_000  # of all reads together: 29 MB, and as much for what they were before
_MOST_OF_ONE = 300_000
_LONG_BARS = 120_000  # more than the window of a chart
_LEAST_BARS = 64


@dataclass(frozen=True, eq=False, slots=True)
class SeriesVersion:
    """One version of a series: reads in the same one have the same result.

    ``n_events``: how many events had concerned it before the reading transaction began; ``now``: the instant at which
    bars are final and gaps are expected.
    """

    symbol: str
    interval: str
    n_events: int
    now: int
    calendar: SessionCalendar

    @property
    def series(self) -> tuple[str, str]:
        """Symbol and interval."""
        return self.symbol, self.interval

    def is_same(self, other: SeriesVersion) -> bool:
        """Tell whether nothing has changed."""
        is_same = (self.series, self.n_events, self.now) == (other.series, other.n_events, other.now)
        return is_same and self.calendar.equals(other.calendar)


@dataclass(frozen=True, slots=True)
class _Result:
    """Something that was read; ``end``, ``n_bars``: of bars."""

    version: SeriesVersion
    value: Any
    end: int = 0
    n_bars: int = 0


class SharedReads:
    """The latest reads of some series, used again as long as nothing of the series changes. Safe from any thread."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._results: OrderedDict[Hashable, _Result] = OrderedDict()
        self._gates: defaultdict[Hashable, threading.Lock] = defaultdict(threading.Lock)  # of series

    def start_before(self, reader: StudyBarsReader, version: SeriesVersion, end: int, n_bars: int) -> int:
        """Return from when at least ``n_bars`` bars open before ``end``: of 64, 128, 256 … as many as are enough."""
        if not n_bars:
            return end
        n = max(_LEAST_BARS, 1 << (n_bars - 1).bit_length())
        key = ("start", version.series, end, n)
        found = self._find(key)
        if found is None or not found.version.is_same(version):
            found = _Result(version, reader.start_before(end, n))
            self._keep(key, found)
        start: int = found.value
        return start

    def read(self, reader: StudyBarsReader, version: SeriesVersion, start: int, end: int) -> StudyBars:
        """Return the bars that open in ``[start, end)``, with the first that has changed since they were read last.

        The same bars are not read on two threads at once.
        """
        with self._lock:
            gate = self._gates[version.series]
        with gate:
            return self._read(reader, version, start, end)

    def _read(self, reader: StudyBarsReader, version: SeriesVersion, start: int, end: int) -> StudyBars:
        key = ("bars", version.series, start)
        found = self._find(key)
        if found is not None and found.end == end and found.version.is_same(version):
            kept: StudyBars = found.value
            return kept
        read = reader.read(start, end, None)
        if found is not None:
            former = found.value.bars
            read = replace(read, former=former, n_unchanged=first_change(former, read.bars))
        if len(read.bars) <= _MOST_OF_ONE:
            self._keep(key, _Result(version, read, end, len(read.bars)))
        return read

    def forget_long(self) -> None:
        """Give the memory of long reads back; to be called when none is expected for a while."""
        with self._lock:
            for key in [key for key, result in self._results.items() if result.n_bars > _LONG_BARS]:
                del self._results[key]

    def find_settle(self, version: SeriesVersion, study: Hashable, left: int) -> int:
        """Return how many bars behind the first value were enough for ``left`` the last time, 0 when not known."""
        found = self._find(("settle", version.series, study, left))
        return 0 if found is None else int(found.value)

    def keep_settle(self, version: SeriesVersion, study: Hashable, left: int, n_bars: int) -> None:
        """Keep how many bars were enough."""
        self._keep(("settle", version.series, study, left), _Result(version, n_bars))

    def _find(self, key: Hashable) -> _Result | None:
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def _keep(self, key: Hashable, result: _Result) -> None:
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > _MOST_READS or sum(one.n_bars for one in self._results.values()) > _MOST_BARS:
                self._results.popitem(last=False)
