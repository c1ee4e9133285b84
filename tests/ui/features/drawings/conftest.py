import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.drawings.editor import DrawingEditor
from tests.ui.conftest import settle
from tests.ui.features.drawings.hand import Hand
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def harness(qapp, cache, tmp_path, workspace):
    opened = WindowHarness(qapp, cache, tmp_path, workspace=workspace)
    yield opened
    opened.close()


@pytest.fixture
def editor(harness):
    return harness.window.findChild(DrawingEditor)


@pytest.fixture
def hand(harness, editor):
    """A hand on a chart of MSFT 1d that has the keyboard."""
    harness.open("MSFT", "1d")
    harness.window.resize(1100, 700)
    harness.charts.focus()
    settle(harness.qapp)
    return Hand(harness.page, editor)


@pytest.fixture
def two_hands(harness, editor, qtbot):
    """Hands on two charts of AAPL beside each other, of 1d and 5m, whose newest bars have much the same prices."""
    harness.open("AAPL", "1d")
    harness.window.resize(1400, 700)
    harness.charts.set_grid("2h")
    first, second = harness.charts.pages()
    second.feed.open("AAPL", INTERVALS["5m"])
    qtbot.waitUntil(lambda: len(second.model.series.bars) > 0)
    settle(harness.qapp)
    return Hand(first, editor), Hand(second, editor)
