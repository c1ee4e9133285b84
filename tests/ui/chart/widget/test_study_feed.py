"""When values of indicators are requested, and which replies are drawn."""

from concurrent.futures import Future

import pytest

from candledesk.cache.events import BarsStored
from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.widget import study_feed
from candledesk.ui.chart.widget.chart_studies import ChartStudies
from candledesk.ui.chart.widget.study_feed import StudyFeed
from tests.fake_data import make_bars


class Held:
    """Holds the cache's answers on indicators back until a test gives them."""

    def __init__(self, cache):
        self._answers = {"load_indicator": cache.load_indicator, "load_indicator_rows": cache.load_indicator_rows}
        self.open = []
        for name in self._answers:
            setattr(cache, name, lambda request, name=name: self._hold(name, request))

    def _hold(self, name, request):
        self.open.append((request, Future(), name))
        return self.open[-1][1]

    @property
    def requests(self):
        return [request for request, _, _ in self.open]

    def answer(self, at=0, error=None):
        request, future, name = self.open.pop(at)
        if error is None:
            future.set_result(self._answers[name](request).result())
        else:
            future.set_exception(error)


@pytest.fixture
def held(cache):
    return Held(cache)


@pytest.fixture
def studied(chart, cache, monkeypatch):
    monkeypatch.setattr(study_feed, "_STORED_MS", 20)
    monkeypatch.setattr(study_feed, "_RANGE_MS", 20)
    chart.open()
    chart.study_feed = StudyFeed(cache, chart.bridge, chart.model)
    chart.studies = ChartStudies(chart.model)
    return chart


def _values(chart, key):
    return chart.model.scene.study_values.get(key)


def test_values_of_the_loaded_window_are_requested_and_nothing_for_a_hidden_study(studied, held):
    studied.studies.add("sma")
    (request,) = held.requests
    times = studied.model.series.bars.open_time
    assert isinstance(request, IndicatorRequest)
    assert request.span.start == times[0]
    assert request.span.end > times[-1]
    held.answer()
    studied.settle()
    studied.studies.toggle("sma-1")
    studied.model.series_changed.emit()
    assert held.requests == []
    studied.studies.toggle("sma-1")
    assert len(held.requests) == 1


def test_one_request_is_in_flight_and_the_latest_window_is_requested_next(studied, held):
    studied.study_feed._series_timer.setInterval(60_000)
    studied.studies.add("sma")
    for _ in range(5):
        studied.model.series_changed.emit()
    assert len(held.requests) == 1
    held.answer()
    studied.settle()
    assert _values(studied, "sma-1") is not None
    assert len(held.requests) == 1, "the window changed meanwhile"
    held.answer()
    studied.settle()
    assert held.requests == []


def test_many_changes_of_the_window_in_a_row_lead_to_few_requests(studied, held):
    studied.study_feed._series_timer.setInterval(60_000)
    studied.studies.add("sma")
    held.answer()
    studied.settle()
    n_answered = 0
    for _ in range(50):
        studied.model.series_changed.emit()
        while held.open:
            held.answer()
            studied.settle()
            n_answered += 1
    assert n_answered <= 1
    assert studied.study_feed.is_loading, "the last change leads to a request at the end of the pause"


def test_a_reply_to_former_inputs_is_not_drawn(studied, held):
    one = studied.studies.add("sma")
    for length in (20, 30):
        changed = type(one)(one.key, make_study("sma", {"length": length}), one.pane)
        studied.studies.preview(changed)
    assert [request.study.params.value("length") for request in held.requests] == [9, 20, 30]
    held.answer(1)
    studied.settle()
    assert _values(studied, "sma-1") is None
    held.answer(1)
    studied.settle()
    assert _values(studied, "sma-1").study.params.value("length") == 30
    held.answer(0)
    studied.settle()
    assert _values(studied, "sma-1").study.params.value("length") == 30


def test_values_that_come_together_change_the_chart_once(studied, held):
    for name in ("sma", "ema", "rsi"):
        studied.studies.add(name)
    studied.settle()
    changes = []
    studied.model.changed.connect(lambda: changes.append(len(studied.model.scene.study_values)))
    while held.open:
        held.answer()
    studied.settle()
    assert changes == [3]


def test_a_removed_study_draws_nothing_when_its_reply_comes(studied, held):
    studied.studies.add("rsi")
    studied.studies.remove("rsi-1")
    held.answer()
    studied.settle()
    assert _values(studied, "rsi-1") is None


