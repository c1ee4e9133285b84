"""A window with the watchlist panel on a fake cache and a real workspace in a home of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from candledesk.domain.interval import INTERVALS
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.registry import ListedNames, make_providers
from candledesk.ui.panels.watchlist.rows.order import SectionRow
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection
from candledesk.workspace.workspace import Workspace
from tests.fake_cache import FakeCache
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

SYMBOLS = ("AAPL", "MSFT", "NVDA", "IBM", "GOOG", "AMZN")


def make_list(name, *sections, **options):
    """Return a list; a section is its title and its symbols in one text."""
    parts = tuple(WatchlistSection(title, tuple(symbols.split())) for title, symbols in sections)
    return Watchlist(name, parts, **options)


class PanelHarness:
    """The panel, shown; ``reported`` grows by every message."""

    def __init__(self, qapp, qtbot, cache, home, workspace):
        self.qapp, self.qtbot, self.cache, self.workspace = qapp, qtbot, cache, workspace
        self.harness = WindowHarness(qapp, cache, home, workspace=workspace)
        self.window = self.harness.window
        self.panel = self.window.features["watchlist"].panel.dock
        self.view, self.model = self.panel.view, self.panel.model
        self.book = self.panel._book
        self.harness.open("AAPL")
        if not self.panel.isVisible():
            self.harness.run("watchlist")
        qtbot.waitUntil(lambda: self.book.is_loaded)
        self.settle()

    @property
    def target(self):
        return self.harness.charts.target

    @property
    def message(self):
        return self.harness.page.toast

    def settle(self):
        settle(self.qapp)

    def shown(self):
        """Return the rows as texts: titles in brackets."""
        return [f"[{row.title}]" if isinstance(row, SectionRow) else row.symbol for row in self.model.rows]

    def stored(self, name=None):
        """Return the stored list, once everything is stored."""
        self.qtbot.waitUntil(lambda: self.book._n_saving == 0)
        return self.workspace.read_watchlist(name or self.book.shown_name).result(5)

    def cell(self, symbol, column):
        return self.model.index(self.model.row_of(symbol), COLUMNS.index(column)).data()

    def place(self, text):
        """Return the middle of the row of a symbol or of a title in brackets."""
        return self.view.visualRect(self.model.index(self.shown().index(text), 0)).center()

    def click(self, text, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifier, self.place(text))
        self.settle()

    def double_click(self, text):
        self.click(text)
        self.qtbot.mouseDClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=self.place(text))
        self.settle()

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.view.setFocus()
        QTest.keyClick(self.view, key, modifier)
        self.settle()

    def dialog(self, kind):
        self.settle()
        found = [dialog for dialog in self.window.findChildren(kind) if dialog.isVisible()]
        assert len(found) == 1
        return found[0]

    def close(self):
        self.harness.close()


@pytest.fixture
def cache():
    fake = FakeCache()
    for seed, symbol in enumerate(SYMBOLS):
        fake.add(symbol, "1d", make_bars(300, seed=seed + 3))
    fake.add("AAPL", "5m", make_bars(2_000, INTERVALS["5m"]))
    return fake


@pytest.fixture
def workspace(user_data):
    names = ListedNames(make_providers(ProviderOptions(Quota(1, 1, 1), {}, "")))
    return Workspace(user_data, names)


@pytest.fixture
def open_panel(qapp, qtbot, cache, tmp_path, workspace):
    """Return a function that stores lists and opens a window with the panel."""
    opened = []

    def begin(*lists):
        for one in opened:
            one.close()
        opened.clear()
        for one in lists:
            workspace.add_watchlist(one).result(5)
        opened.append(PanelHarness(qapp, qtbot, cache, tmp_path, workspace))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


@pytest.fixture
def panel(open_panel):
    return open_panel(make_list("Tech", ("", "AAPL MSFT"), ("Chips", "NVDA IBM"), ("More", "GOOG AMZN")))
