from datetime import UTC

import pytest

from candledesk.cache.messages import BackfillEstimate, BreakerState, JobState, LimiterState
from candledesk.ui.panels.jobs.backfill_series import MAX_SERIES, find_mistake, read_symbols
from candledesk.ui.panels.jobs.job_list import JobBook, is_stale
from candledesk.ui.panels.jobs.texts import duration_text, estimate_text, names_text, reason_text, requests_text
from tests.fake_data import NOW, make_job

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "1 s"), (42.4, "42 s"), (59.6, "1 min"), (240, "4 min"), (3_600, "1 h"), (7_800, "2 h 10 min"),
        (86_399, "24 h"), (86_400, "1 day"), (300_000, "3 days"),
    ],
)  # fmt: skip
def test_durations_are_round(seconds, words):
    assert duration_text(seconds) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LimiterState(3, 0.0, CLOSED), "Requests can be sent at once"),
        (LimiterState(0, 4.0, CLOSED), "Next request in 4 s"),
        (LimiterState(0, 70.0, OPEN, NOW + 70, provider="Yahoo"), "Paused by Yahoo until 00:01"),
        (LimiterState(0, 9e4, OPEN, NOW + 90_000, provider="Yahoo"), "Paused by Yahoo until 2025-11-25 01:00"),
        (LimiterState(0, 0.0, OPEN, NOW - 1, provider="Yahoo"), "Trying Yahoo again"),
        (LimiterState(0, 0.0, HALF_OPEN, provider="Yahoo"), "Trying Yahoo again"),
        (LimiterState(0, 8.0, CLOSED, NOW + 8, is_offline=True), "Offline, trying again in 8 s"),
        (LimiterState(0, 0.0, CLOSED, is_offline=True), "Offline, trying again"),
    ],
)
def test_the_limiter_in_words(state, words):
    assert requests_text(state, NOW, UTC) == words


def test_a_job_that_waits_says_until_when():
    waiting = make_job(1, JobState.QUEUED, error="no answer", next_try_at=NOW + 60)
    assert reason_text(waiting, NOW, UTC) == "no answer; next try at 00:01"
    assert reason_text(waiting, NOW + 61, UTC) == "no answer"


def test_estimates_in_words():
    assert estimate_text(BackfillEstimate(1, 0, 0.0, 0)) == ("Everything is stored already: no request is needed.")
    assert estimate_text(BackfillEstimate(1, 1, 2.0, 1)) == (
        "About 1 request and 1 new bar, in about 2 s at the rate limit."
    )
    assert names_text([f"S{n}" for n in range(14)]).endswith("S11 and 2 more")


def test_symbols_are_read_from_any_paste():
    assert read_symbols(" aapl,MSFT\n\tbrk-b;;aapl\n") == (("AAPL", "MSFT", "BRK-B"), ())
    assert read_symbols("AAPL $$ x" + "y" * 40) == (("AAPL",), ("$$", "x" + "y" * 40))
    assert "at most" in find_mistake(tuple(map(str, range(MAX_SERIES + 1))), (None,), None)


def test_an_event_is_stale_by_its_time_and_within_a_second_by_the_state_table():
    running, cancelled = make_job(1, JobState.RUNNING), make_job(1, JobState.CANCELLED)
    assert is_stale(cancelled, running)
    assert not is_stale(running, cancelled)
    assert not is_stale(cancelled, make_job(1, JobState.RUNNING, updated_at=NOW + 1))
    assert is_stale(make_job(1, updated_at=NOW + 1), cancelled)


def test_an_event_that_arrives_during_a_list_request_is_kept():
    book = JobBook()
    book.put(make_job(1))
    book.begin_list()
    book.put(make_job(3, JobState.QUEUED))
    book.take_list([make_job(2)])
    assert book.order() == [3, 2]
