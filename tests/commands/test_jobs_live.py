"""The job panel on a real cache and the demo market, by keys: what a person stops is stopped, and stays so."""

import time

import pytest
from PySide6.QtCore import Qt

from candledesk.cache.messages import JobState
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import parse_interval
from candledesk.settings import load_settings
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.jobs.panel import JobsPanel
from candledesk.ui.shell.main_window import MainWindow

NOW = "2026-11-20T22:00:00Z"
SLOW_MS = 60_000
STAYS_S = 1.5


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def window(qtbot, tmp_path, market):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="40", request_burst="3")
    service = CacheService(tmp_path / "c.db", settings, tmp_path / "yf", now=lambda: parse_instant(NOW))
    bridge = Bridge(service.controller)
    window = MainWindow(service.controller, bridge, home=tmp_path, features=FEATURES)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.finish_start()
    qtbot.waitExposed(window)
    yield window
    window.close()
    bridge.close()
    service.close()


def _start(window, qtbot, symbol, interval):
    panel = window.findChild(JobsPanel)
    panel.show()
    window.table.actions["new_backfill"].trigger()
    form = window.findChild(BackfillForm)
    form.symbols.setPlainText(symbol)
    for name, button in form.interval_buttons.items():
        button.setChecked(name == interval)
    qtbot.mouseClick(form.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0, timeout=SLOW_MS)
    qtbot.waitUntil(lambda: panel.model.job_at(0).bars_done > 0, timeout=SLOW_MS)
    return panel


def _watch(panel, qtbot, state):
    """Wait for a state, then see that it stays."""
    qtbot.waitUntil(lambda: panel.model.job_at(0).state is state, timeout=SLOW_MS)
    give_up = time.monotonic() + STAYS_S
    while time.monotonic() < give_up:
        assert panel.model.job_at(0).state is state
        qtbot.wait(20)


def test_a_backfill_is_paused_resumed_and_cancelled_by_keys(window, qtbot):
    panel = _start(window, qtbot, "BTC-USD", "1m")
    panel.table.selectRow(0)
    window.activateWindow()  # without a window manager nobody else does it when the form closes
    qtbot.waitUntil(window.isActiveWindow)
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    _watch(panel, qtbot, JobState.PAUSED)
    rested = panel.model.job_at(0).bars_done
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel.model.job_at(0).bars_done > rested, timeout=SLOW_MS)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    _watch(panel, qtbot, JobState.CANCELLED)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.model.job_at(0).state is JobState.SUCCEEDED, timeout=SLOW_MS)


def test_the_form_knows_what_is_stored(window, qtbot):
    panel = _start(window, qtbot, "MSFT", "1d")
    qtbot.waitUntil(lambda: panel.model.job_at(0).state is JobState.SUCCEEDED, timeout=SLOW_MS)
    window.charts.open_chart("MSFT", parse_interval("1d"))
    window.table.actions["new_backfill"].trigger()
    form = window.findChild(BackfillForm)
    qtbot.waitUntil(lambda: form.cost.text().startswith("Everything is stored already"), timeout=SLOW_MS)
    form.close()
