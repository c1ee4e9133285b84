"""What comes back at the next start: every cell with its series, looks and view, the grid, and the tab in front."""

import json
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.ui.chart.core.panes import VOLUME
from candledesk.workspace.window_layout import LoadedLayout, WindowLayout, parse_window, window_document
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

SYMBOLS = ("AAPL", "MSFT", "TSLA", "NVDA", "IBM")


class Stored:
    """Stands for the layouts in the user database: what was saved last is loaded at the next start."""

    is_read_only = False

    def __init__(self, document=None):
        self.document = document
        self.loaded = Future()
        self.loaded.set_result(LoadedLayout(None if document is None else parse_window(document)))

    def save(self, window):
        self.document = json.loads(json.dumps(window_document(window)))
        done = Future()
        done.set_result(True)
        return done


class Runs:
    """Windows on the same cache and layouts, one after the other; ``now`` is the one that is open."""

    def __init__(self, qapp, cache, home):
        self.qapp, self.cache, self.home = qapp, cache, home
        self.stored, self.now = Stored(), None
        self.start()

    def start(self, document=None):
        """Start again, as after a kill when ``document`` is what was stored until then."""
        if self.now is not None:
            self.now.close()
        self.stored = Stored(document or self.stored.document)
        self.now = WindowHarness(self.qapp, self.cache, self.home, layout=self.stored)
        self.now.window.resize(1280, 800)
        self.now.window.open_charts((), INTERVALS["1d"])
        settle(self.qapp)
        return self.now


@pytest.fixture
def runs(qapp, cache, tmp_path):
    for symbol in SYMBOLS:
        for interval in ("1d", "1h"):
            cache.add(symbol, interval, make_bars(3_000, INTERVALS[interval]))
    made = Runs(qapp, cache, tmp_path)
    yield made
    made.now.close()


def _fill(window, *series):
    for page, (symbol, interval) in zip(window.charts.pages(), series, strict=True):
        window.charts.show_page(page)
        window.charts.open_chart(symbol, INTERVALS[interval])
        settle(window.qapp)


def _right_time(page):
    """The time at the right edge, and how far it lies from the middle of its bar."""
    placed = page.model.placed
    row = placed.axis.row_at(placed.right_edge)
    return int(placed.axis.open_time[row]), pytest.approx(placed.right_edge - placed.axis.start_of(row), abs=0.01)


def _looks(page):
    scene = page.model.scene
    return (
        page.title(), page.chart_type, scene.price_mode, scene.is_inverted, scene.maximised,
        [one.key for one in scene.studies], [pane.id for pane in scene.panes], round(scene.viewport.spacing, 4),
    )  # fmt: skip


def test_every_cell_comes_back_as_it_was(runs):
    window = runs.now
    window.run("grid_4")
    _fill(window, ("AAPL", "1d"), ("MSFT", "1h"), ("TSLA", "1d"), ("NVDA", "1h"))
    first, second, third, fourth = window.charts.pages()
    first.model.zoom_right(2.0)
    first.model.step(-1500.3)
    settle(runs.qapp)
    second.model.step(-40)
    second.model.price_axis.set_mode(PriceMode.LOG)
    second.model.price_axis.scale(1.5)
    third.studies.add("sma")
    third.studies.add("rsi")
    third.model.toggle_maximised("rsi-1")
    fourth.model.price_axis.set_inverted(is_on=True)
    fourth.model.toggle_maximised(VOLUME)
    window.charts.show_page(third)
    window.run("chart_type_line")
    settle(runs.qapp)
    looks = [_looks(page) for page in window.charts.pages()]
    times = [_right_time(page) for page in window.charts.pages()]
    fixed = second.model.scene.price_range
    assert not first.model.is_latest_visible()
    again = runs.start()
    pages = again.charts.pages()
    assert [_looks(page) for page in pages] == looks
    assert [_right_time(page) for page in pages] == times
    assert (pages[1].model.scene.price_range.lo, pages[1].model.scene.price_range.hi) == pytest.approx(
        (fixed.lo, fixed.hi)
    )
    assert again.page is pages[2]
    assert [page.model.is_latest_visible() for page in pages] == [False, False, True, True]
    assert runs.start().charts.pages()[2].chart_type is ChartType.LINE, "twice"


def test_a_view_at_the_latest_bar_comes_back_at_the_latest_bar_of_then(runs, cache):
    _fill(runs.now, ("AAPL", "1d"))
    runs.now.page.model.step(-3)
    settle(runs.qapp)
    right = runs.now.page.model.placed.right_edge - runs.now.page.model.placed.n_bars
    cache.add("AAPL", "1d", make_bars(3_005))
    model = runs.start().page.model
    assert model.is_latest_visible()
    assert int(model.series.bars.open_time[-1]) == int(make_bars(3_005).open_time[-1])
    assert model.placed.right_edge - model.placed.n_bars == pytest.approx(right, abs=0.01)


def test_a_scrolled_view_stands_at_the_same_time_though_bars_were_added(runs, cache):
    _fill(runs.now, ("AAPL", "1d"))
    runs.now.page.model.step(-2_000)
    settle(runs.qapp)
    time = _right_time(runs.now.page)
    cache.add("AAPL", "1d", make_bars(3_100))
    assert _right_time(runs.start().page) == time


