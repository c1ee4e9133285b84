"""The data window with a real mouse: the values of the bar under the crosshair, where it came from, and copying."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest

from candledesk.cache.bar_messages import Provenance
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.ui.chart.core.time_ticks import format_open_time
from candledesk.ui.panels.data_window.provenance_reader import ProvenanceReader
from candledesk.ui.panels.data_window.rows import UNSETTLED
from tests.fake_data import NOW, make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT, NO_BUTTON = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def known(name, **facts):
    facts = {"is_final": True, "sources": ("Yahoo Finance",), "fetched_at": NOW - 60, **facts}
    return Provenance("AAPL", INTERVALS[name], Span(0, 1), **facts)


@pytest.fixture
def opened(qapp, cache, tmp_path):
    cache.provenance["AAPL", "1d"] = known("1d")
    made = WindowHarness(qapp, cache, tmp_path)
    made.open("AAPL")
    made.run("data_window")
    yield made
    made.close()


@pytest.fixture
def panel(opened):
    return opened.window.features["data_window"].panel.dock


def values(panel):
    """Return the shown value of each name; of a name of several sections the last one's."""
    model = panel.model
    return {model.text_at(line, 0): model.text_at(line, 1) for line in range(model.rowCount())}


def point_at(opened, qtbot, panel, row):
    """Move the mouse over the bar of a row and wait until the panel follows."""
    model = opened.page.model
    at = QPoint(round(model.placed.row_x(row)), 200)
    view = opened.page.view
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), view.mapToGlobal(QPointF(at)), NO_BUTTON, NO_BUTTON, NONE)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)
    qtbot.waitUntil(lambda: not panel._timer.isActive())


def wait_for_lines(qtbot, panel):
    """Wait until the lines of indicators have their values, which come after their names."""

    def have_come():
        lines = [row.plain for row in panel.model.rows if row.colour]
        return bool(lines) and all(lines)

    qtbot.waitUntil(have_come)


def test_without_a_crosshair_the_latest_bar_is_shown(opened, panel):
    bars = opened.page.model.series.bars
    shown = values(panel)
    assert shown["Close"] == f"{bars.close[-1]:,.2f}"
    assert shown["Date"] == "Fri 21 Nov 2025"
    assert "Time" not in shown


def test_the_bar_under_the_mouse_is_shown_with_its_change(opened, qtbot, panel):
    bars = opened.page.model.series.bars
    row = len(bars) - 30
    point_at(opened, qtbot, panel, row)
    shown = values(panel)
    for name in ("open", "high", "low", "close"):
        assert shown[name.capitalize()] == f"{getattr(bars, name)[row]:,.2f}"
    change = bars.close[row] - bars.close[row - 1]
    assert shown["Change"] == f"{change:+,.2f}".replace("-", "\N{MINUS SIGN}")
    assert shown["Change %"] == f"{change / bars.close[row - 1] * 100:+.2f}%".replace("-", "\N{MINUS SIGN}")
    assert shown["Volume"]


def test_the_latest_bar_is_shown_again_when_the_mouse_leaves(opened, qtbot, panel):
    point_at(opened, qtbot, panel, len(opened.page.model.series.bars) - 30)
    opened.qapp.sendEvent(opened.page.view, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: values(panel)["Close"] == f"{opened.page.model.series.bars.close[-1]:,.2f}")


def test_intraday_bars_have_a_time_in_the_zone_of_the_chart(opened, qtbot, panel):
    opened.open("AAPL", "5m")
    qtbot.waitUntil(lambda: values(panel).get("Time", "").endswith("EST"))


