"""The marks of a span: everything that is not simply stored, once, with its reason."""

import itertools
from dataclasses import dataclass

import pytest

from candledesk.cache.rules.coverage_marks import MAX_MARKS, find_marks, with_odd
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import Coverage, CoverageMark, CoverageState, MarkState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import series_id
from tests.cache.conftest import FIRST_DAY, NOW, WAIT_S, days_back
from tests.cache.rules.facts import facts_of


def marks_of(harness, name, span):
    return harness.cache.read_marks("AAA", INTERVALS[name], span).result(WAIT_S)


def write_failure(harness, span):
    """Note in the ledger that a span of hours could not be fetched, to be tried again at once."""

    def fail(connection):
        with transaction(connection):
            series = series_id(connection, "AAA", INTERVALS["1h"])
            write_coverage(connection, series, [Coverage(span, CoverageState.FAILED, NOW, NOW - 1, "HTTP 500")])

    harness.service._writer.submit(fail).result(WAIT_S)


def test_a_failure_between_two_sessions_loses_no_bar_and_has_no_mark(harness):
    asked = Span((NOW // DAY_S - 100) * DAY_S, (NOW // DAY_S - 60) * DAY_S)
    harness.bars("1h", asked)
    night = Span((NOW // DAY_S - 80) * DAY_S, (NOW // DAY_S - 80) * DAY_S + 50_000)
    write_failure(harness, night)
    assert marks_of(harness, "1h", asked) == ()


def test_a_mark_of_a_failure_ends_where_bars_do_and_is_gone_once_they_came(harness, yahoo):
    asked = Span((NOW // DAY_S - 100) * DAY_S, (NOW // DAY_S - 60) * DAY_S)
    harness.bars("1h", asked)
    lost = Span((NOW // DAY_S - 88) * DAY_S, (NOW // DAY_S - 81) * DAY_S)
    write_failure(harness, lost)
    (mark,) = marks_of(harness, "1h", asked)
    bars = expected_open_times(yahoo.calendar(), INTERVALS["1h"], lost)
    assert mark.state is MarkState.FAILED
    assert mark.span == Span(int(bars[0]), int(bars[-1]) + 3_600)
    assert lost.start < mark.span.start < mark.span.end < lost.end
    harness.bars("1h", asked)
    assert marks_of(harness, "1h", asked) == ()
    assert not [row for row in harness.coverage("1h") if row.state is CoverageState.FAILED]


def test_what_is_stored_has_no_mark_and_what_was_never_asked_is_missing(harness):
    asked = Span((NOW // DAY_S - 100) * DAY_S, (NOW // DAY_S - 60) * DAY_S)
    harness.bars("1h", asked)
    assert marks_of(harness, "1h", asked) == ()
    (before, after) = marks_of(harness, "1h", Span(asked.start - 10 * DAY_S, asked.end + 10 * DAY_S))
    assert before.state is after.state is MarkState.MISSING
    assert before.span.end <= asked.start
    assert after.span.start >= asked.end
    assert before.reason == "not fetched yet"


def test_the_forming_session_is_provisional_and_before_the_listing_is_refused(harness):
    harness.bars("1d", Span(FIRST_DAY - 9 * DAY_S, NOW))
    marks = marks_of(harness, "1d", Span(FIRST_DAY - 100 * DAY_S, NOW + DAY_S))
    assert [mark.state for mark in marks] == [MarkState.REFUSED, MarkState.PROVISIONAL]
    assert "listing" in marks[0].reason
    assert marks[-1].expires_at > NOW


def test_a_session_that_the_provider_lost_is_known_to_be_empty(harness, yahoo):
    span = days_back(20, NOW - 10 * DAY_S)
    plain, lost = yahoo.truth, (NOW // DAY_S - 15) * DAY_S

    def truth(symbol, name, asked):
        bars = plain(symbol, name, asked)
        return bars.take(bars.open_time // DAY_S * DAY_S != lost)

    yahoo.truth = truth
    harness.bars("1h", span)
    (mark,) = marks_of(harness, "1h", span)
    assert mark.state is MarkState.KNOWN_EMPTY
    assert lost <= mark.span.start < mark.span.end <= lost + DAY_S
    assert mark.fetched_at == NOW
    assert mark.expires_at > NOW


def test_a_failed_window_is_marked_once_with_its_reason_and_next_try(harness, yahoo):
    harness.bars("1h", days_back(3))
    yahoo.script = lambda request: FaultAnswer("HTTP 500")
    span = Span(NOW - 60 * DAY_S, NOW - 50 * DAY_S)
    harness.backfill("1h", span)
    marks = marks_of(harness, "1h", span)
    assert {mark.state for mark in marks} == {MarkState.FAILED}
    assert all("500" in mark.reason and mark.expires_at > NOW for mark in marks)
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(marks))


def test_a_derived_interval_has_the_marks_of_its_base_and_an_unknown_symbol_none(harness):
    harness.bars("1d", Span(FIRST_DAY - 9 * DAY_S, NOW))
    span = Span(FIRST_DAY - 100 * DAY_S, NOW + DAY_S)
    assert marks_of(harness, "1wk", span) == marks_of(harness, "1d", span)
    assert harness.cache.read_marks("ZZZ", INTERVALS["1d"], span).result(WAIT_S) == ()


@pytest.mark.parametrize("name", ["1m", "1h", "1d"])
def test_marks_are_disjoint_and_inside_the_span(harness, name):
    harness.bars(name, days_back(4))
    span = Span(NOW - 900 * DAY_S, NOW + DAY_S)
    marks = marks_of(harness, name, span)
    assert marks
    assert all(span.start <= mark.span.start < mark.span.end <= span.end for mark in marks)
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(marks))


# -- without a cache


def test_a_refusal_of_the_provider_has_a_mark_and_bars_that_are_stored_before_the_look_back_have_none():
    floor = facts_of("1h", first=None).floor[0]
    stored = Coverage(Span(floor - 20 * DAY_S, floor - 10 * DAY_S), CoverageState.HAVE, NOW)
    refused = Coverage(Span(floor + 10 * DAY_S, floor + 20 * DAY_S), CoverageState.REFUSED, NOW, None, "halted")
    marks = find_marks(Span(floor - 30 * DAY_S, floor + 20 * DAY_S), facts_of("1h", [stored, refused], first=None))
    found = [(mark.state, mark.span) for mark in marks]
    assert (MarkState.REFUSED, Span(floor - 30 * DAY_S, floor - 20 * DAY_S)) in found
    assert (MarkState.REFUSED, Span(floor - 10 * DAY_S, floor)) in found
    assert (MarkState.REFUSED, refused.span) in found
    assert not any(mark.span.overlaps(stored.span) for mark in marks)


def test_what_finer_bars_make_is_marked_so_and_not_as_refused():
    floor = facts_of("5m", first=None).floor[0]
    made = Span(floor - 20 * DAY_S, floor - 10 * DAY_S)
    marks = find_marks(Span(floor - 30 * DAY_S, floor), facts_of("5m", first=None), [(made, "1m")])
    assert [(mark.state, mark.span) for mark in marks] == [
        (MarkState.REFUSED, Span(floor - 30 * DAY_S, made.start)),
        (MarkState.DERIVED, made),
        (MarkState.REFUSED, Span(made.end, floor)),
    ]
    assert marks[1].reason == "made from stored 1m bars"


@dataclass
class Flagged:
    open_time: int
    flags: int = int(Oddity.JUMP)


DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]


def odd_marks(found, interval=DAY, shown=DAY, marks=()):
    return with_odd(marks, found, interval, shown)


def test_flagged_bars_up_to_three_bars_apart_share_a_mark():
    days = [Flagged(day * DAY_S) for day in (10, 13, 17)]
    first, second = odd_marks(days)
    assert (first.span, second.span) == (Span(10 * DAY_S, 14 * DAY_S), Span(17 * DAY_S, 18 * DAY_S))
    assert (first.state, first.reason) == (MarkState.ODD, "2 odd bars: price far from its neighbours")
    assert second.reason == "1 odd bar: price far from its neighbours"


def test_over_a_long_time_flagged_bars_that_fall_on_one_place_share_a_mark():
    near = 10 * DAY_S  # of 1,500 days, of which 150 marks are kept apart
    bars = [Flagged(time) for time in (0, near, 2 * near + 1, 1_500 * DAY_S)]
    assert [mark.span.start for mark in odd_marks(bars, HOUR, HOUR)] == [0, 2 * near + 1, 1_500 * DAY_S]
    shifted = [Flagged(bar.open_time + 9_000 * DAY_S) for bar in bars]
    assert len(odd_marks(shifted, HOUR, HOUR)) == 3, "only how far they reach counts, not when they are"


def test_a_mark_of_flagged_bars_says_every_reason_and_of_which_interval_they_are():
    bars = [Flagged(0, int(Oddity.UNIT)), Flagged(DAY_S, int(Oddity.OPEN_UNKNOWN))]
    (mark,) = odd_marks(bars, DAY, INTERVALS["1wk"])
    assert mark.reason == "2 odd 1d bars: open unknown; sent in the other unit of the currency, converted"
    assert odd_marks(bars[:1], DAY, INTERVALS["1wk"])[0].reason.startswith("1 odd 1d bar: ")
    assert odd_marks([]) == ()


@pytest.mark.parametrize(("n_marks", "n_kept"), [(MAX_MARKS - 2, 2), (MAX_MARKS - 1, 1), (MAX_MARKS, 0)])
def test_more_marks_than_fit_leave_the_newest_flagged_bars(n_marks, n_kept):
    marks = [CoverageMark(Span(n, n + 1), MarkState.MISSING, "") for n in range(n_marks)]
    bars = [Flagged(day * DAY_S) for day in (0, 10, 20)]
    found = odd_marks(bars, marks=marks)
    assert len(found) == MAX_MARKS
    assert [mark.span.start // DAY_S for mark in found[n_marks:]] == [0, 10, 20][3 - n_kept :]