def test_the_bars_of_the_date_are_asked_for_at_once(runs, cache):
    _fill(runs.now, ("AAPL", "1d"))
    runs.now.page.model.step(-2_000)
    settle(runs.qapp)
    time = _right_time(runs.now.page)[0]
    cache.requests.clear()
    runs.start()
    assert cache.requests[0].anchor == time, "not the latest bars first"


def test_grid_sizes_names_tabs_and_the_maximised_cell_come_back(runs):
    window = runs.now
    window.run("grid_3")
    _fill(window, ("AAPL", "1d"), ("MSFT", "1d"), ("TSLA", "1d"))
    grid = window.charts.grid
    grid.rename("Day")
    row = grid.cells[2].parentWidget()
    row.setSizes([300, 900])
    row.splitterMoved.emit(300, 1)
    window.charts.show_page(grid.pages()[2])
    window.run("maximise_cell")
    window.charts.show_series("IBM", INTERVALS["1h"])
    settle(runs.qapp)
    sizes = grid.sizes
    again = runs.start()
    assert [again.charts.tabs.tabText(at) for at in range(2)] == ["Day", "IBM 1h"]
    assert again.page.title() == "IBM 1h"
    again.run("previous_chart")
    assert (again.charts.grid.grid, again.charts.grid.sizes, again.charts.grid.is_maximised) == ("3", sizes, True)
    assert again.page.title() == "TSLA 1d"
    assert [page.isVisible() for page in again.charts.grid.pages()] == [False, False, True]


def test_charts_without_a_cell_and_empty_cells_come_back(runs):
    window = runs.now
    window.run("grid_4")
    _fill(window, ("AAPL", "1d"), ("MSFT", "1d"), ("TSLA", "1d"), ("NVDA", "1d"))
    window.charts.show_page(window.charts.pages()[0])
    window.run("grid_1")
    again = runs.start()
    assert [page.title() for page in again.charts.pages()] == ["AAPL 1d"]
    again.run("grid_6")
    settle(runs.qapp)
    expected = ["AAPL 1d", "MSFT 1d", "TSLA 1d", "NVDA 1d", "", ""]
    assert [page.title() for page in again.charts.pages()] == expected
    assert [page.title() for page in runs.start().charts.pages()] == expected


def test_a_tab_that_was_never_looked_at_loses_nothing(runs, cache):
    _fill(runs.now, ("AAPL", "1d"))
    runs.now.page.model.step(-1_000)
    runs.now.run("chart_type_area")
    settle(runs.qapp)
    time = _right_time(runs.now.page)
    runs.now.charts.show_series("MSFT", INTERVALS["1d"])
    settle(runs.qapp)
    cache.requests.clear()
    for _ in range(2):
        again = runs.start()
        assert {request.symbol for request in cache.requests} == {"MSFT"}
        assert again.charts.tabs.tabText(0) == "AAPL 1d"
    again.run("previous_chart")
    assert (_right_time(again.page), again.page.chart_type) == (time, ChartType.AREA)


def test_a_killed_window_has_the_view_of_a_second_before(runs, qtbot):
    _fill(runs.now, ("AAPL", "1d"))
    view = runs.now.page.view
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    for x in range(250, 1200, 50):
        QTest.mouseMove(view.viewport(), QPoint(x, 200))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(1150, 200))
    runs.now.page.model.step(-500)
    settle(runs.qapp)
    time = _right_time(runs.now.page)
    qtbot.wait(1_300)
    killed = runs.stored.document
    assert _right_time(runs.start(killed).page) == time


def test_an_unknown_symbol_keeps_its_cell_with_its_name_and_the_reason(runs):
    document = window_document(WindowLayout())
    charts = [{"symbol": "ZZZZ", "interval": "1d", "type": "area"}, {"symbol": "AAPL", "interval": "1d"}]
    document["layouts"] = [{"format": "candledesk.layout/1", "grid": "2h", "charts": charts, "front": 0}]
    window = runs.start(document)
    unknown, known = window.charts.pages()
    assert unknown.model.scene.notice.title.startswith("ZZZZ")
    assert unknown.model.scene.notice.detail
    assert known.title() == "AAPL 1d"
    stored = runs.stored
    runs.start()
    saved = stored.document["layouts"][0]["charts"]
    assert [(row["symbol"], row.get("type")) for row in saved] == [("ZZZZ", "area"), ("AAPL", None)]


def test_what_is_remembered_is_what_was_shown(runs, cache):
    _fill(runs.now, ("AAPL", "1d"))
    cache.is_holding = True
    runs.now.charts.enter_symbol("MSFT")
    runs.now.window.close()
    assert runs.stored.document["layouts"][0]["charts"][0]["symbol"] == "AAPL"
    cache.is_holding = False


def test_the_charts_of_a_version_without_grids_are_tabs(runs):
    former = {
        "format": "candledesk.layout/1", "front": 1, "options": {"chart_type": "bars", "has_grid": False},
        "charts": [{"symbol": "TSLA", "interval": "1d"}, {"symbol": "AAPL", "interval": "1h"}],
    }  # fmt: skip
    window = runs.start(former)
    assert [grid.title() for grid in window.charts.tabs.grids()] == ["TSLA 1d", "AAPL 1h"]
    assert {page.chart_type for page in window.charts.pages()} == {ChartType.BARS}
    assert window.page.title() == "AAPL 1h"
    assert window.window.options.value.has_grid is False
