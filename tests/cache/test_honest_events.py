"""Events say what happened and nothing else: no ``BarsStored`` without stored bars, whatever the cache goes through."""

import numpy as np
import pytest

from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
from candledesk.cache.fetching.fill_task import Attempt
from candledesk.cache.fetching.window_outcomes import Answered
from candledesk.cache.messages import JobState
from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.providers.answers import BarsAnswer, FaultAnswer, RefusalKind, RefusedAnswer
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import connect_reader
from tests.cache.conftest import (
    DAY_S,
    INTERVALS,
    NOW,
    WAIT_S,
    days_back,
    instrument,
    is_answer_watch,
    make_bars,
    wait_until,
)

OLD_DAYS = Span((NOW // DAY_S - 20) * DAY_S, (NOW // DAY_S - 10) * DAY_S)


class Witness:
    """Compares what is stored before and after each event: an event must name every change and only changes."""

    def __init__(self, harness):
        self.connection = connect_reader(harness.folder / "candles.db")
        self.stored = {}
        self.lies = []
        self.events = []
        harness.cache.subscribe(self.on_event)

    def read(self, symbol, interval):
        series_id = instrument_store.series_id(self.connection, symbol, interval)
        whole = Span(-(2**40), 2**40)
        bars = Bars.empty() if series_id is None else bar_store.read_bars(self.connection, series_id, whole)
        rev = 0 if series_id is None else instrument_store.series_rev(self.connection, series_id)
        rows = zip(bars.open_time.tolist(), bars.close.tolist(), bars.volume.tolist(), strict=True)
        return {time: values for time, *values in rows}, rev

    def on_event(self, event):
        if isinstance(event, RefreshDue):
            self.events.append(event)
        if not isinstance(event, BarsStored | CoverageChanged):
            return
        self.events.append(event)
        key = event.symbol, event.interval
        before, (after, rev) = self.stored.get(key, {}), self.read(*key)
        self.stored[key] = after
        changed = sorted(time for time in after if before.get(time) != after[time])
        expected = (changed[0], changed[-1] + event.interval.step_s) if changed else None
        said = (event.span.start, event.span.end) if isinstance(event, BarsStored) else None
        if said != expected or event.rev != rev:
            self.lies.append((event, expected, rev))

    def named(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def witness(harness):
    witness = Witness(harness)
    yield witness
    assert not witness.lies
    witness.connection.close()


def test_a_fill_announces_the_bars_that_it_stored(harness, witness):
    bars = harness.bars("1h", OLD_DAYS).bars
    (event,) = witness.named(BarsStored)
    assert event.span == Span(int(bars.open_time[0]), int(bars.open_time[-1]) + INTERVALS["1h"].step_s)
    assert not witness.named(CoverageChanged)


def test_bars_are_announced_with_the_window_that_is_known_since_then(harness, yahoo, witness):
    harness.bars("1d", days_back(5))
    middle = OLD_DAYS.start + 5 * DAY_S
    yahoo.script = lambda request: yahoo.bars_answer(request, lambda bars: bars.take(bars.open_time >= middle))
    harness.bars("1h", OLD_DAYS)
    event = witness.named(BarsStored)[-1]
    assert event.span.start >= middle
    assert event.known.start < OLD_DAYS.start + DAY_S, "the days before are known to be empty"
    assert event.known.end >= event.span.end


def test_an_answer_without_bars_announces_that_coverage_changed(harness, yahoo, witness):
    harness.bars("1d", days_back(5))
    yahoo.script = lambda request: BarsAnswer(Bars.empty(), instrument())
    harness.bars("1h", OLD_DAYS)
    assert witness.named(CoverageChanged)[-1].interval is INTERVALS["1h"]
    assert not [event for event in witness.named(BarsStored) if event.interval is INTERVALS["1h"]]


def test_a_refusal_announces_that_coverage_changed(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    n_stored = len(witness.named(BarsStored))
    yahoo.script = lambda request: RefusedAnswer(RefusalKind.BAD_REQUEST, "not this one")
    harness.bars("1h", OLD_DAYS)
    (event,) = witness.named(CoverageChanged)
    assert event.span.overlaps(OLD_DAYS)
    assert len(witness.named(BarsStored)) == n_stored


def test_a_failure_announces_that_coverage_changed_after_its_last_try(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    n_stored = len(witness.named(BarsStored))
    yahoo.script = lambda request: FaultAnswer("broken")
    harness.bars("1h", OLD_DAYS)
    assert len(witness.named(CoverageChanged)) == 1
    assert len(witness.named(BarsStored)) == n_stored


def test_bars_that_are_sent_again_unchanged_are_not_announced_as_stored(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    n_stored = len(witness.named(BarsStored))
    yahoo.now += 120  # past the expiry of the bar that forms, and before the next one opens
    harness.bars("1h", days_back(3))
    assert len(witness.named(BarsStored)) == n_stored
    assert len(witness.named(CoverageChanged)) == 1


def test_a_bar_that_changed_is_announced_alone(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    yahoo.now, yahoo.salt = yahoo.now + 120, 0.5
    bars = harness.bars("1h", days_back(3)).bars
    event = witness.named(BarsStored)[-1]
    assert event.span.end == int(bars.open_time[-1]) + INTERVALS["1h"].step_s
    assert event.span.start > int(bars.open_time[0])


def test_a_chart_whose_fill_fails_is_refreshed_when_it_may_be_tried_again(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    yahoo.script = lambda request: FaultAnswer("broken")
    harness.view("1h", n_before=500)
    harness.settle()
    assert len(witness.named(CoverageChanged)) == 1
    assert not witness.named(RefreshDue)
    calls = [call for _, _, call in sorted(harness.service._delayed_calls._heap) if not is_answer_watch(call)]
    calls[0]()  # what waits for the next try
    assert witness.named(RefreshDue) == [RefreshDue("AAA", INTERVALS["1h"])]


def test_a_chart_whose_fill_ends_without_any_change_is_refreshed(harness, witness, monkeypatch):
    harness.bars("1h", days_back(3))
    fetcher = harness.service._fill_scheduler._window_fetcher
    nothing_new = lambda _task, _known, claim: Answered(Attempt(claim.window.start), is_reported=False)  # noqa: E731
    monkeypatch.setattr(fetcher, "fetch_window", nothing_new)
    harness.view("1h", n_before=500)
    wait_until(lambda: witness.named(RefreshDue))
    assert witness.named(RefreshDue) == [RefreshDue("AAA", INTERVALS["1h"])]


def test_a_chart_of_an_unknown_symbol_is_refreshed(harness, yahoo, witness):
    yahoo.unknown.add("NONE")
    harness.view("1d", symbol="NONE")
    wait_until(lambda: witness.named(RefreshDue))
    assert witness.named(RefreshDue) == [RefreshDue("NONE", INTERVALS["1d"])]
    assert not witness.named(BarsStored)


def test_an_import_announces_the_bars_that_it_stored_and_nothing_when_it_is_repeated(harness, yahoo, witness):
    harness.bars("1d", days_back(5))
    times = yahoo.truth("AAA", "1m", OLD_DAYS).open_time
    for _ in range(2):
        harness.cache.import_bars("AAA", INTERVALS["1m"], make_bars(times)).result(WAIT_S)
    stored = [event for event in witness.named(BarsStored) if event.interval is INTERVALS["1m"]]
    assert [event.span for event in stored] == [Span(int(times[0]), int(times[-1]) + 60)]


def test_a_session_that_the_calendar_lacked_has_every_chart_read_again(harness, yahoo, witness):
    saturday = (NOW // DAY_S - 11) * DAY_S
    while (saturday // DAY_S + 3) % 7 != 5:
        saturday += DAY_S
    harness.bars("1h", days_back(30))
    minutes = np.arange(saturday + 52_200, saturday + 75_600, 60)
    yahoo.script = lambda request: (
        BarsAnswer(
            make_bars(np.sort(np.append(yahoo.truth("AAA", "1m", request.span).open_time, minutes))), instrument()
        )
        if request.interval.name == "1m"
        else None
    )
    harness.bars("1m", Span(saturday - 2 * DAY_S, saturday + 3 * DAY_S))
    assert RefreshDue() in witness.named(RefreshDue)


def test_a_job_for_failed_bars_announces_that_they_may_be_fetched_again(harness, yahoo, witness):
    harness.bars("1h", days_back(3))
    yahoo.script = lambda request: FaultAnswer("broken")
    harness.bars("1h", OLD_DAYS)
    (failed,) = witness.named(CoverageChanged)
    harness.backfill("1h", OLD_DAYS)
    again = witness.named(CoverageChanged)[1]
    assert (again.interval, again.span, again.rev) == (failed.interval, failed.span, failed.rev)


def test_a_backfill_announces_only_what_it_stored(harness, yahoo, witness):
    assert harness.backfill("5m").state is JobState.SUCCEEDED
    assert harness.backfill("5m").state is JobState.SUCCEEDED
    stored = [event for event in witness.named(BarsStored) if event.interval is INTERVALS["5m"]]
    assert stored
    assert len(stored) == len(yahoo.asked("5m")) + len([r for r in yahoo.requests if r.tz is None])
