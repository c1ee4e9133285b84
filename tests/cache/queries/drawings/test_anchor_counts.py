"""Where points lie beyond the loaded bars: by what is stored, and by the calendar where nothing is known."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candledesk.cache.drawing_messages import MAX_ANCHORS, AnchorRequest
from candledesk.cache.queries.drawings import anchor_counts
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.prices.resample import derived_open_times
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, FIRST_DAY, NOW, WAIT_S

MIDNIGHT = NOW // DAY_S * DAY_S
EVER = Span(FIRST_DAY - 300 * DAY_S, NOW + 150 * DAY_S)
STORED = {"1d": Span(FIRST_DAY + 90 * DAY_S, MIDNIGHT), "1h": Span(MIDNIGHT - 200 * DAY_S, MIDNIGHT)}


def count(harness, name, reference, *times):
    request = AnchorRequest("AAA", parse_interval(name), int(reference), tuple(sorted(int(time) for time in times)))
    return harness.cache.drawing_bars.count_anchors(request).result(WAIT_S)


def every_bar(yahoo, name):
    """The bars that a chart of the whole history, and of the time to come, has."""
    interval = parse_interval(name)
    base = expected_open_times(yahoo.calendar(), interval.base, EVER)
    return base if interval.base is interval else np.unique(derived_open_times(yahoo.calendar(), interval, base))


@pytest.fixture
def stored(harness):
    for name, span in STORED.items():
        harness.bars(name, span)
    return harness


@pytest.mark.parametrize("name", ["1h", "4h", "2h", "1d", "1wk", "1mo"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_bars_between_are_those_of_the_whole_history_stored_or_expected(stored, yahoo, name, data):
    every = every_bar(yahoo, name)
    middle = slice(len(every) // 3, len(every) * 2 // 3)
    reference = int(data.draw(st.sampled_from(every[middle].tolist())))
    time = data.draw(st.integers(int(every[5]), int(every[-5])))
    found = count(stored, name, reference, time)
    at = int(np.searchsorted(every, time, side="right")) - 1
    assert {int(every[at]), int(every[at + 1])} <= set(found.open_time.tolist())
    expected = np.searchsorted(every, found.open_time) - np.searchsorted(every, reference)
    assert found.position.tolist() == expected.tolist()
    assert (np.diff(found.open_time) > 0).all()


def test_a_stored_stock_that_trades_seldom_is_counted_by_its_bars_and_not_by_the_calendar(harness, yahoo):
    """Of a thin stock there are fewer bars than the calendar expects; that is known, so no gap."""
    truth = yahoo.truth
    yahoo.truth = lambda *args: truth(*args).take(slice(None, None, 3))
    bars = harness.bars("1h", STORED["1h"]).bars
    reference, wanted = int(bars.open_time[-5]), int(bars.open_time[10])
    found = count(harness, "1h", reference, wanted)
    assert dict(zip(found.open_time.tolist(), found.position.tolist(), strict=True))[wanted] == 10 - (len(bars) - 5)


def test_records_of_many_bars_are_counted_without_reading_them(stored, yahoo, monkeypatch):
    read = []
    original = anchor_counts.bar_store.read_bars
    monkeypatch.setattr(anchor_counts.bar_store, "read_bars", lambda *args: read.append(original(*args)) or read[-1])
    every = every_bar(yahoo, "1h")
    inside = every[(every >= STORED["1h"].start) & (every < STORED["1h"].end)]
    found = count(stored, "1h", inside[-1], inside[3])
    assert found.position[found.open_time == inside[3]].tolist() == [3 - (len(inside) - 1)]
    assert max(map(len, read)) <= 513


def test_the_days_to_come_are_those_of_the_calendar(stored, yahoo):
    every = every_bar(yahoo, "1h")
    last = int(np.searchsorted(every, MIDNIGHT)) - 1
    found = count(stored, "1h", every[last], every[last + 700])
    assert dict(zip(found.open_time.tolist(), found.position.tolist(), strict=True))[int(every[last + 700])] == 700


def test_an_unknown_symbol_and_too_many_bars_of_a_derived_interval_are_not_counted(stored, monkeypatch):
    request = AnchorRequest("NONE", parse_interval("1d"), NOW, (NOW - DAY_S,))
    assert len(stored.cache.drawing_bars.count_anchors(request).result(WAIT_S).open_time) == 0
    monkeypatch.setattr(anchor_counts, "MAX_BASE_BARS", 10)
    assert len(count(stored, "1wk", MIDNIGHT, MIDNIGHT - 300 * DAY_S).open_time) == 0


def test_more_times_than_a_chart_can_need_are_refused(stored):
    with pytest.raises(InputError):
        count(stored, "1d", MIDNIGHT, *range(MAX_ANCHORS + 1))
