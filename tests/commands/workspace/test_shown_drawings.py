"""Drawings of a picture: raw prices become those of the drawn bars."""

from types import SimpleNamespace

import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.commands.workspace.shown_drawings import load_drawings
from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError, NotCachedError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.drawings.drawing import Anchor, Drawing
from tests.fake_jobs import resolved

DAYS = [20_000 * DAY_S + day * DAY_S for day in range(4)]
RAW, SHOWN = [400.0, 404.0, 101.0, 102.0], [100.0, 101.0, 101.0, 102.0]
REQUEST = BarsRequest("AAPL", INTERVALS["1h"], None, timeout_s=None, limit=80)


class Stored:
    """Daily bars on both sides of a 4:1 split, and the drawings of one symbol."""

    def __init__(self, drawings, days=DAYS, error=None):
        self.drawings, self.days, self.error, self.requests = drawings, days, error, []

    def list_drawings(self, symbol):
        assert symbol == "AAPL"
        return resolved(lambda: self.drawings)

    def load_bars(self, request):
        self.requests.append(request)
        closes = RAW if request.adjust == "none" else SHOWN
        rows = [(day, price, price, price, price, 1.0) for day, price in zip(self.days, closes, strict=False)]

        def answer():
            if self.error:
                raise self.error
            return SimpleNamespace(bars=Bars.from_rows(rows))

        return resolved(answer)


def line(*points):
    return Drawing("a", "trend_line", "AAPL", tuple(Anchor(time, price, "1h") for time, price in points))


def prices(stored):
    (one,) = load_drawings(stored, stored, REQUEST)
    return [point.price for point in one.points]


def test_a_price_before_a_split_is_divided_and_one_after_it_is_not():
    stored = Stored([line((DAYS[1] + 50_000, 404.0), (DAYS[2] + 50_000, 101.0))])
    assert prices(stored) == [101.0, 101.0]
    assert {(one.interval.name, one.fill, one.limit) for one in stored.requests} == {("1d", "none", None)}


def test_before_the_first_stored_day_its_ratio_holds_and_behind_the_last_that_of_the_last():
    assert prices(Stored([line((DAYS[0] - 5 * DAY_S, 400.0), (DAYS[3] + 50 * DAY_S, 100.0))])) == [100.0, 100.0]


def test_without_daily_bars_prices_are_as_they_are_stored():
    assert prices(Stored([line((DAYS[0], 400.0), (DAYS[3], None))], days=[])) == [400.0, None]


@pytest.mark.parametrize("error", [NotCachedError("AAPL"), EnvironmentFaultError("x")])
def test_a_picture_without_drawings_is_better_than_none(error):
    stored = Stored([line((DAYS[0], 400.0), (DAYS[3], 1.0))], error=error)
    assert load_drawings(stored, stored, REQUEST) == []


def test_nothing_is_read_where_there_are_no_drawings():
    stored = Stored([])
    assert load_drawings(stored, stored, REQUEST) == []
    assert stored.requests == []
