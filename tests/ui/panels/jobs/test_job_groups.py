"""Fills that scrolling starts stand in one line per series (WINDOW.md, rule 9)."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt

from candledesk.cache.messages import JobState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import Span
from candledesk.ui.panels.jobs.job_groups import merge_fills
from candledesk.ui.panels.jobs.job_list import JobFilter
from candledesk.ui.panels.jobs.texts import time_text
from tests.fake_data import NOW, make_job


def fill(number, state=JobState.SUCCEEDED, symbol="AAPL", **changes):
    return make_job(number, state, kind=JobKind.VIEWPORT, symbol=symbol, **changes)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["running", "succeeded"], "running"),
        (["succeeded", "queued", "running"], "running"),
        (["failed", "queued"], "queued"),
        (["succeeded", "failed"], "succeeded"),  # the newest one ended well
        (["failed", "succeeded"], "failed"),
        (["cancelled", "paused"], "paused"),
    ],
)
def test_a_group_is_what_is_under_way_else_how_the_newest_fill_ended(states, expected):
    jobs = [fill(9 - at, JobState(state)) for at, state in enumerate(states)]
    assert merge_fills(jobs).state == expected


def test_bars_are_counted_over_what_is_under_way_else_over_all():
    done, live = fill(1, bars_done=400), fill(2, JobState.RUNNING, bars_done=30, bars_expected=100)
    assert (merge_fills([live, done]).bars_done, merge_fills([live, done]).bars_expected) == (30, 100)
    both = merge_fills([done, done])
    assert (both.bars_done, both.bars_expected) == (800, 800)


def test_a_group_has_the_whole_span_and_the_latest_time():
    older = fill(1, span=Span(0, 50), updated_at=NOW - 9)
    merged = merge_fills([fill(2, span=Span(40, 90)), older])
    assert merged.span == Span(0, 90)
    assert merged.updated_at == NOW


def test_scrolling_one_series_adds_one_line_however_many_fills_it_takes(make_panel):
    panel = make_panel(make_job(1))
    panel.emit(*(fill(number, JobState.RUNNING) for number in range(2, 30)))
    assert panel.panel.model.rowCount() == 2
    panel.emit(fill(30, JobState.RUNNING, symbol="MSFT"), fill(31, interval=INTERVALS["5m"]))
    assert panel.panel.model.rowCount() == 4
    assert panel.panel.filter_buttons[JobFilter.UNDER_WAY].text() == "Under way  3"
    panel.emit(*(fill(number) for number in range(2, 30)))
    assert panel.panel.filter_buttons[JobFilter.UNDER_WAY].text() == "Under way  2"


def test_a_backfill_stays_a_line_of_its_own(make_panel):
    panel = make_panel(make_job(1), make_job(2), fill(3))
    assert [job_id for job_id in panel.ids() if job_id > 0] == [2, 1]
    assert panel.text(panel.ids()[0], "Kind") == "scrolling"


def test_the_line_stays_selected_and_its_actions_are_those_of_all_fills(make_panel):
    panel = make_panel(fill(1, JobState.RUNNING), fill(2, JobState.QUEUED), fill(3), make_job(9))
    group = next(job_id for job_id in panel.ids() if job_id < 0)
    panel.click_row(group)
    panel.emit(fill(4, JobState.RUNNING))
    assert {job.job_id for job in panel.table.selected_jobs()} == {1, 2, 3, 4}
    panel.press(Qt.Key.Key_Delete)
    cancelled = [number for name, number in panel.cache.calls if name == "cancel_job"]
    assert sorted(cancelled) == [1, 2, 4]


def test_a_list_without_the_fills_takes_the_line_away(make_panel, qtbot):
    panel = make_panel(fill(1), make_job(2))
    panel.cache.jobs = [make_job(2)]
    panel.panel.load()
    qtbot.waitUntil(lambda: panel.ids() == [2])


def test_the_list_says_when(make_panel):
    now, start = NOW + 7_200, NOW + 3_600
    live = make_job(1, created_at=start)
    assert time_text(live, now, UTC) == f"since {datetime.fromtimestamp(start, UTC):%H:%M}"
    ended = make_job(1, JobState.FAILED, updated_at=start)
    assert time_text(ended, now, UTC) == "01:00"
    assert time_text(ended, now + 86_400, UTC) == "2025-11-24 01:00"
    panel = make_panel(live)
    assert panel.text(1, "Time").startswith("since ")
