"""A chart keeps its place in time on a real cache that has to fetch what it shows (WINDOW.md, rules 1 and 8)."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S
from tests.live_window import NOW, SLOW_MS, LiveWindow


@pytest.fixture
def live(qtbot, tmp_path):
    with DemoMarket(now=NOW) as market:
        made = LiveWindow(qtbot, tmp_path / "home", market.url)
        yield made
        made.close()


def right_time(live):
    """When the bar at the right edge opens."""
    placed = live.model.placed
    return int(placed.open_time[placed.axis.row_at(placed.right_edge - 0.01)])


def scroll_back(live, n_px):
    target = live.window.charts.page.view.viewport()
    for _ in range(n_px // 400):
        QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        QTest.mouseMove(target, QPoint(600, 200))
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=QPoint(600, 200))
        live.qtbot.wait(1)
    live.qtbot.waitUntil(live.is_quiet, timeout=SLOW_MS)


def test_intervals_and_symbols_that_are_not_stored_come_at_the_same_date(live):
    live.open("AAPL", "1d")
    scroll_back(live, 2_000)
    day = right_time(live)
    live.open("AAPL", "1h")
    assert day <= right_time(live) < day + DAY_S
    assert not live.model.is_latest_visible()
    live.open("MSFT", "1h")
    assert day <= right_time(live) < day + DAY_S
    live.open("MSFT", "1d")
    assert right_time(live) == day


def test_a_date_beyond_the_lookback_leads_to_the_oldest_bar_and_says_so(live):
    live.open("AAPL", "1d")
    scroll_back(live, 6_000)
    said = []
    live.model.said.connect(said.append)
    live.open("AAPL", "5m")
    live.qtbot.waitUntil(lambda: bool(said), timeout=SLOW_MS)
    first = datetime.fromtimestamp(int(live.model.series.bars.open_time[0]), UTC)
    assert said == [f"5m bars of AAPL begin on {first.day} {first:%b %Y}"]
    assert live.model.placed.x_of(0) < 100


@pytest.mark.parametrize("interval", ["1d", "5m"])
def test_home_is_one_step_to_the_very_first_bar(live, interval):
    live.open("AAPL", interval)
    QTest.keyClick(live.window.charts.page.view, Qt.Key.Key_Home)
    live.qtbot.waitUntil(
        lambda: live.model.placed.left_edge < 0 and live.is_quiet() and not live.model.series.at_latest,
        timeout=SLOW_MS,
    )
    stored = live.stored("AAPL", interval)
    assert int(live.model.series.bars.open_time[0]) == int(stored.open_time[0])
    assert 0 <= live.model.placed.x_of(0) < 100
