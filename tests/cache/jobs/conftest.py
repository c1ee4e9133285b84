"""A cache that knows three symbols, and the steps of a job."""

import pytest

from candledesk.cache.messages import JobChanged
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until

MINUTES = Span(NOW // DAY_S * DAY_S - 25 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


@pytest.fixture
def primed_harness(harness):
    """The symbols are known, and what follows counts its own events."""
    for symbol in ("AAA", "BBB", "CCC"):
        harness.bars("1d", HOURS, symbol=symbol)
    harness.events.clear()
    return harness


def start(harness, name="1m", span=MINUTES, symbol="AAA"):
    return harness.cache.start_backfill(symbol, INTERVALS[name], span).result(WAIT_S)


def read(harness, job):
    return harness.cache.read_job(job.job_id).result(WAIT_S)


def finish(harness, job):
    return harness.cache.wait_job(job.job_id).result(WAIT_S)


def reported(harness, job):
    return [event.job for event in harness.events if isinstance(event, JobChanged) and event.job.job_id == job.job_id]


def hang(harness, yahoo, n=1):
    yahoo.gate.clear()
    return lambda: wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= n)


def breaks_in(yahoo, span, answer=None):
    """Let every 1m request that reaches into ``span`` fail."""

    def script(request):
        is_meant = request.interval.name == "1m" and request.span.overlaps(span)
        return (answer or FaultAnswer("broken")) if is_meant else None

    yahoo.script = script


HOLE = Span(MINUTES.start + 9 * DAY_S, MINUTES.start + 10 * DAY_S)
