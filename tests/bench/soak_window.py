"""Eight hours of use of the whole window in minutes: ``python -m tests.bench.soak_window [--actions 4800]``.

Ten things a minute for eight hours, without the pauses between them: layouts, cells, symbols, intervals, compared
series, indicators, panels, lists, the palette, the search, dialogs, themes, sizes, pans and zooms, and live prices.
After each tenth the window is brought back to one chart and measured: memory (at most +10 % after the first tenth),
open files, threads and widgets must stay flat. Warnings of Qt and of the log count as faults. Exit code 1 for any.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import random
import sys
from functools import partial
from itertools import product
from pathlib import Path
from time import monotonic, sleep

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from candledesk.cache.events import BarsStored
from candledesk.cache.queries.studies.loader import MAX_KEPT_BYTES
from candledesk.cache.runtime.writer import Writer
from candledesk.domain.interval import INTERVALS
from candledesk.indicators.registry import INDICATORS
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.shell.main_window import MainWindow
from candledesk.workspace.grids import GRIDS
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.bench.cache_harness import build_database, open_service
from tests.bench.command import temporary_folder
from tests.bench.soak import FETCHED, SHOWN, SYMBOLS, change_last_bar, resources

N_BARS = 200_000
MOST_GROWTH = 1.10
N_CHECKS = 10
MOST_TABS, MOST_STUDIES, MOST_COMPARES = 4, 5, 3
PANELS = ("watchlist", "object_tree", "data_window", "jobs")
DIALOGS = ("options", "shortcuts", "storage", "about", "go_to_date", "indicators", "event_list", "new_backfill")
WORDS = ("soak", "theme", "1h", "five", "rsi", "layout", "list", "2026-11")
SEPARATOR = "qt_qmainwindow_extended_splitter"  # Qt keeps a hidden one for each time that a panel was shown
EXPECTED = ("This plugin does not support",)  # the offscreen platform has no window manager


class Faults(logging.Handler):
    """Collects the warnings of the log, and those of Qt."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(f"{record.name}: {record.getMessage()}")

    def on_qt_message(self, _kind, _context, text):
        if not text.startswith(EXPECTED):
            self.texts.append(f"Qt: {text}")

    def on_exception(self, kind, error, _trace):
        self.texts.append(f"{kind.__name__}: {error}")


