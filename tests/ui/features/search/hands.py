"""What a hand does in the symbol search of a window, and what is seen then."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from candledesk.cache.events import LimiterChanged
from tests.ui.conftest import settle


def type_text(opened, text, key=None):
    """Press the keys of ``text`` one by one, each where the keyboard is, as a hand does."""
    for letter in text:
        QTest.keyClicks(opened.window.focusWidget(), letter)
        settle(opened.qapp)
    if key is not None:
        press(opened, key)


def press(opened, key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(opened.window.focusWidget(), key, modifiers)
    settle(opened.qapp)


def symbols(opened):
    return [row.symbol for row in opened.search.model.symbols]


def names(opened):
    """Return what entry, tab, title and chart name."""
    tab = opened.charts.tabs.tabText(opened.charts.tabs.currentIndex())
    title = opened.window.windowTitle().removesuffix(" — CandleDesk")
    return opened.entry.symbol, tab.split()[0], title.split()[0], opened.page.model.series.symbol


def go_offline(opened, *, is_offline=True):
    opened.cache.limiter = replace(opened.cache.limiter, is_offline=is_offline)
    opened.cache.emit(LimiterChanged(opened.cache.limiter))
    settle(opened.qapp)
