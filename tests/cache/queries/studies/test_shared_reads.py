"""The studies of a chart read its bars once for all of them, and again as soon as anything of the series changes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.queries.studies import shared_reads
from candledesk.cache.queries.studies.bars_reader import StudyBars, StudyBarsReader
from candledesk.cache.queries.studies.shared_reads import SeriesVersion, SharedReads
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Market
from candledesk.indicators.studies import parse_study
from tests.cache.conftest import DAY_S, FIRST_DAY, NOW, WAIT_S, all_day_calendar, weekday_calendar
from tests.indicators.markets import walk

STUDIES = ("sma", "ema:length=10", "rsi", "macd", "bollinger", "atr", "supertrend", "sar", "adx", "keltner")
SHOWN = Span(NOW - 200 * DAY_S, NOW)
CALENDAR = weekday_calendar()


@pytest.fixture
def reads(monkeypatch):
    found, read = [], StudyBarsReader.read

    def count(self, start, end, as_of):
        found.append(start)
        return read(self, start, end, as_of)

    monkeypatch.setattr(StudyBarsReader, "read", count)
    return found


def ask_all(harness, end=SHOWN.end, **options):
    requests = [
        IndicatorRequest("AAA", INTERVALS["1d"], parse_study(one), Span(SHOWN.start, end), **options) for one in STUDIES
    ]
    return [harness.cache.load_indicator(request).result(WAIT_S) for request in requests]


def test_ten_studies_of_a_chart_read_its_bars_a_few_times(harness, reads):
    harness.bars("1d", Span(FIRST_DAY, NOW))
    ask_all(harness)
    assert len(reads) == len(set(reads)) <= 5
    n = len(reads)
    ask_all(harness)
    assert len(reads) == n


def test_stored_bars_are_read_by_the_next_request(harness, yahoo, reads):
    before = harness.bars("1d", Span(FIRST_DAY, NOW)).bars
    ask_all(harness)
    for day in range(1, 8):
        yahoo.now = NOW + day * DAY_S
        bars = harness.bars("1d", Span(FIRST_DAY, yahoo.now)).bars
        n = len(reads)
        replies = ask_all(harness, yahoo.now)
        assert n < len(reads) <= n + 5
        for reply in replies:
            whole = compute(reply.request.study, bars, Market(yahoo.calendar(), INTERVALS["1d"]))
            for name, line in whole.lines.items():
                shown = line[len(line) - len(reply.open_time) :]
                np.testing.assert_allclose(reply.lines[name], shown, rtol=1e-9, atol=1e-9, err_msg=name)
    assert len(bars) > len(before)


def test_what_was_known_at_an_instant_is_read_by_itself(harness, reads):
    harness.bars("1d", Span(FIRST_DAY, NOW))
    ask_all(harness)
    n = len(reads)
    ask_all(harness, as_of=NOW - 30 * DAY_S)
    assert len(reads) >= n + len(STUDIES)


class Reader:
    """Answers the bars it is given, and counts how often."""

    def __init__(self, bars):
        self.bars, self.n_reads = bars, 0
        self.interval = INTERVALS["1d"]

    def read(self, _start, _end, _as_of):
        self.n_reads += 1
        return StudyBars(self.bars, np.ones(len(self.bars), np.bool_), (), (), 1)

    def start_before(self, end, n_bars):
        self.n_reads += 1
        return end - n_bars * DAY_S


def version(n_events=1, now=NOW, calendar=CALENDAR, symbol="AAA"):
    return SeriesVersion(symbol, "1d", n_events, now, calendar)


@pytest.mark.parametrize(
    "other", [{"n_events": 2}, {"now": NOW + 1}, {"calendar": all_day_calendar()}, {"symbol": "BBB"}]
)
def test_a_read_is_used_again_in_the_same_version_only(other):
    shared, reader = SharedReads(), Reader(walk(np.arange(50) * DAY_S, 1))
    for _ in range(3):
        shared.read(reader, version(calendar=weekday_calendar()), 0, NOW)
        shared.start_before(reader, version(), NOW, 100)
    assert reader.n_reads == 2
    shared.read(reader, version(**other), 0, NOW)
    shared.start_before(reader, version(**other), NOW, 100)
    assert reader.n_reads == 4


def test_another_end_is_another_read():
    shared, reader = SharedReads(), Reader(walk(np.arange(50) * DAY_S, 1))
    shared.read(reader, version(), 0, NOW)
    shared.read(reader, version(), 0, NOW + DAY_S)
    assert reader.n_reads == 2


def test_a_read_says_which_bars_have_changed_since_the_one_before():
    bars = walk(np.arange(50) * DAY_S, 1)
    shared, reader = SharedReads(), Reader(bars)
    assert shared.read(reader, version(), 0, NOW).former is None
    close = bars.close.copy()
    close[40] += 1
    reader.bars = Bars(bars.open_time, bars.open, bars.high, bars.low, close, bars.volume)
    found = shared.read(reader, version(2), 0, NOW)
    assert (found.former, found.n_unchanged) == (bars, 40)


def test_studies_with_about_the_same_lookback_begin_at_the_same_bar():
    shared, reader = SharedReads(), Reader(Bars.empty())
    starts = {n: NOW - shared.start_before(reader, version(), NOW, n) for n in (0, 1, 20, 64, 65, 112, 128, 129)}
    assert [starts[n] // DAY_S for n in starts] == [0, 64, 64, 64, 128, 128, 128, 256]


def test_the_oldest_reads_are_dropped():
    shared, reader = SharedReads(), Reader(walk(np.arange(100_000) * 60, 1))
    for start in range(7):
        shared.read(reader, version(), start, NOW)
    shared.read(reader, version(), 6, NOW)
    assert reader.n_reads == 7
    shared.read(reader, version(), 0, NOW)
    assert reader.n_reads == 8


@pytest.mark.parametrize(("n_bars", "n_reads"), [(120_000, 1), (120_001, 2)])
def test_long_reads_are_forgotten_when_none_is_expected(n_bars, n_reads):
    shared, reader = SharedReads(), Reader(walk(np.arange(n_bars) * 60, 1))
    shared.read(reader, version(), 0, NOW)
    shared.forget_long()
    shared.read(reader, version(), 0, NOW)
    assert reader.n_reads == n_reads


class MeetingReader(Reader):
    """Waits a moment for a second thread that reads."""

    def __init__(self, bars):
        super().__init__(bars)
        self._meeting = threading.Barrier(2)

    def read(self, *given):
        with suppress(threading.BrokenBarrierError):
            self._meeting.wait(0.3)
        return super().read(*given)


def test_the_same_bars_are_not_read_on_two_threads_at_once():
    shared, reader = SharedReads(), MeetingReader(walk(np.arange(100) * 60, 1))
    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(shared.read, reader, version(), 0, NOW) for _ in range(2)]
    assert found[0].result() is found[1].result()
    assert reader.n_reads == 1


def test_what_was_enough_to_settle_is_known_of_a_study_at_a_place():
    shared = SharedReads()
    assert shared.find_settle(version(), "rsi", 500) == 0
    shared.keep_settle(version(), "rsi", 500, 640)
    shared.keep_settle(version(), "ema", 500, 320)
    assert shared.find_settle(version(n_events=9), "rsi", 500) == 640
    assert [shared.find_settle(version(), "ema", 500), shared.find_settle(version(), "rsi", 501)] == [320, 0]
    assert shared.find_settle(version(symbol="BBB"), "rsi", 500) == 0


def kept(shared):
    return [left for left in range(5) if shared.find_settle(version(), "rsi", left)]


def test_the_results_that_were_not_used_for_longest_are_dropped_beyond_their_number(monkeypatch):
    monkeypatch.setattr(shared_reads, "_MOST_READS", 3)
    shared = SharedReads()
    for left in range(3):
        shared.keep_settle(version(), "rsi", left, 1)
    assert kept(shared) == [0, 1, 2]
    shared.find_settle(version(), "rsi", 0)
    shared.keep_settle(version(), "rsi", 3, 1)
    assert kept(shared) == [0, 2, 3]
    shared.keep_settle(version(), "rsi", 0, 1)
    shared.keep_settle(version(), "rsi", 4, 1)
    assert kept(shared) == [0, 3, 4]


@pytest.mark.parametrize(("most_of_one", "most", "n_reads"), [(50, 100, 2), (50, 99, 3), (49, 100, 4), (50, 50, 3)])
def test_reads_are_kept_up_to_a_number_of_bars_of_each_and_of_all(monkeypatch, most_of_one, most, n_reads):
    monkeypatch.setattr(shared_reads, "_MOST_OF_ONE", most_of_one)
    monkeypatch.setattr(shared_reads, "_MOST_BARS", most)
    shared, reader = SharedReads(), Reader(walk(np.arange(50) * DAY_S, 1))
    for start in (0, 1, 1, 0):
        shared.read(reader, version(), start, NOW)
    assert reader.n_reads == n_reads