def test_every_line_of_every_indicator_is_shown_in_its_colour(opened, qtbot, panel):
    for name in ("bollinger", "rsi"):
        opened.page.studies.add(name)
    settle(opened.qapp)
    qtbot.waitUntil(lambda: {"Upper", "Lower", "Basis"} <= {name.split(" ")[0] for name in values(panel)})
    wait_for_lines(qtbot, panel)
    studies = opened.page.model.scene.studies
    names = [(row.section, row.name) for row in panel.model.rows if row.colour]
    assert names == [(one.title, out.name.capitalize()) for one in studies for out in one.drawn]
    line = next(at for at in range(panel.model.rowCount()) if panel.model.text_at(at, 0).startswith("Upper"))
    image = panel.table.viewport().grab(panel.table.visualRect(panel.model.index(line, 0))).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(30) for y in range(image.height())}
    assert studies[0].colour("upper") in colours


def test_a_running_sum_says_from_which_date_it_counts(opened, qtbot, panel):
    opened.page.studies.add("obv")
    series = opened.page.model.series
    start = int(series.bars.open_time[0])
    opened.page.model.show_series(replace(series, axis=replace(series.axis, stored_from=start)))
    qtbot.waitUntil(lambda: values(panel).get("Counted from") == f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d}")


def test_values_that_older_bars_could_change_are_unsettled(opened, qtbot, panel):
    opened.page.studies.add("rsi")
    settle(opened.qapp)
    values_of = opened.page.model.scene.study_values
    settled = next(iter(values_of.values())).settled
    assert settled[-1]
    point_at(opened, qtbot, panel, len(opened.page.model.series.bars) - 1)
    assert not [row for row in panel.model.rows if row.note == UNSETTLED]
    settled[:] = False
    point_at(opened, qtbot, panel, len(opened.page.model.series.bars) - 2)
    assert [row.note for row in panel.model.rows if row.colour] == [UNSETTLED]
    assert any(name.endswith("(unsettled)") for name in values(panel))


def test_the_provenance_is_asked_when_the_crosshair_rests_and_remembered(opened, qtbot, panel):
    cache, series = opened.cache, opened.page.model.series
    qtbot.waitUntil(lambda: values(panel)["State"] == "Final")
    panel.findChild(ProvenanceReader)._timer.setInterval(400)  # a slow machine is no crosshair that rests
    n_before = sum(name == "read_provenance" for name, _ in cache.calls)
    for row in range(len(series.bars) - 40, len(series.bars) - 20):
        point_at(opened, qtbot, panel, row)
    time = int(series.bars.open_time[len(series.bars) - 21])
    qtbot.waitUntil(lambda: ("read_provenance", ("AAPL", "1d", Span(time, time + 1))) in cache.calls)
    qtbot.waitUntil(lambda: values(panel)["State"] == "Final")
    n_after = sum(name == "read_provenance" for name, _ in cache.calls)
    assert n_after - n_before < 20
    point_at(opened, qtbot, panel, len(series.bars) - 22)
    point_at(opened, qtbot, panel, len(series.bars) - 21)
    assert values(panel)["State"] == "Final"
    assert values(panel)["Source"] == "Yahoo Finance"
    assert values(panel)["Fetched after"]


def test_a_provisional_bar_says_why_and_is_asked_again_after_bars_were_stored(opened, qtbot, panel):
    cache = opened.cache
    qtbot.waitUntil(lambda: values(panel)["State"] == "Final")
    reason = "still forming or settling"
    facts = {"is_final": False, "reason": reason, "is_fetch_exact": True, "next_check": NOW + 60}
    cache.provenance["AAPL", "1d"] = known("1d", **facts)
    cache.emit_stored("AAPL", "1d")
    qtbot.waitUntil(lambda: values(panel)["State"] == "Provisional")
    assert values(panel)["Reason"] == reason
    assert values(panel)["Fetched"]
    assert values(panel)["Next check"]


