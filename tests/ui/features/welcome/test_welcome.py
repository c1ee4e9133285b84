"""The welcome page of a window without a chart, with real clicks and keys."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from candledesk.cache.events import LimiterChanged
from candledesk.ui.features.welcome.page import WelcomePage
from candledesk.ui.features.welcome.rows import COLUMNS, OFFLINE_TEXT
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def harness(qapp, cache, tmp_path):
    cache.add("SPY", "1d", make_bars(500))
    window = WindowHarness(qapp, cache, tmp_path)
    window.window.resize(1280, 800)
    settle(qapp)
    yield window
    window.close()


def page_of(harness):
    pages = [page for page in harness.window.findChildren(WelcomePage) if page.isVisible()]
    return pages[0] if pages else None


def click(harness, text):
    row = next(row for row in page_of(harness).rows if row.row.text == text)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    settle(harness.qapp)


def test_a_click_on_an_example_opens_it_and_the_page_is_gone(harness):
    assert page_of(harness).geometry() == harness.page.rect()
    click(harness, "SPY")
    assert harness.page.title() == "SPY 1d"
    assert harness.page.view.hasFocus()
    assert page_of(harness) is None


def test_typing_goes_to_the_search_although_the_page_lies_over_the_chart(harness):
    QTest.keyClicks(harness.page.view, "s")
    settle(harness.qapp)
    assert harness.search.isVisible()
    assert page_of(harness) is not None


def test_every_row_that_is_clicked_does_something(harness):
    actions = [row.action for column in COLUMNS for row in column.rows if row.action]
    assert actions
    assert set(actions) - set(harness.actions) <= {"watchlist"}, "which a window without a workspace does not have"
    for row in (row for column in COLUMNS for row in column.rows if row.action in harness.actions):
        keys = [one.toString() for one in harness.actions[row.action].shortcuts()]
        assert row.keys in {*keys, "", "any letter"}, row.text
    click(harness, "All keys")
    assert harness.qapp.activeWindow() is not harness.window
    harness.qapp.activeWindow().close()


def test_several_cells_say_themselves_what_to_type(harness):
    click(harness, "Four charts at once")
    assert page_of(harness) is None
    assert [page.model.scene.notice.title for page in harness.charts.pages()] == ["Type a symbol"] * 4
    harness.run("grid_1")
    assert page_of(harness) is not None


def test_the_page_says_that_there_is_no_network(harness, cache):
    reach = page_of(harness).reach
    assert not reach.isVisible()
    cache.emit(LimiterChanged(replace(cache.limiter, is_offline=True)))
    settle(harness.qapp)
    assert (reach.isVisible(), reach.text()) == (True, OFFLINE_TEXT)
    cache.emit(LimiterChanged(cache.limiter))
    settle(harness.qapp)
    assert not reach.isVisible()


def test_a_small_window_keeps_the_words_of_the_empty_chart(harness):
    harness.window.resize(720, 800)
    settle(harness.qapp)
    assert page_of(harness) is None
    harness.window.resize(1100, 700)
    settle(harness.qapp)
    assert page_of(harness).size() == harness.page.size()


def test_no_word_and_no_key_is_cut_off(harness):
    """At 853 pixels the keys of the third column were cut at its edge."""
    for width in (780, 853, 930, 1_000, 1_280):
        harness.window.resize(width, 800)
        settle(harness.qapp)
        for row in page_of(harness).rows:
            parts = [child for child in row.findChildren(QWidget) if child.isVisible()]
            assert all(part.width() >= part.sizeHint().width() for part in parts), (width, row.row.text)
            assert all(part.geometry().right() < row.width() for part in parts), (width, row.row.text)


def test_a_second_layout_beside_a_chart_is_not_welcomed(harness):
    harness.open("SPY")
    harness.charts.add_chart()
    settle(harness.qapp)
    assert page_of(harness) is None


def test_the_page_follows_to_the_layout_that_remains(harness):
    harness.charts.add_chart()
    settle(harness.qapp)
    assert page_of(harness).parent() is harness.page
    harness.charts.close_chart()
    settle(harness.qapp)
    assert page_of(harness).parent() is harness.page


@pytest.mark.parametrize("by", ["interval", "span"])
def test_what_needs_a_symbol_says_so_over_the_page(harness, by):
    """The buttons of intervals and spans did nothing in a window without a chart."""
    bars = harness.window.bars
    button = _button(bars.top, "5m") if by == "interval" else _button(bars.dates, "1Y")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(harness.qapp)
    assert harness.page.toast == "No chart is open: type a symbol first"
    assert page_of(harness) is not None


def _button(bar, text):
    return next(button for button in bar.findChildren(QToolButton) if button.text() == text)
