"""What a chart asks of the cache for its drawings, when, and what becomes of the answers."""

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.drawing_messages import AnchorRequest, DrawingRequest, DrawingValues, ProfileTask
from candledesk.cache.events import BarsStored
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.drawings.placed import placed_in
from tests.ui.conftest import settle


def drawing(tool, *times, drawing_id="a", **changes):
    return Drawing(drawing_id, tool, "MSFT", tuple(Anchor(int(time), 50.0, "1d") for time in times), **changes)


@pytest.fixture
def chart(harness, workspace, qtbot):
    """A chart of MSFT 1d, and a function that stores drawings and waits until the chart has all it wants."""
    harness.open("MSFT", "1d")
    page, asked = harness.page, harness.cache.drawing_bars.asked

    def show(*drawings):
        asked.clear()
        workspace.put_drawings(drawings).result(5)
        wanted = {one.id for one in drawings}
        qtbot.waitUntil(lambda: wanted <= {one.id for one in page.model.scene.drawings.drawings})
        qtbot.waitUntil(lambda: not page.drawing_feed.is_loading)
        return asked

    page.show_drawings = show
    return page


def test_nothing_is_asked_for_drawings_on_loaded_bars(chart):
    times = chart.model.series.bars.open_time
    assert chart.show_drawings(drawing("trend_line", times[5], times[-5])) == []


def test_points_beyond_the_loaded_bars_are_counted_from_a_loaded_one(chart):
    times = chart.model.series.bars.open_time
    far = int(times[0]) - 700 * DAY_S
    bars = chart.drawing_feed._cache.drawing_bars
    bars.counts = {far: -400, far + DAY_S: -399}
    (request,) = chart.show_drawings(drawing("trend_line", far, times[-5]))
    assert request == AnchorRequest("MSFT", INTERVALS["1d"], int(times[0]), (far,))
    (placed,) = placed_in(chart.model.scene).between(-np.inf, np.inf)
    assert placed.indexes[0] == -400


def test_a_drawing_that_ends_before_the_loaded_bars_needs_no_place(chart):
    first = int(chart.model.series.bars.open_time[0])
    assert chart.show_drawings(drawing("rectangle", first - 700 * DAY_S, first - 500 * DAY_S)) == []
    (request,) = chart.show_drawings(drawing("ray", first - 700 * DAY_S, first - 500 * DAY_S, drawing_id="b"))
    assert len(request.times) == 2


def test_a_profile_is_asked_once_and_again_after_bars_of_the_symbol_were_stored(chart, harness, qtbot):
    times = chart.model.series.bars.open_time
    rows = ((1.0, 2.0, 1.0, True),)
    bars = harness.cache.drawing_bars
    bars.values = lambda request: DrawingValues(request, "5m", rows=rows)
    asked = chart.show_drawings(drawing("volume_profile", times[-30], times[-5]))
    task = ProfileTask(Span(int(times[-30]), int(times[-5]) + DAY_S), 24, 0.7)
    assert asked == [DrawingRequest("MSFT", INTERVALS["1d"], task)]
    assert chart.model.scene.drawing_values["a"].rows == rows
    chart.model.step(-3)
    qtbot.waitUntil(lambda: not chart.drawing_feed.is_loading)
    assert len(asked) == 1
    harness.cache.emit(BarsStored("MSFT", INTERVALS["5m"], task.span, 9))
    qtbot.waitUntil(lambda: len(asked) == 2)
    qtbot.waitUntil(lambda: not chart.drawing_feed.is_loading)


def test_what_is_requested_again_stays_on_screen_until_it_has_come(chart, harness, qtbot):
    times, bars = chart.model.series.bars.open_time, harness.cache.drawing_bars
    chart.show_drawings(
        *(drawing("volume_profile", times[-row], times[-5], drawing_id=f"of{row}") for row in (30, 20, 10))
    )
    shown = set(chart.model.scene.drawing_values)
    assert len(shown) == 3
    answers = {}

    def load_values(request):
        answers[request] = Future()
        return answers[request]

    bars.load_values = load_values
    harness.cache.emit(BarsStored("MSFT", INTERVALS["5m"], Span(int(times[-30]), int(times[-5])), 9))
    qtbot.waitUntil(lambda: len(answers) == 1)
    (request,) = answers
    news = DrawingValues(request, "5m", rows=((1.0, 2.0, 1.0, True),))
    answers[request].set_result(news)
    qtbot.waitUntil(lambda: news in chart.model.scene.drawing_values.values())
    assert set(chart.model.scene.drawing_values) == shown, "the others have not come yet"
    while chart.drawing_feed.is_loading:
        for asked, answer in tuple(answers.items()):
            if not answer.done():
                answer.set_result(DrawingValues(asked, "5m"))
        settle(harness.qapp)


def test_what_is_removed_is_forgotten(chart, workspace, qtbot):
    times = chart.model.series.bars.open_time
    chart.show_drawings(
        drawing("volume_profile", times[-30], times[-5]), drawing("anchored_vwap", times[-20], drawing_id="b")
    )
    assert set(chart.model.scene.drawing_values) == {"a", "b"}
    workspace.delete_drawing("a").result(5)
    workspace.change_drawing("b", {"points": [{"t": int(times[-10]), "interval": "1d"}]}).result(5)
    qtbot.waitUntil(lambda: set(chart.model.scene.drawing_values) == {"b"})


def test_a_drawing_of_one_chart_is_in_that_chart_and_in_its_layout(chart, harness, workspace, qtbot):
    times = chart.model.series.bars.open_time
    assert "id" not in chart.state.contents()
    own = chart.model.chart_id()
    assert chart.model.chart_id() == own
    assert chart.state.contents()["id"] == own
    workspace.put_drawings([replace(drawing("trend_line", times[5], times[-5]), chart=own)]).result(5)
    other = harness.charts.add_chart()
    harness.open("MSFT", "1d")
    pages = harness.charts.pages()
    qtbot.waitUntil(lambda: all(len(page.model.scene.drawings.drawings) == 1 for page in pages))
    shown = {page: len(placed_in(page.model.scene).rows) for page in pages}
    assert shown == {chart: 1, other: 0}
    other.state.restore(None, {"id": own})
    assert len(placed_in(other.model.scene).rows) == 1, "as after the layout was opened again"
