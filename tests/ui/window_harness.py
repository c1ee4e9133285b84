"""A real window with all features on a cache that a test provides, and where its parts are found."""

from PySide6.QtCore import QEvent

from candledesk.domain.interval import INTERVALS
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.archive import ArchiveLabel
from candledesk.ui.features.chart import FactsLabel
from candledesk.ui.features.interval_entry.popup import IntervalPopup
from candledesk.ui.features.intervals.feature import IntervalButtons
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.features.search.entry import SymbolEntry
from candledesk.ui.features.search.popup import SymbolPopup
from candledesk.ui.shell.main_window import MainWindow
from tests.ui.conftest import discard, settle


class WindowHarness:
    """``browsed`` and ``closed`` grow by one whenever the window opens the browser and when it was closed."""

    def __init__(self, qapp, cache, home, features=FEATURES, layout=None, origin=None, workspace=None):
        self.qapp, self.cache, self.home = qapp, cache, home
        self.closed, self.browsed = [], []
        self.bridge = Bridge(cache)
        self.window = MainWindow(
            cache,
            self.bridge,
            home=home,
            features=features,
            layout=layout,
            workspace=workspace,
            origin=origin,
            open_browser=lambda: self.browsed.append(1),
            on_closed=lambda: self.closed.append(1),
        )
        self.window.show()
        self.window.finish_start()
        self.window.activateWindow()
        settle(qapp)

    @property
    def charts(self):
        return self.window.charts

    @property
    def page(self):
        return self.charts.page

    @property
    def actions(self):
        return self.window.table.actions

    @property
    def entry(self):
        return self.window.findChild(SymbolEntry)

    @property
    def search(self):
        return self.window.findChild(SymbolPopup)

    @property
    def popup(self):
        return self.window.findChild(IntervalPopup)

    @property
    def interval_buttons(self):
        return self.window.findChild(IntervalButtons)

    @property
    def jobs_panel(self):
        return self.window.features["jobs"].panel.dock

    @property
    def archive_label(self):
        return self.window.findChild(ArchiveLabel)

    @property
    def facts(self):
        return self.window.findChild(FactsLabel)

    def open(self, symbol="MSFT", interval="1d"):
        self.charts.open_chart(symbol, INTERVALS[interval])
        settle(self.qapp)
        for page in self.charts.pages():
            self.qapp.sendEvent(page.view, QEvent(QEvent.Type.Leave))  # wherever the platform keeps its mouse
        return self

    def run(self, name):
        """Do what an entry of the menu does."""
        self.actions[name].trigger()
        settle(self.qapp)

    def close(self):
        self.window.close()
        self.bridge.close()
        settle(self.qapp)
        discard(self.qapp, self.window)