def test_a_flagged_bar_says_why(opened, qtbot, panel):
    bars = opened.page.model.series.bars
    time = int(bars.open_time[-10])
    opened.cache.flags["AAPL", "1d"] = {time: int(Oddity.JUMP)}
    opened.cache.emit_stored("AAPL", "1d")
    settle(opened.qapp)
    point_at(opened, qtbot, panel, len(opened.page.model.series.bars) - 10)
    assert values(panel)["Flagged"] == "price far from its neighbours"
    point_at(opened, qtbot, panel, len(opened.page.model.series.bars) - 9)
    assert "Flagged" not in values(panel)


def test_a_derived_bar_says_what_it_is_made_from(opened, qtbot, panel):
    cache = opened.cache
    weeks = cache.bars["AAPL", "1d"].take(slice(None, None, 5))
    cache.add("AAPL", "1wk", weeks)
    cache.provenance["AAPL", "1wk"] = known("1wk", derived_from=("1d",))
    opened.open("AAPL", "1wk")
    qtbot.waitUntil(lambda: values(panel).get("Made from") == "stored 1d bars")


def test_a_row_of_many_bars_says_how_many_and_up_to_when(opened, qtbot, panel):
    opened.cache.add("AAPL", "5m", make_bars(60_000, INTERVALS["5m"]))
    opened.open("AAPL", "5m")
    opened.page.model.fit()
    settle(opened.qapp)
    opened.page.model.fit()
    qtbot.waitUntil(lambda: not opened.page.model.series.axis.is_single)
    axis = opened.page.model.series.axis
    point_at(opened, qtbot, panel, axis.n_rows // 2)
    row = opened.page.view.point.row
    time, following = int(axis.open_time[row]), int(axis.open_time[row + 1])
    count, end = values(panel)["Bars in this row"], values(panel)["Up to"]
    assert int(count) == axis.start_of(row + 1) - axis.start_of(row) > 1
    assert end == format_open_time(opened.page.model.series.calendar, row + 1)
    qtbot.waitUntil(lambda: ("read_provenance", ("AAPL", "5m", Span(time, following))) in opened.cache.calls)


def test_control_c_and_the_button_copy_the_values_for_a_spreadsheet(opened, qtbot, panel):
    opened.page.studies.add("rsi")
    settle(opened.qapp)
    row = len(opened.page.model.series.bars) - 30
    point_at(opened, qtbot, panel, row)
    wait_for_lines(qtbot, panel)
    for copy in (
        lambda: QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
        lambda: QTest.mouseClick(panel.copy_button, LEFT),
    ):
        QGuiApplication.clipboard().setText("")
        copy()
        lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
        assert lines[0] == ["section", "name", "value", "note"]
        assert {len(line) for line in lines} == {4}
        by_name = {line[1]: line[2] for line in lines}
        assert float(by_name["Close"]) == pytest.approx(float(opened.page.model.series.bars.close[row]))
        assert 0 < float(by_name["Value"]) < 100
    assert opened.page.toast


def test_a_hidden_panel_does_nothing_and_a_shown_one_at_most_thirty_updates_a_second(opened, qtbot, panel):
    n_before = panel.n_updates
    for dx in range(40):
        opened.page.model.pan(1.0 if dx % 2 else -1.0)
    settle(opened.qapp)
    assert panel.n_updates - n_before <= 1
    opened.run("data_window")
    assert not panel.isVisible()
    qtbot.wait(60)
    n_before = panel.n_updates
    opened.page.model.pan(5.0)
    qtbot.wait(60)
    assert panel.n_updates == n_before


def test_a_chart_without_bars_shows_no_values(opened, qtbot, panel):
    opened.window.charts.add_chart()
    settle(opened.qapp)
    qtbot.waitUntil(lambda: panel.pages.currentWidget() is panel.empty)
    assert values(panel) == {}


def test_the_values_follow_the_active_chart(opened, qtbot, panel):
    opened.window.charts.add_chart()
    opened.open("MSFT")
    qtbot.waitUntil(lambda: values(panel).get("Close") == f"{opened.page.model.series.bars.close[-1]:,.2f}")
    assert panel.model.text_at(0, 0).startswith("MSFT")
