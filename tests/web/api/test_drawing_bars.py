"""What drawings need of stored candles, over HTTP and read back by the client of a second process."""

import numpy as np
import pytest

from candledesk.cache.drawing_messages import (
    AnchorRequest,
    DrawingRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
    VwapTask,
)
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.web.api.workspace.drawing_bars import COUNTS_PATH, VALUES_PATH
from candledesk.web.remote_drawings import N_ENDS, RemoteDrawingBars

DAILY, START = INTERVALS["1d"], 1_767_312_000
SPAN = Span(START, START + 10 * DAY_S)
TASKS = [
    VwapTask(START, (START + DAY_S, START + 2 * DAY_S)),
    ProfileTask(SPAN, 12, 0.5),
    PositionTask(START, INTERVALS["1h"], 100.0, 110.0, 95.5),
    VolumeTask(SPAN),
]


class Api:
    """Stands for ``ApiClient`` on a client of the tests."""

    def __init__(self, client):
        self.client, self.sizes = client, []

    def post(self, path, body):
        answer = self.client.post(path, json=body)
        self.sizes.append(len(answer.request.content))
        assert answer.status_code == 200, answer.text
        return answer.json()


def _answer(request):
    if isinstance(request.task, VwapTask):
        ends = np.array(request.task.ends, np.float64)
        ends[0] = np.nan
        return DrawingValues(request, "5m", has_gaps=True, curves={"vwap": ends, "deviation": ends / 2})
    rows = ((99.5, 100.0, 1.0, True), (100.0, 100.5, 0.25, False))
    return DrawingValues(request, "15m", rows=rows, outcome="stop", last=95.25, volume=1e9)


@pytest.mark.parametrize("task", TASKS)
def test_a_second_process_reads_what_the_cache_answers(client, cache, task):
    cache.drawing_bars.values = _answer
    request = DrawingRequest("AAPL", DAILY, task)
    found = RemoteDrawingBars(Api(client)).load_values(request).result(5)
    assert cache.drawing_bars.asked == [request]
    expected = _answer(request)
    for name in ("request", "source", "has_gaps", "rows", "outcome", "last", "volume"):
        assert getattr(found, name) == getattr(expected, name)
    assert found.curves.keys() == expected.curves.keys()
    for name, line in expected.curves.items():
        np.testing.assert_array_equal(found.curves[name], line)


def test_a_long_curve_is_asked_for_in_parts_that_the_server_takes(client, cache):
    cache.drawing_bars.values = lambda request: DrawingValues(
        request, "1d", curves={name: np.array(request.task.ends, np.float64) for name in ("vwap", "deviation")}
    )
    ends = tuple(START + 60 * at for at in range(2 * N_ENDS + 5))
    api = Api(client)
    found = RemoteDrawingBars(api).load_values(DrawingRequest("AAPL", DAILY, VwapTask(START, ends))).result(5)
    assert tuple(found.curves["vwap"].astype(int)) == ends
    assert len(api.sizes) == 3
    assert max(api.sizes) < 64 * 1024


def test_counts_are_read_back(client, cache):
    cache.drawing_bars.counts = {START - DAY_S: -41, START + 90 * DAY_S: 55}
    request = AnchorRequest("AAPL/SPY", DAILY, START, (START - DAY_S, START + 90 * DAY_S))
    found = RemoteDrawingBars(Api(client)).count_anchors(request).result(5)
    assert cache.drawing_bars.asked == [request]
    assert found.open_time.tolist() == [START - DAY_S, START + 90 * DAY_S]
    assert found.position.tolist() == [-41, 55]


BODY = {"symbol": "AAPL", "interval": "1d", "kind": "volume", "start": START, "end": START + 1}
REFUSED = [
    (VALUES_PATH, {"kind": "drift"}, 400, "kind"),
    (VALUES_PATH, {"interval": None}, 400, "interval"),
    (VALUES_PATH, {"end": None}, 422, "end"),
    (VALUES_PATH, {"end": START}, 422, "end"),
    (VALUES_PATH, {"start": 10**15}, 422, "start"),
    (VALUES_PATH, {"kind": "vwap"}, 422, "ends"),
    (VALUES_PATH, {"kind": "vwap", "ends": [START, START - 1]}, 422, "ends"),
    (VALUES_PATH, {"kind": "vwap", "ends": [START, "x"]}, 422, "ends[1]"),
    (VALUES_PATH, {"kind": "profile", "rows": 0}, 422, "rows"),
    (VALUES_PATH, {"kind": "position", "drawn": "1d", "entry": 1, "target": 2}, 422, "stop"),
    (VALUES_PATH, {"kind": "position", "drawn": "1d", "entry": 1e300, "target": 2, "stop": 3}, 422, "entry"),
    (COUNTS_PATH, {"kind": None, "start": None, "end": None}, 400, "reference"),
]


@pytest.mark.parametrize(("path", "changes", "status", "field"), REFUSED)
def test_what_cannot_be_computed_is_refused_with_the_name_of_the_field(client, cache, path, changes, status, field):
    answer = client.post(path, json={key: value for key, value in (BODY | changes).items() if value is not None})
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert cache.drawing_bars.asked == []
