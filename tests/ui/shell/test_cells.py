"""A tab as a layout of cells: grids, the active cell, splitters, maximising, and what the cache is asked."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import PriceMode
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

Key, NONE, LEFT = Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SYMBOLS = ("AAPL", "MSFT", "TSLA", "NVDA", "IBM", "KO", "PEP", "XOM")


@pytest.fixture
def opened(qapp, cache, tmp_path):
    for symbol in SYMBOLS:
        for interval in ("1d", "1h"):
            cache.add(symbol, interval, make_bars(300))
    made = WindowHarness(qapp, cache, tmp_path)
    made.window.resize(1280, 800)
    settle(qapp)
    yield made.open("AAPL")
    made.close()


@pytest.fixture
def four(opened):
    opened.run("grid_4")
    for page, symbol in zip(opened.charts.pages()[1:], SYMBOLS[1:], strict=False):
        _click(opened, page)
        opened.open(symbol)
    _click(opened, opened.charts.pages()[0])
    return opened


def _click(opened, page):
    QTest.mouseClick(page.view.viewport(), LEFT, pos=QPoint(60, 60))
    settle(opened.qapp)


def _press(opened, key, modifiers=NONE):
    QTest.keyClick(opened.page.view, key, modifiers)
    settle(opened.qapp)


def _titles(opened):
    return [page.title() for page in opened.charts.pages()]


def _marked(opened):
    return [cell.is_marked for cell in opened.charts.grid.cells]


@pytest.mark.parametrize(
    ("grid", "rows"),
    [("1", [1]), ("2h", [2]), ("2v", [1, 1]), ("3", [1, 2]), ("4", [2, 2]), ("6", [3, 3]), ("8", [4, 4])],
)
def test_each_grid_has_its_cells_in_rows_within_the_window(opened, grid, rows):
    opened.run(f"grid_{grid}")
    tops = [page.view.mapTo(opened.window, QPoint(0, 0)) for page in opened.charts.pages()]
    found = [sum(top.y() == y for top in tops) for y in sorted({top.y() for top in tops})]
    assert found == rows
    assert opened.window.width() == 1280
    assert opened.actions[f"grid_{grid}"].isChecked()


def test_an_added_cell_is_empty_and_says_what_to_type(opened):
    opened.run("grid_2h")
    first, second = opened.charts.pages()
    assert (first.title(), second.title()) == ("AAPL 1d", "")
    assert "Type a symbol" in second.model.scene.notice.title
    assert "AAPL" in second.model.scene.notice.detail


def test_a_click_makes_a_cell_active_and_what_is_typed_acts_on_it(opened, qtbot):
    opened.run("grid_2v")
    first, second = opened.charts.pages()
    assert opened.page is first
    _click(opened, second)
    assert opened.page is second
    QTest.keyClicks(second.view, "m")
    settle(opened.qapp)
    assert opened.search.line.hasFocus()
    QTest.keyClicks(opened.search.line, "SFT")
    QTest.keyClick(opened.search.line, Key.Key_Return)
    settle(opened.qapp)
    assert _titles(opened) == ["AAPL 1d", "MSFT 1d"]
    opened.run("price_log")
    assert [page.model.scene.price_mode for page in (first, second)] == [PriceMode.NORMAL, PriceMode.LOG]
    qtbot.mouseClick(opened.interval_buttons.by_name["1h"], LEFT)
    settle(opened.qapp)
    assert _titles(opened) == ["AAPL 1d", "MSFT 1h"]


def test_entry_tab_title_and_buttons_name_the_series_of_the_active_cell(four):
    _click(four, four.charts.pages()[2])
    four.charts.set_interval(INTERVALS["1h"])
    settle(four.qapp)
    for at, symbol, interval in ((1, "MSFT", "1d"), (2, "TSLA", "1h")):
        _click(four, four.charts.pages()[at])
        assert four.entry.text() == symbol
        assert four.charts.tabs.tabText(0) == f"{symbol} {interval}"
        assert four.window.windowTitle() == f"{symbol} {interval} — CandleDesk"
        assert four.interval_buttons.by_name[interval].isChecked()


def test_the_edge_of_the_active_cell_moves_nothing(four):
    places = [page.geometry() for page in four.charts.pages()]
    assert _marked(four) == [True, False, False, False]
    _click(four, four.charts.pages()[3])
    assert _marked(four) == [False, False, False, True]
    assert [page.geometry() for page in four.charts.pages()] == places
    cell = four.charts.grid.cells[3]
    picture = cell.grab().toImage()
    accent = four.window.theme_choice.theme.accent
    assert {picture.pixelColor(x, y).name() for x, y in ((0, 0), (1, 50), (50, 1), (cell.width() - 1, 50))} == {accent}
    assert picture.pixelColor(2, 2).name() != accent


def test_a_single_cell_has_no_edge(opened):
    assert _marked(opened) == [False]
    assert opened.page.geometry() == opened.charts.grid.rect()


def test_tab_goes_round_the_cells_and_takes_the_keyboard_along(four):
    seen = []
    for _ in range(4):
        _press(four, Key.Key_Tab)
        seen.append(four.page.symbol)
        assert four.page.view.hasFocus()
    assert seen == ["MSFT", "TSLA", "NVDA", "AAPL"]
    _press(four, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert four.page.symbol == "NVDA"


def test_alt_enter_gives_the_active_cell_all_the_room_and_back(four):
    sizes = [page.size() for page in four.charts.pages()]
    _press(four, Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert [page.isVisible() for page in four.charts.pages()] == [True, False, False, False]
    assert four.page.geometry() == four.charts.grid.rect().translated(four.page.pos())
    assert four.actions["maximise_cell"].isChecked()
    _press(four, Key.Key_Tab)
    assert [page.isVisible() for page in four.charts.pages()] == [False, True, False, False]
    _press(four, Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert [page.size() for page in four.charts.pages()] == sizes
    assert four.page.symbol == "MSFT"


def test_with_one_cell_there_is_nothing_to_maximise(opened):
    assert not opened.actions["maximise_cell"].isEnabled()


def _handle(opened, orientation):
    row = opened.charts.grid.cells[0].parentWidget()
    return (row if orientation is Qt.Orientation.Horizontal else row.parentWidget()).handle(1)


def _drag(opened, handle, dx, dy):
    start = QPointF(handle.rect().center())
    for kind, at in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, start + QPointF(dx, dy)),
        (QEvent.Type.MouseButtonRelease, start + QPointF(dx, dy)),
    ):
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        opened.qapp.sendEvent(handle, QMouseEvent(kind, at, handle.mapToGlobal(at), LEFT, held, NONE))
    settle(opened.qapp)


def test_a_splitter_is_dragged_and_a_double_click_evens_it(four):
    first, second = four.charts.pages()[:2]
    before = first.width()
    _drag(four, _handle(four, Qt.Orientation.Horizontal), 150, 0)
    assert first.width() == before + 150
    assert four.charts.grid.sizes.cells[1] == (0.5, 0.5), "the other row stays"
    _drag(four, _handle(four, Qt.Orientation.Vertical), 0, 100)
    assert four.charts.grid.sizes.rows[0] > 0.6
    QTest.mouseDClick(_handle(four, Qt.Orientation.Horizontal), LEFT)
    settle(four.qapp)
    assert abs(first.width() - second.width()) <= 1
    assert four.charts.grid.sizes.rows[0] > 0.6
    QTest.mouseDClick(_handle(four, Qt.Orientation.Vertical), LEFT)
    settle(four.qapp)
    assert four.charts.grid.sizes.rows == (0.5, 0.5)


def test_sizes_are_shares_of_the_window(four):
    _drag(four, _handle(four, Qt.Orientation.Horizontal), 200, 0)
    share = four.charts.grid.sizes.cells[0][0]
    four.window.resize(900, 700)
    settle(four.qapp)
    four.window.resize(1600, 900)
    settle(four.qapp)
    assert four.charts.pages()[0].width() / four.charts.grid.width() == pytest.approx(share, abs=0.01)
    assert four.charts.grid.sizes.cells[0][0] == share


def test_another_grid_keeps_the_charts_and_those_without_a_cell_come_back(four):
    four.run("grid_8")
    assert _titles(four) == ["AAPL 1d", "MSFT 1d", "TSLA 1d", "NVDA 1d", "", "", "", ""]
    first = four.page
    four.charts.pages()[3].model.price_axis.set_mode(PriceMode.LOG)
    four.run("grid_2h")
    assert _titles(four) == ["AAPL 1d", "MSFT 1d"]
    assert four.page is first
    four.run("grid_4")
    assert _titles(four) == ["AAPL 1d", "MSFT 1d", "TSLA 1d", "NVDA 1d"]
    assert four.charts.pages()[3].model.scene.price_mode is PriceMode.LOG


def test_the_active_chart_stays_on_screen_in_a_smaller_grid(four):
    _click(four, four.charts.pages()[2])
    four.run("grid_1")
    assert _titles(four) == ["TSLA 1d"]
    assert four.page.view.hasFocus()
    four.run("grid_4")
    assert sorted(_titles(four)) == ["AAPL 1d", "MSFT 1d", "NVDA 1d", "TSLA 1d"]


def test_the_cache_is_given_the_charts_that_are_seen_the_active_one_first(four, cache):
    _click(four, four.charts.pages()[2])
    assert cache.in_front == [("TSLA", "1d"), ("AAPL", "1d"), ("MSFT", "1d"), ("NVDA", "1d")]
    four.run("maximise_cell")
    assert cache.in_front == [("TSLA", "1d")]
    four.run("maximise_cell")
    four.charts.show_series("KO", INTERVALS["1d"])
    settle(four.qapp)
    assert cache.in_front == [("KO", "1d")]


def test_only_charts_that_are_seen_ask_for_bars(four, cache):
    hidden = four.charts.pages()
    four.charts.show_series("KO", INTERVALS["1d"])
    settle(four.qapp)
    cache.requests.clear()
    for page in hidden:
        page.feed._on_refresh_due(type("Due", (), {"symbol": None, "interval": None})())
    settle(four.qapp)
    assert cache.requests == []
    four.charts.show_page(hidden[1])
    settle(four.qapp)
    assert sorted(request.symbol for request in cache.requests) == ["AAPL", "MSFT", "NVDA", "TSLA"]


def test_what_a_chart_of_another_tab_waits_for_is_not_in_the_status_line(opened, cache):
    behind = opened.page
    opened.charts.add_chart()
    opened.open("MSFT")
    behind.feed.waiting_changed.emit("Looking up ZZZZ…")
    assert "ZZZZ" not in opened.window.status.state.text()
    opened.charts.show_page(behind)
    assert "Looking up ZZZZ…" in opened.window.status.state.text()
    opened.run("next_chart")
    assert "ZZZZ" not in opened.window.status.state.text()


def test_the_active_cell_of_a_tab_is_active_again_when_the_tab_comes_back(four, qtbot):
    _click(four, four.charts.pages()[3])
    four.charts.show_series("KO", INTERVALS["1d"])
    settle(four.qapp)
    bar = four.charts.tabs.tabBar()
    qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(0).center())
    settle(four.qapp)
    assert four.page.symbol == "NVDA"
    assert four.page.view.hasFocus()
    assert _marked(four) == [False, False, False, True]


def test_the_button_beside_the_tabs_opens_a_layout_with_one_chart(opened, qtbot):
    tabs = opened.charts.tabs
    assert tabs.tabBar().isVisible(), "with one tab too"
    assert tabs.add_button.x() == pytest.approx(tabs.tabBar().x() + tabs.tabBar().tabRect(0).right(), abs=2)
    qtbot.mouseClick(tabs.add_button, LEFT)
    settle(opened.qapp)
    assert (tabs.count(), tabs.currentIndex(), opened.charts.grid.grid) == (2, 1, "1")
    assert opened.search.line.hasFocus()
    assert tabs.add_button.x() == pytest.approx(tabs.tabBar().x() + tabs.tabBar().tabRect(1).right(), abs=2)


def test_a_double_click_on_a_tab_names_the_layout(opened, qtbot):
    tabs = opened.charts.tabs
    for typed, last, expected in (
        ("My day", Key.Key_Return, "My day"),
        ("no", Key.Key_Escape, "My day"),
        ("", Key.Key_Return, "AAPL 1d"),
    ):
        qtbot.mouseDClick(tabs.tabBar(), LEFT, pos=tabs.tabBar().tabRect(0).center())
        editor = tabs.tabBar().findChild(QLineEdit)
        assert editor.hasFocus()
        editor.selectAll()
        QTest.keyClick(editor, Key.Key_Delete)
        QTest.keyClicks(editor, typed)
        QTest.keyClick(editor, last)
        settle(opened.qapp)
        opened.qapp.sendPostedEvents(None, 52)  # deferred deletion
        assert tabs.tabText(0) == expected
        assert opened.page.view.hasFocus()


def test_a_closed_layout_is_asked_for_nothing_any_more(four, cache):
    four.charts.show_series("KO", INTERVALS["1d"])
    settle(four.qapp)
    four.charts.tabs.close_requested.emit(four.charts.tabs.widget(0))
    settle(four.qapp)
    assert _titles(four) == ["KO 1d"]
    assert sorted(symbol for symbol, _ in cache.followed) == ["KO"]


def test_undo_shows_the_cell_that_it_changes(four):
    page = four.charts.pages()[3]
    page.model.price_axis.set_inverted(is_on=True)
    four.charts.show_series("KO", INTERVALS["1d"])
    settle(four.qapp)
    four.run("undo")
    assert four.page is page
    assert not page.model.scene.is_inverted
