"""A question that got no answer changes nothing that is known (F16), and what can never be fetched is named (F17)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.job_states import JobState
from candledesk.domain.span import HISTORY_START, Span, merge_spans
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer
from tests.field.row_market import (
    NOW,
    RowMarket,
    Share,
    cache_over,
    closes_of,
    dates,
    is_complete_at_once,
    open_times,
    ordinary,
    through_a_cache,
    when,
)

DAYS = dates("2026-08-03", 83)  # to today, whose session is open
SPAN = Span(DAYS[0], NOW)
KNOWN = (CoverageState.HAVE, CoverageState.KNOWN_EMPTY, CoverageState.PROVISIONAL)


def listed():
    share = Share("AAA")
    share.put("1d", ordinary(DAYS))
    share.put("1h", ordinary(open_times(share.calendar, "1h", "2026-08-03", "2026-11-26"), seed=1))
    return share


def update(harness, name, symbol="AAA"):
    job = harness.cache.start_update([(symbol, INTERVALS[name])]).result(10)
    return harness.cache.wait_job(job.job_id).result(10)


def known(harness, name):
    """Return the spans of each state that the ledger calls known."""
    rows = harness.coverage(name)
    return {state: merge_spans(row.span for row in rows if row.state is state) for state in KNOWN}


NO_ANSWER = {
    "no network": FaultAnswer("connection refused", is_offline=True),
    "a broken answer": FaultAnswer("Yahoo's answer is not JSON"),
    "an odd refusal": RefusedAnswer(RefusalKind.BAD_REQUEST, "Bad request"),
}


@pytest.mark.parametrize("why", list(NO_ANSWER))
@pytest.mark.parametrize("name", ["1d", "1h"])
def test_f16_a_refused_refresh_leaves_the_stored_series_as_it_is(name, why):
    with cache_over(RowMarket(listed())) as harness:
        bars = is_complete_at_once(harness, name, SPAN)
        before = known(harness, name)
        harness.yahoo.script = lambda request: NO_ANSWER[why]
        update(harness, name)
        assert known(harness, name) == before
        assert not [row for row in harness.coverage(name) if row.state is CoverageState.FAILED]
        reply = harness.bars(name, SPAN, fill="none")
        assert reply.complete
        assert reply.bars.equals(bars)
        edge = harness.coverage(name)[-1]
        harness.yahoo.script = None
        harness.yahoo.now += 1_800
        update(harness, name)
        assert not [row for row in harness.coverage(name) if "failed" in row.reason]
    assert edge.state is CoverageState.PROVISIONAL
    assert edge.reason.startswith("last refresh failed: ")


WHY = st.sampled_from(list(NO_ANSWER))
QUESTION = st.tuples(st.sampled_from(["1d", "1h"]), st.integers(0, 75), st.integers(1, 20), WHY)


@given(st.lists(QUESTION, min_size=1, max_size=4), st.lists(QUESTION, min_size=1, max_size=4), st.integers(0, 3))
@through_a_cache
def test_random_questions_without_an_answer_lose_nothing(answered, unanswered, pause):
    share = listed()
    with cache_over(RowMarket(share)) as harness:
        for name, first, n_days, _ in answered:
            harness.bars(name, Span(DAYS[first], min(DAYS[first] + n_days * DAY_S, NOW)))
        before = {name: closes_of(harness.bars(name, SPAN, fill="none").bars) for name in ("1d", "1h")}
        have = {
            name: [row.span for row in harness.coverage(name) if row.state is CoverageState.HAVE] for name in before
        }
        harness.yahoo.now += pause * 600
        for name, first, n_days, why in unanswered:
            harness.yahoo.script = lambda request, why=why: NO_ANSWER[why]
            harness.bars(name, Span(DAYS[first], min(DAYS[first] + n_days * DAY_S, NOW)))
            update(harness, name)
        for name, closes in before.items():
            assert closes_of(harness.bars(name, SPAN, fill="none").bars) == closes
            assert [row.span for row in harness.coverage(name) if row.state is CoverageState.HAVE] == have[name]
        harness.yahoo.script, harness.yahoo.now = None, harness.yahoo.now + 2 * DAY_S
        for name in before:
            expected = {time: row[3] for time, row in share.rows[name].items() if time < NOW}
            assert closes_of(is_complete_at_once(harness, name, SPAN)) == expected


@pytest.mark.allow_logs
def test_a_limited_rate_changes_nothing_either():
    with cache_over(RowMarket(listed())) as harness:
        bars = is_complete_at_once(harness, "1h", SPAN)
        before = known(harness, "1h")
        harness.yahoo.script = lambda request: RateLimitedAnswer("Too Many Requests")
        update(harness, "1h")
        assert known(harness, "1h") == before
        assert harness.bars("1h", SPAN, fill="none").bars.equals(bars)


def test_f17_what_lies_before_the_look_back_is_a_gap_with_its_reason():
    share = listed()
    share.first = when("2004-08-19T13:30:00")
    with cache_over(RowMarket(share)) as harness:
        reply = harness.bars("1h", Span(when("2020-01-01"), NOW))
        early = harness.bars("1d", Span(when("2001-01-01"), NOW))
        job = harness.backfill("1h", Span(when("2020-01-01"), NOW))
        whole = harness.backfill("1h")
    assert not reply.complete
    assert reply.gaps[0].span.start == when("2020-01-01")
    assert "730 days" in reply.gaps[0].reason
    assert job.state is whole.state is JobState.SUCCEEDED
    assert job.gaps == reply.gaps[:1]
    assert whole.gaps == ()
    assert early.gaps[0].span.start == when("2001-01-01")
    assert "listing" in early.gaps[0].reason
    assert HISTORY_START < early.gaps[0].span.end <= when("2004-08-19")
