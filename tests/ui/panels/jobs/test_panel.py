"""What the job panel shows, of a few jobs and of thousands."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester

from candledesk.cache.events import JobChanged, JobsChanged, LimiterChanged
from candledesk.cache.messages import Gap, JobState
from candledesk.domain.span import Span
from candledesk.ui.panels.jobs.job_list import JobFilter
from candledesk.ui.panels.jobs.texts import COLUMNS
from tests.fake_data import NOW, make_job
from tests.ui.panels.jobs.conftest import LEFT


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
    panel.emit(make_job(1, JobState.QUEUED))  # it was retried
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
    assert panel.panel.requests.text() == "Requests can be sent at once"


def test_the_limiter_state_is_shown_while_the_panel_is_visible(make_panel, qtbot):
    panel = make_panel(make_job(1))
    qtbot.waitUntil(lambda: panel.panel.requests.text() == "Requests are rate-limited", timeout=5_000)
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


def test_home_and_end_are_the_tables_own_although_charts_have_them_too(make_panel, qapp):
    panel = make_panel(*(make_job(n) for n in range(1, 4)))
    for key, is_own in ((Qt.Key.Key_Home, True), (Qt.Key.Key_End, True), (Qt.Key.Key_A, False)):
        asked = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        asked.ignore()
        qapp.sendEvent(panel.table, asked)
        assert asked.isAccepted() is is_own
    panel.press(Qt.Key.Key_End)
    assert panel.table.currentIndex().row() == 2
