import time

import pytest

from candledesk.domain.calendar.countdown import TradingHours, TradingSession
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.chart.paint.countdown import countdown_text
from candledesk.ui.chart.paint.last_price import countdown_rect, last_price_y
from tests.fake_data import NOW
from tests.ui.conftest import copied_areas


@pytest.fixture
def hours():
    """Return an hour of trading, of which 40 minutes have passed."""
    return TradingHours(NOW, 0, (TradingSession(NOW - 2_400, NOW - 2_400, NOW + 1_200, None, NOW + 1_200),))


@pytest.fixture
def counting(chart, cache, hours, monkeypatch):
    """Return a chart that counts down; the time stands still until a test moves it."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    cache.hours = hours
    return chart.open("MSFT")


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "00:05"), (299, "04:59"), (3_905, "1:05:05"), (3 * 86_400 + 7_300, "3d 02h")]
)
def test_it_reads_like_a_clock(seconds, text):
    assert countdown_text(seconds) == text


def test_it_counts_from_what_the_cache_said(counting):
    assert counting.model.scene.is_counting
    assert counting.view.countdown == "20:00"
    assert counting.model.seconds_to_close(time.time() + 600) == 600
    assert counting.model.seconds_to_close(time.time() + 1_300) is None  # the venue has closed


def test_each_second_repaints_the_countdown_alone(counting, monkeypatch):
    areas = copied_areas(counting, monkeypatch)
    n_paints, start = counting.view.canvas.n_paints, time.time()
    for second in range(1, 4):
        monkeypatch.setattr(time, "time", lambda at=start + second: at)
        counting.view._overlay.start_clock()
        counting.settle()
    assert counting.view.canvas.n_paints == n_paints
    assert len(areas) == 3
    assert max(areas) < 4_000


def test_it_is_hidden_without_a_session_an_option_or_the_latest_bar(counting, cache):
    counting.model.set_options(ChartOptions(has_countdown=False))
    assert (counting.view.countdown, counting.model.scene.is_counting) == ("", False)
    counting.model.set_options(ChartOptions())
    assert counting.view.countdown
    cache.hours = TradingHours(NOW, 0, ())
    counting.open("AAPL")
    assert counting.view.countdown == ""


def test_no_label_is_half_hidden_by_it(counting):
    frame = counting.model.frame()
    left, top, width, height = countdown_rect(frame, counting.model.series)
    assert (left, left + width) == (frame.panes.plot_w, frame.panes.width)
    assert top == last_price_y(frame, counting.model.series) + 10
    shown = counting.view.grab().toImage()
    ground = counting.view._overlay.theme.background
    for y in range(top + height + 1, top + height + 4):
        assert {shown.pixelColor(x, y).name() for x in range(left + 2, left + width)} == {ground}


def test_at_the_bottom_it_stands_above_the_tag(counting):
    span = counting.model.frame().price.range
    last = float(counting.model.series.bars.close[-1])
    size = span.hi - span.lo
    counting.model.price_axis.scale(1.0)
    counting.model._replace(price_range=type(span)(last - size * 0.02, last + size))
    frame = counting.model.frame()
    _, top, _, height = countdown_rect(frame, counting.model.series)
    assert top + height == last_price_y(frame, counting.model.series) - 10
