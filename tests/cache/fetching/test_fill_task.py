"""What a fill task keeps of its plan and of its tries, and that nobody but the scheduler changes it."""

import ast
from dataclasses import fields
from pathlib import Path

import candledesk.cache
from candledesk.cache.fetching.fill_task import Attempt, FillPlan, FillTarget, FillTask, Priority
from candledesk.cache.messages import Gap
from candledesk.domain.span import Span
from tests.cache.conftest import INTERVALS

HOUR = INTERVALS["1h"]


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


def test_only_the_scheduler_writes_to_a_fill_task():
    names = {field.name for field in fields(FillTask)}
    written = []
    for path in sorted(Path(candledesk.cache.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_write = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in names
            if is_write and isinstance(node.value, ast.Name) and node.value.id == "task":
                written.append(path.name)
    assert set(written) == {"fill_scheduler.py"}
