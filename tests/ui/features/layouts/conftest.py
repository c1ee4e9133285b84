"""A window on a fake cache with a real workspace in a home of its own, and a second writer of that workspace."""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from candledesk.cache.runtime.writer import Writer
from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.layouts.named import layout_saver
from candledesk.ui.features.layouts.named.changed_bar import ChangedBar
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

SYMBOLS = ("AAPL", "MSFT", "TSLA", "NVDA", "IBM")


def document(*symbols, **more):
    charts = [{"symbol": symbol, "interval": "1d"} for symbol in symbols]
    return {"format": "candledesk.layout/1", "charts": charts, "front": 0, "options": {}, **more}


class LayoutsHarness:
    """One home and its windows, one after the other; ``workspace`` writes as another program does."""

    def __init__(self, qapp, qtbot, cache, home):
        self.qapp, self.qtbot, self.cache, self.home = qapp, qtbot, cache, home
        self.user_data = UserData(home / "user.db", partial(Writer, name="candledesk-user-data"))
        self.workspace = Workspace(self.user_data)
        self.harness = None
        self.start()

    def start(self):
        if self.harness is not None:
            self.harness.close()
        layout = AutosavedLayout(self.user_data)
        self.harness = WindowHarness(self.qapp, self.cache, self.home, layout=layout, workspace=self.workspace)
        self.window.open_charts((), INTERVALS["1d"])
        settle(self.qapp)
        return self

    @property
    def window(self):
        return self.harness.window

    @property
    def charts(self):
        return self.harness.charts

    @property
    def tabs(self):
        return self.charts.tabs

    @property
    def grid(self):
        return self.charts.grid

    @property
    def names(self):
        return [grid.name for grid in self.tabs.grids()]

    @property
    def message(self):
        return self.charts.page.toast

    def run(self, action):
        self.harness.run(action)

    def open(self, symbol, interval="1d"):
        self.harness.open(symbol, interval)
        return self

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.window.activateWindow()  # as a desktop does when a dialog has closed
        settle(self.qapp)
        self.charts.focus()
        QTest.keyClick(self.charts.page.view, key, modifier)
        settle(self.qapp)

    def dialog(self, kind):
        self.qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in self.window.findChildren(kind)))
        (found,) = [dialog for dialog in self.window.findChildren(kind) if dialog.isVisible()]
        return found

    def name(self, text):
        """Give the layout in front a name, as a hand does."""
        from candledesk.ui.panels.watchlist.dialogs.text_dialog import TextDialog

        self.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        dialog = self.dialog(TextDialog)
        dialog.line.selectAll()
        QTest.keyClicks(dialog.line, text)
        QTest.keyClick(dialog.line, Qt.Key.Key_Return)
        self.until_named(text)

    def until_named(self, text):
        self.qtbot.waitUntil(lambda: self.grid.name == text)

    def stored(self, name):
        return self.workspace.read_layout(name).result(5).document

    def symbols(self, name):
        return [chart.get("symbol") for chart in self.stored(name)["charts"]]

    def store(self, name, *symbols, **more):
        """Store a layout as another program does."""
        self.workspace.put_layout(name, NamedLayout(name, document(*symbols, **more))).result(5)
        settle(self.qapp)

    def bar(self, grid=None):
        return (grid or self.grid).findChild(ChangedBar)

    def close(self):
        self.harness.close()
        assert self.user_data.close(30)


@pytest.fixture
def layouts(qapp, qtbot, cache, tmp_path, monkeypatch):
    monkeypatch.setattr(layout_saver, "SAVE_MS", 20)
    for symbol in SYMBOLS:
        for interval in ("1d", "1h"):
            cache.add(symbol, interval, make_bars(1_000, INTERVALS[interval]))
    made = LayoutsHarness(qapp, qtbot, cache, tmp_path)
    yield made
    made.close()