class WindowSoak:
    """The window on a real cache, and a person who never rests."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        path = build_database(folder, N_BARS)
        self.service = open_service(path, N_BARS)
        self.service.child.is_open = True
        cache = self.service.controller
        for symbol in SYMBOLS:
            for interval in FETCHED:
                cache.wait_job(cache.start_backfill(symbol, interval, None).result(60).job_id).result(120)
        self.user_data = UserData(Path(folder) / "user.db", partial(Writer, name="candledesk-user-data"))
        self.bridge = Bridge(cache)
        self.window = MainWindow(
            cache,
            self.bridge,
            home=Path(folder),
            features=FEATURES,
            layout=AutosavedLayout(self.user_data),
            workspace=Workspace(self.user_data, self.service.symbol_names),
        )
        self.window.open_charts([SYMBOLS[0]], INTERVALS["1d"])
        self.window.resize(1_440, 900)
        self.window.show()
        self.window.finish_start()
        self.charts, self.actions = self.window.charts, self.window.table.actions

    def wait(self, seconds):
        """Let the window work; not in a coroutine, where the others could not go on (DESIGN.md, measured traps)."""
        until = monotonic() + seconds
        QApplication.processEvents()
        while monotonic() < until:
            QApplication.processEvents()
            sleep(0.001)

    def settle(self, timeout_s=5.0):
        """Wait until the charts that are seen show what is wanted."""
        until = monotonic() + timeout_s
        self.wait(0)
        while monotonic() < until and not all(
            page.feed.is_settled for page in self.charts.visible_pages() if page.target is not None
        ):
            self.wait(0.002)
        self.wait(0)

    def warm_up(self):
        """Compute indicators until nearly as many values are kept as may be: they count from the first measurement."""
        kept = self.service.controller._indicator_loader()._kept
        for symbol, interval in product(SYMBOLS, SHOWN):
            self.charts.open_chart(symbol, interval)
            self.settle()
            page = self.charts.page
            page.model.fit()
            for at in range(0, len(INDICATORS), MOST_STUDIES):
                for one in INDICATORS[at : at + MOST_STUDIES]:
                    page.studies.add(one.id)
                self.settle()
                self.wait(0.02)
                while page.study_feed.is_loading:
                    self.wait(0.01)
                page.studies.remove_all()
                if kept.n_bytes > 0.9 * MAX_KEPT_BYTES:
                    return

    # -- what a person does

    def symbol(self):
        self.charts.enter_symbol(self.random.choice(SYMBOLS))

    def interval(self):
        self.charts.set_interval(self.random.choice(SHOWN))

    def ratio(self):
        self.charts.enter_symbol("/".join(self.random.sample(SYMBOLS, 2)))

    def move(self):
        page = self.charts.page
        page.model.step(self.random.uniform(-900, 900))
        page.model.zoom(self.random.uniform(0, 800), self.random.choice((0.6, 0.8, 1.25, 1.7)))
        self.random.choice((page.model.go_latest, page.model.fit, page.model.reset, lambda: None))()

    def point(self):
        view = self.charts.page.view
        for _ in range(5):
            x, y = self.random.randrange(max(1, view.width())), self.random.randrange(max(1, view.height()))
            QTest.mouseMove(view.viewport(), QPoint(x, y))

    def cells(self):
        self.charts.set_grid(self.random.choice(tuple(GRIDS)))
        for page in self.charts.visible_pages():
            if page.target is None:
                page.feed.open(self.random.choice(SYMBOLS), self.random.choice(SHOWN))

    def next_cell(self):
        self.charts.show_page(self.random.choice(self.charts.visible_pages()))

    def maximise(self):
        self.charts.toggle_maximised()

    def tab(self):
        if self.charts.tabs.count() >= MOST_TABS or self.random.random() < 0.5:
            self.close_tab()
        else:
            self.charts.add_chart()
            self.charts.open_chart(self.random.choice(SYMBOLS), self.random.choice(SHOWN))

    def close_tab(self):
        if self.charts.tabs.count() > 1:
            self.charts.close_chart()

    def next_tab(self):
        self.actions["next_chart"].trigger()

    def compare(self):
        if len(self.charts.page.model.scene.compares) >= MOST_COMPARES:
            self.actions["remove_compares"].trigger()
        else:
            self.window._requests.compare_requested.emit(self.random.choice(SYMBOLS))

    def indicator(self):
        page = self.charts.page
        if len(page.model.scene.studies) >= MOST_STUDIES:
            self.actions["remove_indicators"].trigger()
        else:
            page.studies.add(self.random.choice(INDICATORS).id)

    def undo(self):
        for name in self.random.choices(("undo", "redo"), k=4):
            self.actions[name].trigger()

    def panel(self):
        self.actions[self.random.choice(PANELS)].trigger()

    def list(self):
        self.window._requests.watchlist_requested.emit(self.random.choice(SYMBOLS))

    def theme(self):
        self.actions["theme"].trigger()

    def size(self):
        self.window.resize(self.random.randrange(1_000, 1_920), self.random.randrange(640, 1_080))

    def typed(self, action):
        """Open the palette or the search, type, walk and leave."""
        self.actions[action].trigger()
        self.wait(0)
        target = QApplication.focusWidget() or self.window
        QTest.keyClicks(target, self.random.choice(WORDS))
        self.wait(0.01)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Escape):
            QTest.keyClick(QApplication.focusWidget() or self.window, key)

    def palette(self):
        self.typed("palette")

    def search(self):
        self.typed("symbol")

    def dialog(self):
        self.actions[self.random.choice(DIALOGS)].trigger()
        self.wait(0.01)
        self.close_dialogs()

    def close_dialogs(self):
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.close()

    def live(self):
        """Let the newest bar of the active chart change, as live prices do."""
        target = self.charts.target
        if target is None or "/" in target[0]:
            return
        symbol, interval = target[0], target[1].base
        for _ in range(5):
            change = partial(change_last_bar, symbol=symbol, interval=interval, by=self.random.choice((-0.01, 0.01)))
            span = self.service._writer.submit(change).result(30)
            self.service.emit(BarsStored(symbol, interval, span, 0))

    def act(self):
        """Do one thing, the frequent ones more often."""
        often = (self.symbol, self.interval, self.move, self.move, self.point, self.live, self.live, self.next_cell)
        seldom = (
            *(self.cells, self.maximise, self.tab, self.close_tab, self.next_tab, self.compare, self.indicator),
            *(self.undo, self.panel, self.list, self.theme, self.size, self.palette, self.search, self.dialog),
            self.ratio,
        )
        self.random.choice(often if self.random.random() < 0.5 else seldom)()
        self.settle()

    def rest(self):
        """Bring the window back to one chart without anything beside it, so that measurements compare."""
        self.close_dialogs()
        before = self.charts.tabs.grids()
        self.charts.add_chart()
        for grid in before:
            self.charts.tabs.setCurrentWidget(grid)
            self.charts.close_chart()
        for name in PANELS:
            if self.actions[name].isChecked():
                self.actions[name].trigger()
        self.window.resize(1_440, 900)
        self.charts.open_chart(SYMBOLS[0], INTERVALS["1d"])
        self.settle()
        self.wait(0.5)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()

    def close(self):
        self.window.close()
        self.bridge.close()
        self.user_data.close(1.0)
        self.service.close()


def use(soak, n_actions, faults):
    """Use the window; return whether everything stayed flat."""
    started, first, is_flat = monotonic(), None, True
    soak.warm_up()
    sys.stdout.write(f"{'actions':>9}{'RSS MB':>9}{'files':>7}{'threads':>9}{'widgets':>9}{'objects':>10}{'s':>7}\n")
    for turn in range(1, n_actions + 1):
        soak.act()
        if turn % max(1, n_actions // N_CHECKS) == 0:
            soak.rest()
            found = *resources(), sum(one.objectName() != SEPARATOR for one in QApplication.allWidgets())
            first = first or found
            is_flat &= found[0] <= first[0] * MOST_GROWTH and all(
                now <= before for now, before in zip(found[1:], first[1:], strict=True)
            )
            memory, n_files, n_threads, n_widgets = found
            sys.stdout.write(
                f"{turn:>9,}{memory:>9.1f}{n_files:>7}{n_threads:>9}{n_widgets:>9,}{len(gc.get_objects()):>10,}"
                f"{monotonic() - started:>7.0f}\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"resident memory {found[0] / first[0] - 1:+.1%} after the first tenth\n")
    for text in dict.fromkeys(faults.texts):
        sys.stdout.write(f"WARNING {text}\n")
    is_flat &= not faults.texts
    sys.stdout.write("flat\n" if is_flat else "MISSED: something grew, or there were warnings\n")
    return is_flat


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actions", type=int, default=4_800)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    faults = Faults()
    logging.getLogger().addHandler(faults)
    qInstallMessageHandler(faults.on_qt_message)
    sys.excepthook = faults.on_exception
    app = QApplication([])
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, context: faults.texts.append(f"loop: {context}"))
    with temporary_folder() as folder:
        soak = WindowSoak(folder, arguments.seed)
        found = []

        def work():
            try:
                found.append(use(soak, arguments.actions, faults))
            finally:
                loop.stop()

        QTimer.singleShot(0, work)
        loop.run_forever()
        soak.close()
    sys.stdout.flush()
    os._exit(0 if found == [True] else 1)


if __name__ == "__main__":
    main()
