"""The box for intervals, and the stored intervals that a chart without bars offers (WINDOW.md, rule 10)."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest

from candledesk.cache.events import LimiterChanged
from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.interval_entry.offer import IntervalOffer
from candledesk.ui.features.interval_entry.words import EXAMPLES
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

Key = Qt.Key


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open("AAPL")
    made.page.view.setFocus()
    yield made
    QCursor.setPos(0, 0)  # else the crosshair of the next test's chart is where the mouse was left
    made.close()


def _type(opened, text):
    for letter in text:
        QTest.keyClicks(opened.window.focusWidget(), letter)
        settle(opened.qapp)


def _press(opened, key):
    QTest.keyClick(opened.window.focusWidget(), key)
    settle(opened.qapp)


def test_a_number_with_a_unit_is_named_in_words_and_opened(opened, cache):
    cache.add("AAPL", "3h", make_bars(300))
    _type(opened, "3h")
    assert opened.popup.hint.text() == "3 hours"
    _press(opened, Key.Key_Return)
    assert opened.page.title() == "AAPL 3h"
    assert opened.page.view.hasFocus()


def test_a_value_that_is_not_possible_says_why_and_stays(opened):
    _type(opened, "1500")
    assert opened.popup.hint.text().startswith("There are at most 1440 minutes")
    _press(opened, Key.Key_Return)
    assert opened.popup.isVisible()
    _press(opened, Key.Key_Escape)
    assert opened.popup.isHidden()
    assert opened.page.title() == "AAPL 1d"


def test_a_comma_opens_the_box_without_a_number(opened):
    _type(opened, ",")
    assert opened.popup.line.hasFocus()
    assert (opened.popup.line.text(), opened.popup.hint.text()) == ("", EXAMPLES)


@pytest.mark.parametrize("typed", ["7203.t", "1cov.de", "360one.ns"])
def test_a_ticker_that_begins_with_a_digit_becomes_a_search(opened, cache, typed):
    symbol = typed.upper()
    cache.add(symbol, "1d", make_bars(300))
    _type(opened, typed)
    assert opened.popup.isHidden()
    assert opened.search.line.text() == symbol
    _press(opened, Key.Key_Return)
    assert opened.page.title() == f"{symbol} 1d"


def _offline(opened):
    opened.cache.emit(LimiterChanged(replace(opened.cache.limiter, is_offline=True)))
    settle(opened.qapp)


def _offer(opened):
    return opened.page.findChild(IntervalOffer)


def _open_without_bars(opened):
    """Open an interval of which nothing is stored."""
    opened.cache.add("AAPL", "15m", make_bars(300, INTERVALS["15m"]), n_stored=0)
    opened.charts.set_interval(INTERVALS["15m"])
    settle(opened.qapp)


def test_an_interval_that_cannot_be_fetched_offers_the_stored_ones(opened):
    _offline(opened)
    _open_without_bars(opened)
    assert opened.page.model.scene.notice.title == "No 15m bars of AAPL are stored"
    assert list(_offer(opened).buttons) == ["5m", "1d", "1wk", "1mo", "3mo"]
    QTest.mouseClick(_offer(opened).buttons["5m"], Qt.MouseButton.LeftButton)
    settle(opened.qapp)
    assert opened.page.title() == "AAPL 5m"
    assert _offer(opened).isHidden()
    assert opened.page.view.hasFocus()


def test_bars_that_are_on_their_way_offer_nothing(opened):
    _open_without_bars(opened)
    assert _offer(opened).isHidden()
    _offline(opened)
    assert _offer(opened).isVisible(), "until the network is lost"


def test_an_interval_that_the_provider_does_not_have_offers_the_stored_ones(opened, cache):
    cache.add("AAPL", "1m", make_bars(300, INTERVALS["1m"]).take(slice(0, 0)))
    opened.charts.set_interval(INTERVALS["1m"])
    settle(opened.qapp)
    assert opened.page.model.scene.notice.title == "No 1m bars of AAPL"
    assert "1d" in _offer(opened).buttons


def test_the_offer_stays_inside_the_chart(opened):
    _offline(opened)
    _open_without_bars(opened)
    opened.window.resize(700, 500)
    settle(opened.qapp)
    view, offer = opened.page.view, _offer(opened)
    assert view.rect().contains(offer.geometry())
    assert abs(offer.geometry().center().x() - opened.page.model.frame().panes.plot_w / 2) <= 2


def test_a_symbol_without_any_bars_offers_nothing(opened, cache):
    _offline(opened)
    cache.add("NVDA", "1d", make_bars(300), n_stored=0)
    opened.open("NVDA")
    assert _offer(opened).isHidden()


def test_an_offer_in_another_cell_makes_that_cell_active(opened):
    _offline(opened)
    _open_without_bars(opened)
    waiting = opened.page
    opened.run("grid_2v")
    other = opened.charts.pages()[1]
    QTest.mouseClick(other.view.viewport(), Qt.MouseButton.LeftButton)
    settle(opened.qapp)
    assert opened.page is other
    QTest.mouseClick(waiting.findChild(IntervalOffer).buttons["1d"], Qt.MouseButton.LeftButton)
    settle(opened.qapp)
    assert opened.page is waiting
    assert waiting.title() == "AAPL 1d"


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Escape])
def test_what_is_typed_acts_on_the_active_cell(opened, key):
    opened.run("grid_2v")
    first, second = opened.charts.pages()
    opened.charts.show_page(second)
    opened.open("MSFT")
    opened.cache.add("MSFT", "1h", make_bars(300, INTERVALS["1h"]))
    second.view.setFocus()
    _type(opened, "1h")
    _press(opened, key)
    assert opened.page is second
    assert second.view.hasFocus()
    assert (first.title(), second.title()) == ("AAPL 1d", "MSFT 1h" if key == Key.Key_Return else "MSFT 1d")
