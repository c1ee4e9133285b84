"""What a series needs to stay whole: pure decisions over coverage, sessions and the clock."""

from dataclasses import replace

import pytest

from candledesk.cache.rules.planner import Facts
from candledesk.cache.rules.update_rules import (
    Unbroken,
    asked_at,
    expired_spans,
    is_settled,
    next_archive_run,
    next_update,
    unbroken,
)
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import NOW, all_day_calendar, weekday_calendar

HAVE, EMPTY, FAILED = CoverageState.HAVE, CoverageState.KNOWN_EMPTY, CoverageState.FAILED
PROVISIONAL, REFUSED = CoverageState.PROVISIONAL, CoverageState.REFUSED
TODAY = NOW // DAY_S * DAY_S  # a Wednesday
OPEN, CLOSE = TODAY + 52_200, TODAY + 75_600
WEEKDAYS, ALL_DAYS = weekday_calendar(), all_day_calendar()


def facts(*coverage, interval="1m", calendar=WEEKDAYS, now=NOW):
    return Facts(INTERVALS[interval], calendar, tuple(coverage), None, now, LIMITS[interval])


def row(start, end, state=HAVE, fetched_at=NOW - 60, expires_at=None):
    return Coverage(Span(start, end), state, fetched_at, expires_at)


def whole(now, fetched_at):
    """Everything up to ``now`` asked at ``fetched_at``, the last minute still forming."""
    edge = now // 60 * 60
    parts = [row(TODAY - 20 * DAY_S, edge, HAVE, fetched_at)]
    return [*parts, row(edge, edge + 60, PROVISIONAL, fetched_at, fetched_at + 30)]


def test_a_series_that_was_never_asked_is_due():
    assert next_update(facts(), 0, 60, 30) <= NOW


@pytest.mark.parametrize("asleep_s", [60, 600, 2 * HOUR_S])
def test_however_many_ticks_have_passed_one_is_due(asleep_s):
    asked = NOW - asleep_s
    due = next_update(facts(*whole(NOW, asked)), asked, 60, 30)
    assert asked < due <= NOW
    assert next_update(facts(*whole(NOW, NOW)), NOW, 60, 30) == NOW // 60 * 60 + 62


def test_a_tick_that_follows_at_once_is_left_out():
    asked = NOW // 60 * 60 + 40
    at = facts(*whole(asked, asked), now=asked)
    assert next_update(at, asked, 60, 10) == asked + 22
    assert next_update(at, asked, 60, 30) == asked + 82


def test_a_clock_that_was_set_back_waits_for_the_next_tick_only():
    ahead = NOW + HOUR_S
    due = next_update(facts(*whole(NOW, ahead)), ahead, 60, 30)
    assert NOW < due <= NOW + 60


def test_a_closed_venue_is_left_alone_once_everything_is_final():
    night = CLOSE + 3 * HOUR_S
    final = facts(
        row(TODAY - 20 * DAY_S, CLOSE, HAVE, TODAY - 9 * DAY_S), now=night
    )  # merged rows keep the oldest time
    assert is_settled(final)
    assert next_update(final, asked_at(final), 60, 30) == OPEN + DAY_S + 62


def test_a_closed_venue_is_asked_once_more_for_what_was_not_final():
    night = CLOSE + 3 * HOUR_S
    moving = facts(*whole(CLOSE - 60, CLOSE - 50), now=night)
    assert not is_settled(moving)
    assert next_update(moving, asked_at(moving), 60, 30) <= night
    assert next_update(moving, night, 60, 30) == OPEN + DAY_S + 62  # even when that changed nothing


def test_a_series_is_settled_when_nothing_of_its_last_sessions_is_missing_or_can_change():
    night = CLOSE + 3 * HOUR_S
    assert not is_settled(facts(now=night))
    known = row(TODAY - 20 * DAY_S, CLOSE - 60, HAVE, night)
    forming = row(CLOSE - 60, CLOSE, PROVISIONAL, night, night + 30)  # believed for now, and yet not final
    assert not is_settled(facts(known, forming, now=night))
    assert is_settled(facts(known, replace(forming, state=HAVE, expires_at=None), now=night))
    assert is_settled(facts(now=int(WEEKDAYS.open[0]) - 1)), "before the first session there is nothing to know"
    assert asked_at(facts(known, now=int(WEEKDAYS.open[0]) - 1)) == 0


def test_the_last_update_of_a_session_is_not_left_out_for_the_next_morning():
    asked = CLOSE + 10
    at = facts(*whole(CLOSE, asked), now=asked)
    assert next_update(at, asked, 60, 30) == next_update(at, asked, 60, 600) == CLOSE + 122


def test_the_last_update_of_the_calendar_is_not_left_out():
    last = int(WEEKDAYS.close[-1])
    at = facts(now=last + 10)
    assert next_update(at, last + 10, 60, 600) == last + 122


def test_what_failed_does_not_count_as_asked():
    assert asked_at(facts(row(TODAY - DAY_S, NOW, FAILED))) == 0
    assert asked_at(facts(row(TODAY - 9 * DAY_S, TODAY - 8 * DAY_S))) == 0
    assert asked_at(facts(row(TODAY - DAY_S, NOW))) == NOW - 60


