"""Drawings from scripts: in this process, through a running instance, and from one home to another."""

import json
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

import candledesk
from candledesk.app import Application
from candledesk.domain.errors import DocumentError, UnknownNameError
from candledesk.python_api.drawings import _time
from candledesk.settings import load_settings
from candledesk.web.client import RemoteCache

POINTS = [("2026-11-02", 170.0), ("2026-11-09", 180.5)]


@pytest.fixture(params=["own", "served"])
def cache(request, market, tmp_path):
    path = str(tmp_path / "home")
    application = None
    if request.param == "served":
        application = Application(load_settings(None, home=path, yahoo_url=market.url), logger="candledesk")
        application.start_web()
    with candledesk.open(path, yahoo_url=market.url) as opened:
        assert isinstance(opened._cache, RemoteCache) is (request.param == "served")
        yield opened
    if application is not None:
        application.close()


def test_a_script_draws_changes_and_removes(cache):
    made = cache.drawings.add("trend_line", "aapl", POINTS, by="my script", style={"color": "#ff0000"}, text="½ <b>")
    assert made["id"]
    assert (made["symbol"], made["basis"], made["by"], made["text"]) == ("AAPL", "raw", "my script", "½ <b>")
    assert made["points"][0] == {"t": 1_793_577_600, "p": 170.0, "interval": "1d"}
    changed = cache.drawings.change(made["id"], text="new", style={"width": 3, "color": None})
    assert (changed["text"], changed["style"]) == ("new", {"width": 3})
    assert cache.drawings.list() == cache.drawings.list("AAPL") == [changed]
    assert cache.drawings.list("MSFT") == []
    assert cache.drawings.remove(made["id"]) == changed
    assert cache.drawings.list() == []
    with pytest.raises(UnknownNameError):
        cache.drawings.remove(made["id"])


TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-02",
        "2026-11-02T00:00:00+09:00",
        date(2026, 11, 2),
        datetime(2026, 11, 2, tzinfo=TOKYO),
        pd.Timestamp("2026-11-02", tz="Asia/Tokyo"),
        pd.Timestamp("2026-11-02"),
        np.int64(1_793_577_600),
    ],
)
def test_a_time_of_a_daily_bar_is_the_date_that_the_index_of_its_frame_shows(moment):
    """In UTC midnight in Tokyo is the day before."""
    assert _time(moment, "1d") == _time(moment, "1wk") == 1_793_577_600


def test_an_intraday_time_is_an_instant_and_must_name_its_offset():
    assert _time(datetime(2026, 11, 2, 9, tzinfo=TOKYO), "1h") == 1_793_577_600
    with pytest.raises(ValueError, match="names no offset"):
        _time(pd.Timestamp("2026-11-02"), "1h")


def test_prices_may_be_those_of_a_frame(cache):
    points = [("2026-11-02", np.float32(1.5)), ("2026-11-09", np.int64(2))]
    assert [point["p"] for point in cache.drawings.add("trend_line", "AAPL", points)["points"]] == [1.5, 2.0]
    with pytest.raises(DocumentError):
        cache.drawings.add("trend_line", "AAPL", [("2026-11-02", True), ("2026-11-09", 2)])


def test_all_that_one_script_made_is_removed_together(cache):
    for symbol, by in (("AAPL", "a"), ("AAPL", "b"), ("MSFT", "a")):
        cache.drawings.add("vertical_line", symbol, [("2026-11-02T15:30:00Z", None)], interval="1h", by=by)
    assert [one["symbol"] for one in cache.drawings.remove_by("a", "AAPL")] == ["AAPL"]
    assert [one["symbol"] for one in cache.drawings.remove_by("a")] == ["MSFT"]
    assert [one["by"] for one in cache.drawings.list()] == ["b"]


def test_an_export_read_into_an_empty_home_is_exported_the_same(cache, market, tmp_path):
    cache.drawings.add("rectangle", "AAPL", POINTS, later={"x": [1, None]}, chart="c1")
    cache.drawings.load({"format": "candledesk.drawings/1", "drawings": [
        {"type": "of_later", "symbol": "MSFT", "points": [{"t": 5, "p": 1, "q": 2}], "more": True}]})  # fmt: skip
    document = json.dumps(cache.drawings.export())
    with candledesk.open(str(tmp_path / "empty"), yahoo_url=market.url) as other:
        assert other.drawings.list() == []
        other.drawings.load(json.loads(document))
        assert json.dumps(other.drawings.export()) == document


def test_drawings_of_other_charts_are_read(cache):
    made = cache.drawings.load(
        [{"name": "segment", "points": [{"timestamp": 1_700_000_000_000, "value": 5}] * 2}], "aapl", "1h"
    )
    assert [(one["type"], one["symbol"]) for one in made] == [("trend_line", "AAPL")]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("trend_line", "AAPL", POINTS[:1]), "points"),
        (("trend_line", "AAPL", [("2026-11-02", float("nan"))] * 2), "points[0].p"),
        (("a tool", "AAPL", POINTS), "type"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_field(cache, arguments, field):
    with pytest.raises(DocumentError) as error:
        cache.drawings.add(*arguments)
    assert error.value.field == field