def test_an_error_is_said_in_the_legend(studied, held):
    studied.studies.add("sma")
    held.answer(error=InputError("from", "The span holds more than 100,000 bars: ask for a shorter one"))
    studied.settle()
    assert "The span holds more than 100,000 bars" in studied.view.study_legend


def test_bars_that_are_stored_lead_to_new_values_also_when_the_window_stays(studied, held, qtbot):
    studied.studies.add("sma")
    held.answer()
    studied.settle()
    series = studied.model.series
    last = int(series.bars.open_time[0])
    studied.bridge.bars_stored.emit(BarsStored("MSFT", series.interval, Span(last, last + DAY_S), 2))
    studied.bridge.bars_stored.emit(BarsStored("AAPL", series.interval, Span(last - DAY_S, last), 2))
    qtbot.waitUntil(lambda: len(held.requests) == 1, timeout=3_000)


@pytest.mark.parametrize(
    ("name", "params", "is_of_daily"),
    [("sma", {}, False), ("pivot_points", {}, True), ("vwap", {"anchor": "dividends"}, True)],
)
def test_daily_bars_that_are_stored_change_what_is_made_of_days_and_ex_dates(
    studied, held, cache, qtbot, name, params, is_of_daily
):
    cache.add("AAPL", "5m", make_bars(500, INTERVALS["5m"]))
    studied.feed.open("AAPL", INTERVALS["5m"])
    studied.settle()
    studied.studies.add_study(make_study(name, params))
    held.answer()
    studied.settle()
    studied.bridge.bars_stored.emit(BarsStored("AAPL", INTERVALS["1d"], Span(0, DAY_S), 2))
    assert studied.study_feed._stored_timer.isActive() is is_of_daily
    if is_of_daily:
        qtbot.waitUntil(lambda: len(held.requests) == 1, timeout=3_000)


@pytest.fixture
def long_series(qapp, studied, cache, qtbot):
    """A chart that is zoomed out over so many bars that its rows stand for several."""
    cache.add("AAPL", "5m", make_bars(60_000, INTERVALS["5m"]))
    studied.feed.open("AAPL", INTERVALS["5m"])
    studied.settle()
    studied.model.fit()
    studied.settle()
    qtbot.waitUntil(lambda: studied.model.series.axis.stride > 1, timeout=3_000)
    return studied


def test_the_last_bars_of_a_long_series_are_shown_first(long_series, held, monkeypatch, qtbot):
    monkeypatch.setattr(study_feed, "_FIRST_BARS", 10_000)
    studied, axis = long_series, long_series.model.series.axis
    studied.studies.add("sma")
    (first,) = held.requests
    assert first.span == Span(int(axis.loaded_end) - 10_000 * 300, int(axis.loaded_end))
    held.answer()
    studied.settle()
    shown = _values(studied, "sma-1").open_time
    assert int(shown[0]) >= first.span.start - axis.stride * 300
    (whole,) = held.requests
    assert whole.span.start == int(axis.open_time[0])
    while held.open:  # the window may have changed meanwhile
        held.answer()
        studied.settle()
    assert len(_values(studied, "sma-1").open_time) > len(shown)
    studied.model.series_changed.emit()
    qtbot.waitUntil(lambda: held.open != [], timeout=3_000)
    assert [request.span for request in held.requests] == [whole.span], "a part is not shown again"


def test_a_zoomed_out_chart_requests_rows_at_its_stride(long_series, held):
    studied = long_series
    studied.studies.add("sma")
    request = held.requests[-1]
    assert isinstance(request, IndicatorRowsRequest)
    assert request.stride == studied.model.series.axis.stride


def test_a_profile_is_made_of_the_visible_range_and_again_after_a_move(studied, held, qtbot):
    studied.studies.add("volume_profile")
    lo, hi = studied.model.placed.visible()
    times = studied.model.series.bars.open_time
    (request,) = held.requests
    assert request.span == Span(int(times[lo]), int(times[hi - 1]) + DAY_S)
    held.answer()
    studied.settle()
    for _ in range(10):
        studied.model.step(-10)
    qtbot.waitUntil(lambda: len(held.requests) == 1, timeout=3_000)
    assert held.requests[0].span.start < request.span.start
    studied.model.step(0)
    assert len(held.requests) == 1
