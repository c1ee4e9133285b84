"""Starting backfills: of symbols that are known, new or unknown, and of what cannot be started."""

import pytest

from candledesk.domain.errors import (
    InputError,
    UnknownJobError,
    UnknownSymbolError,
)
from candledesk.domain.job_states import JobState
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until

MINUTES = Span(NOW // DAY_S * DAY_S - 25 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


def test_an_unknown_symbol_does_not_keep_the_others_from_starting(primed_harness, yahoo):
    yahoo.unknown.add("NOPE")
    series = [(symbol, INTERVALS["1h"]) for symbol in ("AAA", "NOPE", "NEW", "BBB")]
    with pytest.raises(UnknownSymbolError, match="NOPE"):
        primed_harness.cache.start_backfills(series, HOURS).result(WAIT_S)
    wait_until(
        lambda: (
            len({job.symbol for job in primed_harness.cache.list_jobs().result(WAIT_S) if job.kind == "backfill"}) == 3
        )
    )
    rest = [one for one in series if one[0] != "NOPE"]
    jobs = primed_harness.cache.start_backfills(rest, HOURS).result(WAIT_S)
    assert [job.symbol for job in jobs] == ["AAA", "NEW", "BBB"]
    assert {primed_harness.cache.wait_job(job.job_id).result(WAIT_S).state for job in jobs} == {JobState.SUCCEEDED}


def test_what_cannot_be_meant_is_refused_through_the_future(primed_harness):
    day = INTERVALS["1d"]
    with pytest.raises(InputError):
        primed_harness.cache.start_backfills([("AAA", day), ("not a symbol", day)], HOURS).result(WAIT_S)
    with pytest.raises(InputError, match="future"):
        primed_harness.cache.start_backfills([("AAA", day)], Span(NOW + DAY_S, NOW + 2 * DAY_S)).result(WAIT_S)
    with pytest.raises(UnknownJobError):
        primed_harness.cache.pause_job(99_999).result(WAIT_S)
    assert primed_harness.cache.start_backfills([], None).result(WAIT_S) == []


def test_a_backfill_of_a_ratio_fills_both_and_an_estimate_counts_both(primed_harness):
    day = INTERVALS["1d"]
    estimate = primed_harness.cache.estimate_backfill([("AAA/BBB", day)], HOURS).result(WAIT_S)
    both = primed_harness.cache.estimate_backfill([("AAA", day), ("BBB", day)], HOURS).result(WAIT_S)
    assert estimate == both
    assert primed_harness.cache.start_backfill("AAA/BBB", day, HOURS).result(WAIT_S).symbol == "AAA"
    jobs = primed_harness.cache.start_backfills([("AAA/BBB", day)], HOURS).result(WAIT_S)
    assert [job.symbol for job in jobs] == ["AAA", "BBB"]
