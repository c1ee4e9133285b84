"""How many bars a study is computed of, and which sums are used again, on bars that a test holds."""

from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.cache.queries.studies import computation
from candledesk.cache.queries.studies.bars_reader import StudyBars
from candledesk.cache.queries.studies.computation import N_DOUBLINGS, Earlier, StudyComputation
from candledesk.cache.queries.studies.kept_pieces import KeptPieces
from candledesk.cache.queries.studies.shared_reads import SharedReads
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.indicators.declaration import Hole
from candledesk.indicators.studies import parse_study
from candledesk.indicators.trend import supertrend
from tests.cache.conftest import weekday_calendar

CALENDAR = weekday_calendar()
MINUTE_S = 60


class Reader:
    """Has a bar in each minute from 0 on, whose history is not known to begin there."""

    interval = INTERVALS["1m"]

    def __init__(self, close, volume=1.0):
        n = len(close)
        times, close = np.arange(n, dtype=np.int64) * MINUTE_S, np.array(close, np.float64)
        self.bars = Bars(times, close, close + 0.01, close - 0.01, close.copy(), np.full(n, volume))
        self.oldest, self.starts = -MINUTE_S, []
        self.facts = SimpleNamespace(now=n * MINUTE_S, calendar=CALENDAR)

    def start_before(self, end, n_bars, _as_of=None):
        return max(end - n_bars * MINUTE_S, self.oldest)

    def has_volume(self, _as_of):
        return True

    def read(self, start, end, _as_of):
        self.starts.append(max(start, 0))
        bars = self.bars.take(slice(*np.searchsorted(self.bars.open_time, [start, end])))
        holes = (Hole(0, start - MINUTE_S),) if start > 0 else ()
        return StudyBars(bars, np.ones(len(bars), np.bool_), holes, (), 1)


def compute(reader, text, left, end, *, kept=None, as_of=None):
    earlier = Earlier("AAA", kept or KeptPieces(10**6), SharedReads(), 0)
    return StudyComputation(reader, parse_study(text), as_of, earlier).compute(left * MINUTE_S, end * MINUTE_S)


def test_a_trend_without_end_is_looked_for_in_twice_as_many_bars_until_it_is_given_up(monkeypatch):
    monkeypatch.setattr(supertrend, "_TREND_SETTLE", 16)
    reader = Reader(np.linspace(10, 1_000, 5_000))
    read, values = compute(reader, "supertrend:atr_length=2", 4_800, 4_900)
    assert len(reader.starts) == N_DOUBLINGS
    more = -np.diff(reader.starts) // MINUTE_S
    assert more.tolist() == [64 * 2**at for at in range(N_DOUBLINGS - 1)]
    assert not values.settled.any()
    assert int(read.bars.open_time[-1]) == 4_899 * MINUTE_S


def test_a_value_that_is_settled_at_once_is_read_once():
    reader = Reader(100 + np.random.default_rng(1).normal(0, 1, 5_000).cumsum() / 10)
    _, values = compute(reader, "rsi", 4_000, 4_100)
    assert len(reader.starts) == 1
    assert values.settled[-100:].all()


@pytest.mark.parametrize("as_of", [None, 10**9])
def test_sums_of_older_pieces_are_used_again_except_for_what_was_known_then(monkeypatch, as_of):
    monkeypatch.setattr(computation, "PIECE_BARS", 512)
    close = 100 + np.random.default_rng(2).normal(0, 1, 2_000).cumsum() / 10
    kept, signs = KeptPieces(10**6), np.sign(np.diff(close, prepend=close[:1]))
    reader = Reader(close)
    _, values = compute(reader, "obv", 1_600, 2_000, kept=kept)
    np.testing.assert_allclose(values.lines["value"], np.cumsum(signs)[1_600:])
    assert len(reader.starts) == 1 + 5
    again = Reader(close, volume=2.0)  # as before a split
    _, values = compute(again, "obv", 1_600, 2_000, kept=kept, as_of=as_of)
    whole = np.cumsum(2 * signs)[1_600:]
    if as_of is None:
        assert len(again.starts) == 1
        whole += np.cumsum(signs)[1_599] - np.cumsum(2 * signs)[1_599]
    np.testing.assert_allclose(values.lines["value"], whole)