def test_empty_sessions_are_asked_again_when_their_time_has_come():
    start, end = OPEN - DAY_S, CLOSE - DAY_S
    empty = row(start, end, EMPTY, NOW - HOUR_S, NOW + 1)
    assert expired_spans(facts(empty)) == []
    assert expired_spans(facts(replace(empty, expires_at=NOW))) == [Span(start, end)]
    assert expired_spans(facts(replace(empty, expires_at=None))) == []
    assert expired_spans(facts(replace(empty, state=FAILED, expires_at=NOW))) == [Span(start, end)]


def test_neighbours_are_asked_together_but_never_across_what_nobody_asked():
    days = [(OPEN - n * DAY_S, CLOSE - n * DAY_S) for n in (1, 2, 7, 20)]
    empty = [row(*day, EMPTY, NOW - HOUR_S, NOW - 1) for day in days]
    assert expired_spans(facts(*sorted(empty, key=lambda r: r.span))) == [
        Span(days[1][0], days[0][1]),
        Span(*days[2]),
        Span(*days[3]),
    ]


def test_nothing_is_asked_beyond_the_look_back():
    old = row(OPEN - 35 * DAY_S, CLOSE - 35 * DAY_S, EMPTY, NOW - DAY_S, NOW - 1)
    assert expired_spans(facts(old)) == []
    edge = row(NOW - 35 * DAY_S, NOW - 20 * DAY_S, EMPTY, NOW - DAY_S, NOW - 1)
    assert expired_spans(facts(edge))[-1].start == facts().floor[0]


def test_an_archive_run_is_due_after_each_close():
    assert next_archive_run(facts(), None) == NOW
    yesterday = CLOSE - DAY_S + 1_000
    assert next_archive_run(facts(), yesterday) == CLOSE + 120 + 2 + 600
    assert next_archive_run(facts(), CLOSE - DAY_S) == CLOSE - DAY_S + 722  # it ran while the bars could still change
    assert next_archive_run(facts(interval="1d"), yesterday + 4 * HOUR_S) == CLOSE + 4 * HOUR_S + 602
    assert next_archive_run(facts(calendar=ALL_DAYS), TODAY - 60) == TODAY + 722
    assert next_archive_run(facts(), NOW + DAY_S) <= CLOSE + 722  # the clock was set back


def test_an_archive_run_is_never_delayed_beyond_the_look_back():
    closed = replace(WEEKDAYS, **{name: getattr(WEEKDAYS, name)[:300] for name in ("date", "open", "close")})
    last = int(closed.close[-1]) + 1_000
    assert last < next_archive_run(facts(calendar=closed), last) < last + 8 * DAY_S


def test_unbroken_counts_from_the_first_bar_after_the_last_gap():
    start = OPEN - 15 * DAY_S
    assert unbroken(facts()) is None
    assert unbroken(facts(row(start, NOW))) == Unbroken(start, NOW, 0)
    broken = facts(row(start, OPEN - 8 * DAY_S), row(OPEN - 7 * DAY_S, NOW))
    assert unbroken(broken) == Unbroken(OPEN - 7 * DAY_S, NOW, 0)


def test_an_archive_outgrows_the_look_back():
    start = OPEN - 105 * DAY_S
    assert unbroken(facts(row(start, NOW))).since == start


def test_a_night_or_a_weekend_is_no_gap():
    assert (
        unbroken(facts(row(OPEN - 9 * DAY_S, CLOSE - 5 * DAY_S), row(OPEN - 2 * DAY_S, NOW))).since == OPEN - 9 * DAY_S
    )


def test_work_to_come_is_no_gap_but_what_the_look_back_cut_off_is():
    start = OPEN - 9 * DAY_S
    assert unbroken(facts(row(start, OPEN - 5 * DAY_S + 60))) == Unbroken(start, OPEN - 5 * DAY_S + 60, 0)
    gone = facts(row(start, start + DAY_S), now=NOW + 40 * DAY_S)
    assert unbroken(gone) is None
    back = replace(gone, coverage=(*gone.coverage, row(NOW + 20 * DAY_S, NOW + 40 * DAY_S)))
    assert unbroken(back).since > NOW + 20 * DAY_S - DAY_S


def test_what_was_refused_or_failed_breaks_it_and_an_empty_session_is_counted():
    start = OPEN - 15 * DAY_S
    for state in (REFUSED, FAILED):
        rows = [
            row(start, OPEN - 8 * DAY_S),
            row(OPEN - 8 * DAY_S, OPEN - 7 * DAY_S, state),
            row(OPEN - 7 * DAY_S, NOW),
        ]
        assert unbroken(facts(*rows)).since == OPEN - 7 * DAY_S
    rows[1] = replace(rows[1], state=EMPTY)
    assert unbroken(facts(*rows)) == Unbroken(start, NOW, 1)
    assert unbroken(facts(row(HISTORY_START, HISTORY_START + 1, REFUSED))) is None


def test_bars_that_may_have_changed_are_no_gap():
    moving = row(CLOSE - DAY_S, OPEN, PROVISIONAL, NOW - DAY_S, NOW - DAY_S + 30)
    assert unbroken(facts(row(OPEN - 9 * DAY_S, CLOSE - DAY_S), moving, row(OPEN, NOW))).since == OPEN - 9 * DAY_S
