"""What a fill task keeps of its plan and of its tries, and when a claim shows that a plan is out of date."""

import pytest

from candledesk.cache.fetching.fill_task import Attempt, FillPlan, FillTarget, FillTask, Priority
from candledesk.cache.fetching.single_flight import SingleFlight
from candledesk.cache.messages import Gap
from candledesk.domain.span import Span
from tests.cache.conftest import INTERVALS

HOUR, DAY = INTERVALS["1h"], INTERVALS["1d"]


def fill_plan(*windows, version=0):
    return FillPlan(None, windows, tuple(Gap(window, "not fetched yet") for window in windows), version)


def test_an_answered_window_leaves_the_others_newest_first():
    plan = fill_plan(Span(60, 100), Span(20, 60)).after(Span(60, 100), 1)
    assert plan.windows == (Span(20, 60),)
    assert [gap.span for gap in plan.gaps] == [Span(20, 60)]
    assert plan.version == 1


def test_an_answer_in_the_middle_of_a_window_leaves_its_ends():
    plan = fill_plan(Span(0, 100)).after(Span(40, 60), 1)
    assert plan.windows == (Span(60, 100), Span(0, 40))


def test_a_window_without_an_answer_stays():
    plan = fill_plan(Span(60, 100)).after(None, 7)
    assert (plan.windows, plan.version) == ((Span(60, 100),), 7)


def test_tries_are_counted_by_where_a_window_begins():
    attempt = Attempt(60, n_faults=2, held={61: (1, (1.0,))}, is_checked=True)
    assert attempt.of(Span(60, 140)) is attempt
    assert attempt.of(Span(20, 60)) == Attempt(20, is_checked=True)


def test_only_a_task_without_a_job_goes_on_by_its_plan():
    options = {"symbol": "AAA", "interval": HOUR, "target": FillTarget(), "priority": Priority.VIEWPORT}
    assert FillTask(**options).keeps_plan
    assert not FillTask(**options, job_id=1).keeps_plan
    assert not FillTask(**options, is_update=True).keeps_plan


def test_a_claim_made_with_an_old_version_is_refused():
    flights = SingleFlight()
    version = flights.version("AAA", HOUR)
    other = flights.take("AAA", HOUR, Span(0, 10), version)
    assert flights.take("AAA", HOUR, Span(20, 30), version) is not None
    assert flights.release(other) == version + 1
    assert flights.take("AAA", HOUR, Span(40, 50), version) is None
    assert flights.take("AAA", HOUR, Span(40, 50), version + 1) is not None


def test_a_release_changes_the_version_of_its_series_and_symbol_alone():
    flights = SingleFlight()
    flights.release(flights.take("AAA", HOUR, Span(0, 10), 0))
    assert [flights.version(*key) for key in (("AAA", HOUR), ("AAA",), ("AAA", DAY), ("BBB", HOUR))] == [1, 1, 0, 0]


@pytest.mark.parametrize("version", [0, 1])
def test_a_symbol_is_looked_up_once_by_all_who_want_it(version):
    flights = SingleFlight()
    claim = flights.take_first("AAA", HOUR, Span(0, 10), 0)
    assert flights.take_first("AAA", DAY, Span(0, 10), 0) is None
    flights.release(claim)
    assert (flights.take_first("AAA", DAY, Span(0, 10), version) is None) == (version == 0)
