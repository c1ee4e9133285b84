"""What a backfill is said to cost, before it is started."""

from candledesk.cache.queries.estimates import guess_cost
from candledesk.domain.span import Span
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S

MINUTES = Span(NOW // DAY_S * DAY_S - 25 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


def test_an_estimate_counts_what_is_then_asked(primed_harness, yahoo):
    series = [("AAA", INTERVALS["1m"]), ("BBB", INTERVALS["1h"]), ("AAA", INTERVALS["1d"])]
    n = len(yahoo.requests)
    estimate = primed_harness.cache.estimate_backfill(series, None).result(WAIT_S)
    assert len(yahoo.requests) == n  # nothing is asked for it
    jobs = primed_harness.cache.start_backfills(series, None).result(WAIT_S)
    ended = [primed_harness.cache.wait_job(job.job_id).result(WAIT_S) for job in jobs]
    assert (estimate.n_series, estimate.unknown) == (3, ())
    assert abs(estimate.n_requests - (len(yahoo.requests) - n)) <= 1
    assert 0 < estimate.n_bars <= sum(job.bars_expected for job in ended)
    after = primed_harness.cache.estimate_backfill(series, None).result(WAIT_S)
    assert (after.n_requests, after.n_bars, after.seconds) == (0, 0, 0.0)


def test_an_estimate_names_new_symbols_whose_first_look_is_one_of_its_requests(primed_harness):
    estimate = primed_harness.cache.estimate_backfill(
        [("NEW", INTERVALS["1m"]), ("NEW", INTERVALS["1d"])], None
    ).result(WAIT_S)
    assert estimate.unknown == ("NEW",)
    guesses = [guess_cost(INTERVALS[name], None, NOW, LIMITS[name])[0] for name in ("1m", "1d")]
    assert estimate.n_requests == sum(guesses)
