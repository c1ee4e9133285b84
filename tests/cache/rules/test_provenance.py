"""Where bars came from: final or not, made of what, whose they are and when they were fetched."""

from candledesk.cache.rules.provenance import describe_provenance
from candledesk.domain.coverage import IMPORTED, Coverage, CoverageState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import FIRST_DAY, NOW
from tests.cache.rules.facts import facts_of

MONDAY = FIRST_DAY + 3 * DAY_S
TODAY = NOW // DAY_S * DAY_S
HAVE, PROVISIONAL, FAILED = CoverageState.HAVE, CoverageState.PROVISIONAL, CoverageState.FAILED


def have(start, end, fetched_at=NOW - 100, **facts):
    return Coverage(Span(start, end), HAVE, fetched_at, **facts)


def forming(start, end, reason="still forming or settling"):
    return Coverage(Span(start, end), PROVISIONAL, NOW - 7, NOW + 60, reason)


def provenance(name, open_time, *rows, derived=(), base=None):
    facts = facts_of(base or name, rows)
    series = "AAA", INTERVALS[name]
    return describe_provenance(series, Span(open_time, open_time + 1), facts, source="Yahoo Finance", derived=derived)


def test_a_settled_bar_of_the_provider_is_final():
    found = provenance("1d", MONDAY, have(FIRST_DAY, TODAY))
    assert (found.is_final, found.reason, found.sources, found.derived_from) == (True, "", ("Yahoo Finance",), ())
    assert (found.fetched_at, found.is_fetch_exact, found.next_check) == (NOW - 100, False, None)


def test_neighbours_share_the_oldest_fetch_but_no_bar_was_fetched_before_it_was_final():
    found = provenance("1d", MONDAY + 7 * DAY_S, have(FIRST_DAY, TODAY, fetched_at=FIRST_DAY))
    assert found.fetched_at > MONDAY + 8 * DAY_S
    assert not found.is_fetch_exact


def test_a_bar_that_forms_says_why_when_it_was_fetched_and_when_it_will_be_again():
    found = provenance("1d", TODAY, have(FIRST_DAY, TODAY), forming(TODAY, TODAY + DAY_S))
    assert (found.is_final, found.reason) == (False, "still forming or settling")
    assert (found.fetched_at, found.is_fetch_exact, found.next_check) == (NOW - 7, True, NOW + 60)


def test_a_bar_fetched_before_it_was_final_is_provisional_until_it_is_fetched_again():
    failed = "last refresh failed: no answer"
    found = provenance("1d", MONDAY, forming(MONDAY, MONDAY + DAY_S, failed))
    assert (found.is_final, found.reason) == (False, failed)


def test_imported_bars_have_their_file_as_source():
    found = provenance("1d", MONDAY, have(FIRST_DAY, TODAY, fetched_at=FIRST_DAY, source=IMPORTED))
    assert (found.sources, found.fetched_at) == (("Imported bars",), FIRST_DAY)


def test_a_week_is_made_from_stored_days():
    found = provenance("1wk", MONDAY, have(FIRST_DAY, TODAY), base="1d")
    assert (found.derived_from, found.is_final) == (("1d",), True)
    assert not provenance("1wk", TODAY - (TODAY // DAY_S + 3) % 7 * DAY_S, have(FIRST_DAY, TODAY), base="1d").is_final


def test_a_bar_beyond_the_lookback_is_made_from_finer_ones():
    open_time = MONDAY + 52_200
    derived = (Span(MONDAY, MONDAY + DAY_S), "1m"), (Span(MONDAY + DAY_S, MONDAY + 2 * DAY_S), "5m")
    found = provenance("1h", open_time, derived=derived)
    assert (found.derived_from, found.sources, found.fetched_at) == (("1m",), (), None)


def test_of_what_the_ledger_does_not_know_nothing_is_said():
    failure = Coverage(Span(FIRST_DAY, TODAY), FAILED, NOW - 5, NOW + 90, "the provider did not answer")
    found = provenance("1d", MONDAY, failure)
    assert (found.sources, found.fetched_at, found.next_check) == ((), None, NOW + 90)
