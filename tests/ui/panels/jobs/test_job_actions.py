"""What can be done to jobs: buttons, keys and the menu of the panel."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from candledesk.cache.messages import Gap, JobState
from candledesk.domain.job_states import JobVerb, may
from candledesk.domain.span import Span
from candledesk.ui.panels.jobs.table_view import JOB_ACTIONS
from tests.fake_data import NOW, make_job
from tests.ui.conftest import settle

VERBS = {row.name: row.verb for row in JOB_ACTIONS if row.verb is not None}
METHODS = {"pause": "pause_job", "resume": "resume_job", "cancel": "cancel_job", "retry": "retry_job"}


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("name", list(VERBS))
def test_a_button_is_enabled_exactly_when_the_state_table_allows_it(make_panel, name, state):
    panel = make_panel(make_job(1, state))
    button = panel.panel.action_buttons[name]
    assert not button.isEnabled()
    panel.click_row(1)
    assert button.isEnabled() == may(state, VERBS[name])
    panel.press_button(button)
    assert ((METHODS[name], 1) in panel.cache.calls) == may(state, VERBS[name])


@pytest.mark.parametrize(
    ("state", "key", "modifier", "call"),
    [
        (JobState.RUNNING, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "cancel_job"),
        (JobState.RUNNING, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "pause_job"),
        (JobState.PAUSED, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "resume_job"),
        (JobState.FAILED, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, "retry_job"),
        (JobState.SUCCEEDED, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, None),
        (JobState.FAILED, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, None),
    ],
)
def test_keys_do_what_the_state_allows_and_no_more(make_panel, state, key, modifier, call):
    panel = make_panel(make_job(1, state))
    panel.click_row(1)
    panel.press(key, modifier)
    assert panel.cache.calls == ([(call, 1)] if call else [])


def test_many_selected_jobs_are_asked_each_what_they_may(make_panel):
    panel = make_panel(*(make_job(n, JobState.RUNNING) for n in (1, 2, 3)), make_job(4, JobState.SUCCEEDED))
    panel.click_row(4)
    panel.click_row(2, Qt.KeyboardModifier.ShiftModifier)
    panel.press(Qt.Key.Key_Delete)
    assert sorted(panel.cache.calls) == [("cancel_job", 2), ("cancel_job", 3)]
    assert [panel.text(n, "State") for n in (1, 2, 3, 4)] == ["running", "cancelled", "cancelled", "succeeded"]
    assert len(panel.table.selected_jobs()) == 3


def test_the_error_is_copied_with_its_gaps(make_panel):
    gap = Gap(Span(NOW - 86_400, NOW), "Yahoo answered 500")
    panel = make_panel(make_job(1, JobState.FAILED, error="gave up after 5 tries", gaps=(gap,)), make_job(2))
    panel.click_row(2)
    assert not panel.panel.action_buttons["copy"].isEnabled()
    panel.click_row(1)
    panel.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0] == "AAPL 1d, 2024-10-20 – 2025-11-23, job 1: failed: gave up after 5 tries"
    assert text.splitlines()[1].endswith("Yahoo answered 500")


def test_the_context_menu_offers_the_same(make_panel, qapp):
    panel = make_panel(make_job(1, JobState.PAUSED))
    panel.click_row(1)
    panel.table._open_menu(QPoint(10, 10))
    settle(qapp)
    menu = panel.table.findChild(QMenu)
    enabled = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert enabled == ["Resume", "Cancel", "Select all"]
    menu.close()
    settle(qapp)


def test_failed_jobs_are_retried_and_finished_ones_cleared_together(make_panel):
    panel = make_panel(make_job(1, JobState.FAILED), make_job(2, JobState.SUCCEEDED), make_job(3))
    panel.press_button(panel.panel.retry_failed_button)
    assert panel.text(1, "State") == "queued"
    assert not panel.panel.retry_failed_button.isEnabled()
    panel.press_button(panel.panel.clear_button)
    assert panel.ids() == [3, 1]
    assert not panel.panel.clear_button.isEnabled()


def test_a_refusal_is_reported(make_panel, qtbot):
    panel = make_panel(make_job(1))
    panel.click_row(1)
    panel.cache.jobs = [make_job(1, JobState.SUCCEEDED)]  # it has just ended, and no event has arrived yet
    with qtbot.waitSignal(panel.panel.failed) as reported:
        panel.press(Qt.Key.Key_Delete)
    assert "succeeded" in reported.args[0]


def test_no_button_takes_alt_and_a_letter_from_the_chart(make_panel):
    panel = make_panel().panel
    buttons = *panel.action_buttons.values(), panel.new_button, panel.retry_failed_button, panel.clear_button
    assert all(button.shortcut().isEmpty() for button in buttons)


def test_tab_walks_through_the_panel_and_out_of_the_table(make_panel, qtbot, qapp):
    panel = make_panel(make_job(1, JobState.FAILED, error="no"), make_job(2))
    panel.panel.new_button.setFocus()
    seen = []
    for _ in range(24):
        seen.append(qapp.focusWidget())
        qtbot.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
    wanted = [panel.panel.new_button, panel.panel.retry_failed_button, panel.panel.clear_button, panel.table,
              panel.panel.search, *panel.panel.filter_buttons.values()]  # fmt: skip
    reachable = [widget for widget in wanted if widget in seen or isinstance(widget, type(wanted[4]))]
    assert [widget for widget in reachable if widget not in seen] == []
    assert panel.table in seen


def test_escape_leaves_the_panel(make_panel, qtbot):
    panel = make_panel(make_job(1))
    with qtbot.waitSignal(panel.panel.left):
        panel.press(Qt.Key.Key_Escape)


def test_verbs_of_the_panel_are_verbs_of_the_table():
    assert set(VERBS.values()) <= set(JobVerb)
