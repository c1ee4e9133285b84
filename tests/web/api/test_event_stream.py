"""Which events a reader of the stream gets, and in which words."""

import json

import pytest

from candledesk.cache.events import BarsStored, CoverageChanged, DamageFound, RefreshDue, WindowRequested
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.web.api.event_stream import encode_event, is_wanted

HOUR, FOUR_HOURS, DAY = INTERVALS["1h"], INTERVALS["4h"], INTERVALS["1d"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (BarsStored("AAPL", HOUR, Span(0, 3_600), 4), "bars_stored"),
        (CoverageChanged("AAPL", HOUR, Span(0, 3_600), 4), "coverage_changed"),
    ],
)
def test_what_changed_of_a_series_is_sent_with_span_and_revision(event, name):
    first, second, *_ = encode_event(event).decode().splitlines()
    assert first == f"event: {name}"
    assert json.loads(second.removeprefix("data: ")) == {
        "symbol": "AAPL",
        "interval": "1h",
        "from": "1970-01-01T00:00:00Z",
        "to": "1970-01-01T01:00:00Z",
        "rev": 4,
    }


def test_every_reader_gets_what_was_damaged_with_a_sentence():
    event = DamageFound("AAPL", HOUR, Span(0, 3_600), is_lost=True, text="Stored bars were damaged.")
    assert is_wanted(event, "MSFT", DAY)
    first, second, *_ = encode_event(event).decode().splitlines()
    assert first == "event: damage"
    assert json.loads(second.removeprefix("data: ")) == {
        "symbol": "AAPL",
        "interval": "1h",
        "from": "1970-01-01T00:00:00Z",
        "to": "1970-01-01T01:00:00Z",
        "lost": True,
        "text": "Stored bars were damaged.",
    }


@pytest.mark.parametrize("kind", [BarsStored, CoverageChanged])
def test_a_reader_of_one_series_gets_its_changes_and_those_of_its_base(kind):
    event = kind("AAPL", HOUR, Span(0, 3_600), 4)
    assert is_wanted(event, None, None)
    assert is_wanted(event, "AAPL", HOUR)
    assert is_wanted(event, "AAPL", FOUR_HOURS)
    assert not is_wanted(event, "AAPL", DAY)
    assert not is_wanted(event, "MSFT", HOUR)


@pytest.mark.parametrize("event", [RefreshDue(), RefreshDue("AAPL", HOUR), WindowRequested()])
def test_what_concerns_the_window_alone_is_not_for_the_stream(event):
    assert not is_wanted(event, None, None)
    with pytest.raises(TypeError):
        encode_event(event)
