"""One scroll step into history that is not stored is planned twice at most: before the request and after its answer."""

import queue
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from candledesk.cache import service as service_module
from candledesk.cache.events import BarsStored
from candledesk.cache.messages import EdgeState
from candledesk.cache.rules import planner
from candledesk.domain.span import Span
from tests.cache.conftest import CacheHarness, days_back

PLANNERS = ("plan_span",)


class ScrollCounter:
    """Counts, while it is on, plans by thread, reads of the coverage ledger by reader threads, and those for writing.

    The writer's own look at the entries that it is about to change is part of the answer's transaction; it is counted
    apart.
    """

    def __init__(self, monkeypatch):
        self.is_on = False
        self.plans, self.reads, self.reads_for_writing = [], [], []
        self._lock = threading.Lock()
        for name in PLANNERS:
            self._count_calls(monkeypatch, getattr(planner, name))
        self._trace(monkeypatch, "connect_reader", self.reads)
        self._trace(monkeypatch, "connect_writer", self.reads_for_writing)

    def _count_calls(self, monkeypatch, function):
        def counted(*args, **options):
            self._note(self.plans, threading.current_thread().name)
            return function(*args, **options)

        for module in [module for name, module in sys.modules.items() if name.startswith("candledesk.")]:
            for name, value in list(vars(module).items()):
                if value is function:
                    monkeypatch.setattr(module, name, counted)

    def _trace(self, monkeypatch, name, found):
        connect = getattr(service_module, name)

        def traced(database):
            connection = connect(database)
            connection.set_trace_callback(lambda statement: self._note_statement(found, statement))
            return connection

        monkeypatch.setattr(service_module, name, traced)

    def _note_statement(self, found, statement):
        if statement.lstrip().upper().startswith("SELECT") and "FROM coverage" in statement:
            self._note(found, statement)

    def _note(self, found, what):
        with self._lock:
            if self.is_on:
                found.append(what)

    def clear(self):
        """Forget what was counted."""
        with self._lock:
            for found in (self.plans, self.reads, self.reads_for_writing):
                found.clear()

    @contextmanager
    def counting(self):
        self.is_on = True
        yield
        self.is_on = False


class ChartStandIn:
    """Asks as the feed of a chart does: one request at a time, and once more after events of its series."""

    def __init__(self, harness):
        self.harness = harness
        self.events = queue.Queue()
        harness.cache.subscribe(self._on_event)

    def _on_event(self, event):
        if getattr(event, "interval", None) is not None:
            self.events.put(event)

    def show(self, name, n_before, anchor=None):
        """Ask until nothing more happens; return the first and the last reply and the events between."""
        first = last = self.harness.view(name, anchor=anchor, n_before=n_before)
        seen = []
        while True:
            self.harness.settle()
            found = self._drain()
            if not found:
                return first, last, seen
            seen += found
            last = self.harness.view(name, anchor=anchor, n_before=n_before)

    def _drain(self):
        found = []
        try:
            while True:
                found.append(self.events.get(timeout=0.05))
        except queue.Empty:
            return found


@pytest.fixture
def counter(monkeypatch):
    return ScrollCounter(monkeypatch)


@pytest.fixture
def harness(counter, tmp_path, yahoo):
    harness = CacheHarness(tmp_path, yahoo)
    yield harness
    harness.service.close()


@pytest.mark.parametrize(
    ("name", "n_days", "n_bars"), [("1h", 20, 1_000), ("4h", 20, 200), ("1m", 2, 2_000), ("5m", 5, 2_000)]
)
def test_a_scroll_step_into_unstored_history_takes_two_plans_and_two_reads(
    harness, yahoo, counter, name, n_days, n_bars
):
    harness.bars(name, days_back(n_days))
    n_asked = len(yahoo.requests)
    with counter.counting():
        first, last, events = ChartStandIn(harness).show(name, n_bars)
    assert len(first.bars) < n_bars
    assert first.edge is EdgeState.LOADING
    assert len(last.bars) == n_bars
    assert len(yahoo.requests) == n_asked + 1
    assert [type(event) for event in events] == [BarsStored]
    assert len(counter.plans) <= 2, counter.plans
    assert len(counter.reads) <= 2
    assert len(counter.reads_for_writing) <= 3


def test_nothing_is_planned_on_the_thread_that_asks(harness, counter):
    harness.bars("1h", days_back(20))
    with counter.counting():
        ChartStandIn(harness).show("1h", 1_000)
    assert counter.plans
    assert all(name.startswith("candledesk-") for name in counter.plans)


def test_a_step_within_stored_history_plans_nothing_and_reads_the_ledger_once(harness, counter):
    ChartStandIn(harness).show("1h", 1_000)
    with counter.counting():
        first, _, events = ChartStandIn(harness).show("1h", 600)
    assert len(first.bars) == 600
    assert not counter.plans
    assert len(counter.reads) == 1
    assert not events


def test_bars_between_two_stored_parts_come_with_two_plans(harness, yahoo, counter):
    hours = yahoo.truth("AAA", "1h", days_back(300)).open_time
    harness.bars("1h", Span(int(hours[0]), int(hours[0]) + 1))
    harness.bars("1h", days_back(20))
    with counter.counting():
        _, last, events = ChartStandIn(harness).show("1h", 1_000, anchor=int(hours[-1]))
    np.testing.assert_array_equal(last.bars.open_time, hours[-1_001:-1])
    assert [type(event) for event in events] == [BarsStored]
    assert len(counter.plans) <= 2, counter.plans
    assert len(counter.reads) <= 2


def test_a_span_for_a_script_is_planned_before_its_request_and_after_its_answer(harness, yahoo, counter):
    harness.bars("1h", days_back(20))
    n_asked = len(yahoo.requests)
    with counter.counting():
        assert harness.bars("1h", days_back(60)).complete
    assert len(yahoo.requests) == n_asked + 1
    assert len(counter.plans) <= 2, counter.plans
    assert len(counter.reads) <= 2
