"""The job panel through real clicks and keys, and the form that starts backfills."""

from concurrent.futures import Future
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu

from candledesk.cache.messages import Gap, JobChanged, JobsChanged, JobState, LimiterChanged
from candledesk.domain.errors import EnvironmentFaultError, UnknownSymbolError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.job_states import JobVerb, may
from candledesk.domain.span import Span
from candledesk.ui.bridge import Bridge
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.jobs.job_list import JobFilter
from candledesk.ui.panels.jobs.panel import JobsPanel
from candledesk.ui.panels.jobs.table_view import JOB_ACTIONS
from candledesk.ui.panels.jobs.texts import COLUMNS
from tests.ui.conftest import settle
from tests.ui.fakes import NOW, make_job

LEFT = Qt.MouseButton.LeftButton
VERBS = {row.name: row.verb for row in JOB_ACTIONS if row.verb is not None}
DOORS = {"pause": "pause_job", "resume": "resume_job", "cancel": "cancel_job", "retry": "retry_job"}


class Panel:
    """A panel on a fake cache, in a window of its own."""

    def __init__(self, qapp, qtbot, cache, jobs=()):
        self.qapp, self.qtbot, self.cache = qapp, qtbot, cache
        cache.jobs = list(jobs)
        self.bridge = Bridge(cache)
        self.panel = JobsPanel(cache, self.bridge)
        qtbot.addWidget(self.panel)
        self.panel.resize(1280, 400)
        self.panel.show()
        self.panel.activateWindow()
        self.settle()

    def settle(self):
        settle(self.qapp)
        self.panel.model.flush()

    @property
    def table(self):
        return self.panel.table

    def ids(self):
        return [self.panel.model.job_at(row).job_id for row in range(self.panel.model.rowCount())]

    def text(self, job_id, column):
        row = self.panel.model.row_of(job_id)
        return self.panel.model.index(row, COLUMNS.index(column)).data()

    def emit(self, *jobs):
        for job in jobs:
            self.cache.emit(JobChanged(job))
        self.settle()

    def click_row(self, job_id, modifier=Qt.KeyboardModifier.NoModifier):
        index = self.panel.model.index(self.panel.model.row_of(job_id), 0)
        place = self.table.visualRect(index).center()
        self.qtbot.mouseClick(self.table.viewport(), LEFT, modifier, place)

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.table.setFocus()
        self.qtbot.keyClick(self.table, key, modifier)
        self.settle()

    def press_button(self, button):
        self.qtbot.mouseClick(button, LEFT)
        self.settle()

    def close(self):
        self.bridge.close()
        self.panel.close()
        self.settle()


@pytest.fixture
def make_panel(qapp, qtbot, cache):
    made = []

    def make(*jobs):
        made.append(Panel(qapp, qtbot, cache, jobs))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


# -- actions


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("name", list(VERBS))
def test_a_button_is_enabled_exactly_when_the_state_table_allows_it(make_panel, name, state):
    panel = make_panel(make_job(1, state))
    button = panel.panel.action_buttons[name]
    assert not button.isEnabled()
    panel.click_row(1)
    assert button.isEnabled() == may(state, VERBS[name])
    panel.press_button(button)
    assert ((DOORS[name], 1) in panel.cache.calls) == may(state, VERBS[name])


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
    enabled = [action.text().replace("&", "") for action in menu.actions() if action.isEnabled() and action.text()]
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
    panel.cache.jobs = [make_job(1, JobState.SUCCEEDED)]  # it has just ended, and nobody told yet
    with qtbot.waitSignal(panel.panel.failed) as reported:
        panel.press(Qt.Key.Key_Delete)
    assert "succeeded" in reported.args[0]


def test_every_button_has_a_key_of_its_own(make_panel):
    panel = make_panel()
    titles = [button.text() for button in panel.panel.action_buttons.values()]
    titles += [button.text() for button in (panel.panel.new_button, panel.panel.retry_failed_button,
                                            panel.panel.clear_button)]  # fmt: skip
    keys = [title[title.index("&") + 1].upper() for title in titles]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set("FDCVHLIMRPGS")  # menus and chart keys of the window


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


# -- what is shown


