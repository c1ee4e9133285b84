"""A window whose symbol search is used by real keys and clicks."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QCursor

from tests.fake_data import make_instrument
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def opened(qapp, cache, tmp_path):
    cache.instruments["SPY"] = replace(make_instrument("SPY"), name="SPDR S&P 500", quote_type="ETF")
    made = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    made.page.view.setFocus()
    yield made
    QCursor.setPos(0, 0)  # else the crosshair of the next test's chart is where the mouse was left
    made.close()