def test_an_empty_panel_says_what_can_be_done(make_panel, qtbot):
    panel = make_panel()
    assert panel.panel.empty.isVisible()
    assert panel.panel.empty.title.text() == "No jobs yet"
    with qtbot.waitSignal(panel.panel.backfill_requested):
        qtbot.mouseClick(panel.panel.empty.button, LEFT)
    panel.emit(make_job(1))
    assert panel.table.isVisible()
    panel.press_button(panel.panel.filter_buttons[JobFilter.FAILED])
    assert panel.panel.empty.title.text() == "No job matches"


def test_filters_show_their_states_and_count(make_panel, qtbot):
    panel = make_panel(*(make_job(n, state) for n, state in enumerate(JobState, start=1)))
    for chosen, button in panel.panel.filter_buttons.items():
        panel.press_button(button)
        assert {panel.panel.model.job_at(row).state for row in range(panel.panel.model.rowCount())} == chosen.states
        assert button.text() == f"{chosen.value}  {len(chosen.states)}"
    panel.press_button(panel.panel.filter_buttons[JobFilter.ALL])
    qtbot.keyClicks(panel.panel.search, "msf")
    panel.settle()
    assert panel.ids() == []


def test_a_click_on_a_title_sorts_and_the_third_click_brings_the_newest_first_again(make_panel, qtbot):
    panel = make_panel(make_job(1, symbol="MSFT"), make_job(2, symbol="AAPL"), make_job(3, symbol="NVDA"))
    header = panel.table.horizontalHeader()
    orders = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(20, header.height() // 2))
        panel.settle()
        orders.append(panel.ids())
    assert orders == [[2, 1, 3], [3, 1, 2], [3, 2, 1]]


def test_the_selection_stays_with_its_jobs(make_panel):
    panel = make_panel(*(make_job(n, symbol=f"S{n}") for n in range(1, 9)))
    panel.click_row(3)
    panel.click_row(5, Qt.KeyboardModifier.ControlModifier)
    panel.emit(make_job(9), make_job(10))
    panel.panel.model.sort(0)
    panel.emit(make_job(1, JobState.SUCCEEDED))
    assert {job.job_id for job in panel.table.selected_jobs()} == {3, 5}


def test_a_late_event_of_a_cancelled_job_never_brings_it_back(make_panel):
    panel = make_panel(make_job(1))
    panel.emit(make_job(1, JobState.CANCELLED))
    panel.emit(make_job(1, JobState.RUNNING, bars_done=200))
    assert panel.text(1, "State") == "cancelled"
    panel.emit(make_job(1, JobState.QUEUED))  # somebody has retried it
    assert panel.text(1, "State") == "queued"


def test_a_batch_makes_the_panel_read_the_list_again(make_panel, qtbot):
    panel = make_panel(make_job(1))
    panel.cache.jobs = [make_job(2), make_job(3)]
    panel.cache.emit(JobsChanged(2))
    qtbot.waitUntil(lambda: panel.ids() == [3, 2])


def test_columns_say_what_is_known(make_panel):
    panel = make_panel(
        make_job(1, eta_s=95.0, bars_done=399, bars_expected=400),
        make_job(2, JobState.QUEUED, error="Yahoo limits the rate", next_try_at=NOW * 2),
        make_job(3, JobState.FAILED, gaps=(Gap(Span(0, 9), "no answer"), Gap(Span(9, 12), "no answer"))),
    )
    assert [panel.text(1, name) for name in ("Progress", "Bars", "Time left")] == ["99%", "399 of 400", "2 min"]
    assert panel.text(2, "Reason").startswith("Yahoo limits the rate; next try at ")
    assert panel.text(3, "Reason") == "no answer"


def test_without_jobs_under_way_a_request_can_leave_at_once(make_panel):
    panel = make_panel(make_job(1, JobState.SUCCEEDED), make_job(2, JobState.PAUSED))
    assert panel.panel.requests.text() == "Requests can leave at once"


def test_the_limiter_state_is_shown_while_the_panel_is_visible(make_panel, qtbot):
    panel = make_panel(make_job(1))
    qtbot.waitUntil(lambda: panel.panel.requests.text() == "Requests leave at the polite rate", timeout=5_000)
    panel.cache.limiter = replace(panel.cache.limiter, next_request_in_s=4.2)
    qtbot.waitUntil(lambda: panel.panel.requests.text() == "Next request in 4 s", timeout=5_000)
    panel.cache.limiter = replace(panel.cache.limiter, is_offline=True)
    panel.cache.emit(LimiterChanged(panel.cache.limiter))
    panel.settle()
    assert panel.panel.requests.text() == "Offline, trying again"


def test_a_narrow_panel_loses_no_button(make_panel):
    panel = make_panel(make_job(1))
    buttons = [panel.panel.new_button, *panel.panel.action_buttons.values(), panel.panel.clear_button]
    for width in (1280, 500):
        panel.panel.resize(width, 400)
        panel.settle()
        body = panel.panel.widget()
        assert all(body.rect().contains(button.geometry()) for button in buttons)
        assert len({button.y() for button in buttons}) == (1 if width == 1280 else 2)


# -- thousands of rows


def test_ten_thousand_jobs_are_rows_that_are_never_reset(make_panel, qapp):
    panel = make_panel(*(make_job(n, JobState.QUEUED) for n in range(1, 10_001)))
    model = panel.panel.model
    reported = {"reset": 0, "changed": [], "inserted": 0, "layout": 0}
    model.modelReset.connect(lambda: reported.update(reset=reported["reset"] + 1))
    model.dataChanged.connect(lambda first, last: reported["changed"].append((first.row(), last.row())))
    model.rowsInserted.connect(lambda *_: reported.update(inserted=reported["inserted"] + 1))
    model.layoutChanged.connect(lambda *_: reported.update(layout=reported["layout"] + 1))
    assert model.rowCount() == 10_000
    for n in range(1, 1_001):
        panel.cache.emit(JobChanged(make_job(n, bars_done=n)))
    panel.cache.emit(JobChanged(make_job(10_001)))
    panel.settle()
    assert reported == {"reset": 0, "changed": [(0, 0), (9_001, 10_000)], "inserted": 1, "layout": 0}


def test_selecting_all_of_thousands_asks_for_what_is_on_screen_only(make_panel, monkeypatch):
    panel = make_panel(*(make_job(n) for n in range(1, 3_001)))
    asked = []
    count = type(panel.panel.model).rowCount
    monkeypatch.setattr(
        type(panel.panel.model), "rowCount", lambda model, parent=None: asked.append(1) or count(model, parent)
    )
    panel.table.selectAll()
    panel.settle()
    assert len(panel.table.selected_jobs()) == 3_000
    assert len(asked) < 2_000


def test_the_model_keeps_qts_rules_through_a_storm(make_panel, qapp):
    panel = make_panel(*(make_job(n, JobState.QUEUED, symbol=f"S{n % 7}") for n in range(1, 60)))
    model = panel.panel.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    states = list(JobState)
    for step in range(60):
        for n in range(step % 5, 90, 7):
            model.book.put(make_job(n + 1, states[(n + step) % 6], symbol=f"S{(n * step) % 7}", updated_at=NOW + step))
        model.sort(step % len(COLUMNS) - 1, (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)[step % 2])
        model.show_states(list(JobFilter)[step % 5], "S1" if step % 11 == 0 else "")
    model.take_list([make_job(5)])
    model.show_states(JobFilter.ALL)
    assert panel.ids() != []
    tester.deleteLater()


# -- the form


class Form:
    def __init__(self, qapp, qtbot, cache, target=("AAPL", INTERVALS["1d"])):
        self.qapp, self.qtbot, self.cache = qapp, qtbot, cache
        self.bridge = Bridge(cache)
        self.panel = JobsPanel(cache, self.bridge)
        qtbot.addWidget(self.panel)
        self.form = BackfillForm(cache, self.bridge, self.panel, target)
        self.form.open()
        self.started = []
        self.form.started.connect(self.started.append)
        settle(qapp)

    def type(self, text):
        self.form.symbols.selectAll()
        self.qtbot.keyClicks(self.form.symbols, text)

    def wait_for(self, words):
        self.qtbot.waitUntil(lambda: words in self.form.cost.text())

    def close(self):
        if shiboken6.isValid(self.form):
            self.form.close()
        self.bridge.close()
        self.panel.close()
        settle(self.qapp)


@pytest.fixture
def form(qapp, qtbot, cache):
    made = Form(qapp, qtbot, cache)
    yield made
    made.close()


def test_the_form_begins_with_the_series_on_screen_and_says_what_it_costs(form):
    assert form.form.order().series == [("AAPL", INTERVALS["1d"])]
    form.wait_for("About 3 requests to Yahoo and 1,000 new bars, in about 8 s")
    assert form.cache.calls == []


def test_of_a_multiple_the_form_begins_with_what_it_is_derived_from(qapp, qtbot, cache):
    made = Form(qapp, qtbot, cache, ("AAPL", parse_interval("45m")))
    assert made.form.order().series == [("AAPL", INTERVALS["15m"])]
    made.close()


def test_many_symbols_and_intervals_start_together(form, qtbot):
    form.type("aapl, msft;7203.T MSFT")
    qtbot.mouseClick(form.form.interval_buttons["5m"], LEFT)
    form.wait_for("About 18 requests")
    assert "Not met yet, looked up first: 7203.T." in form.form.cost.text()
    assert form.form.start_button.text() == "&Start 6 backfills"
    qtbot.mouseClick(form.form.start_button, LEFT)
    settle(form.qapp)
    series = [(symbol, name) for symbol in ("AAPL", "MSFT", "7203.T") for name in ("5m", "1d")]
    assert form.cache.calls == [("start_backfills", (series, None))]
    assert form.started == [6]


def test_what_is_no_symbol_is_named_and_left_out(form):
    form.type("AAPL b(d MSFT")
    assert form.form.refused.text() == "Not symbols, left out: b(d"
    assert form.form.order().symbols == ("AAPL", "MSFT")


def test_a_span_of_days_includes_the_last_one(form, qtbot):
    form.form.first.setDate(QDate(2025, 11, 3))
    form.form.last.setDate(QDate(2025, 11, 7))
    assert form.form.from_to.isChecked()
    assert form.form.order().span == Span(1_762_128_000, 1_762_128_000 + 5 * 86_400)
    form.form.last.setDate(QDate(2025, 11, 1))
    assert form.form.cost.text() == "The last day is before the first one."
    assert not form.form.start_button.isEnabled()


@pytest.mark.parametrize(
    ("text", "interval_is_chosen", "words"),
    [("", True, "at least one symbol"), ("AAPL", False, "at least one interval"), ("?!", True, "at least one symbol")],
)
def test_nothing_starts_before_all_is_said(form, qtbot, text, interval_is_chosen, words):
    if not interval_is_chosen:
        qtbot.mouseClick(form.form.interval_buttons["1d"], LEFT)
    form.form.symbols.setPlainText(text)
    assert words in form.form.cost.text()
    assert not form.form.start_button.isEnabled()


def test_an_estimate_of_before_is_not_shown(form, qtbot):
    late = form.cache.estimate_backfill
    held = []
    form.cache.estimate_backfill = lambda series, span: held.append((series, late(series, span))) or held[-1][1]
    form.type("MSFT")
    qtbot.waitUntil(lambda: len(held) == 1)
    first = form.form._estimated
    form.type("AAPL, MSFT")
    form.form._on_estimated(first)
    assert form.form.cost.text() == "Estimating…"


def test_a_failed_start_keeps_the_form_with_the_reason(form, qtbot):
    refused = Future()
    refused.set_exception(EnvironmentFaultError("The disk is full."))
    form.cache.start_backfills = lambda *_: refused
    form.wait_for("About 3 requests")
    qtbot.keyClick(form.form.symbols, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(form.qapp)
    assert form.form.cost.text() == "The disk is full."
    assert form.form.isVisible()
    assert form.form.start_button.isEnabled()


def test_an_unknown_symbol_is_named_though_the_form_is_closed(form, qtbot):
    refused = Future()
    form.cache.start_backfills = lambda *_: refused
    form.form.asked.connect(form.panel.follow_start)
    form.wait_for("About 3 requests")
    qtbot.mouseClick(form.form.start_button, LEFT)
    form.form.close()
    with qtbot.waitSignal(form.panel.failed) as reported:
        refused.set_exception(UnknownSymbolError("NOSUCH"))
    assert "'NOSUCH'" in reported.args[0]
    assert form.panel.isVisible()


def test_verbs_of_the_panel_are_verbs_of_the_table():
    assert set(VERBS.values()) <= set(JobVerb)
