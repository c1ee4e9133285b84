"""One fetch of a window at a time, and none by a plan that does not know of the last one."""

import pytest

from candledesk.cache.fetching.single_flight import SingleFlight
from candledesk.domain.span import Span
from tests.cache.conftest import INTERVALS

HOUR, DAY = INTERVALS["1h"], INTERVALS["1d"]


def test_a_claim_wakes_only_whom_it_concerns():
    claims = SingleFlight()
    claim = claims.take("AAA", HOUR, Span(0, 100), 0)
    assert claims.take("AAA", HOUR, Span(99, 200), 0) is None
    assert claims.take("AAA", DAY, Span(0, 100), 0) is not None
    woken = []
    assert not claims.wait("AAA", HOUR, [Span(100, 200)], lambda: woken.append("other"))
    assert claims.wait("AAA", HOUR, [Span(50, 60)], lambda: woken.append("me"))
    claims.release(claim)
    assert woken == ["me"]
    assert claims.in_flight("AAA", HOUR) == []


def test_a_claim_made_with_an_old_version_is_refused():
    flights = SingleFlight()
    version = flights.version("AAA", HOUR)
    other = flights.take("AAA", HOUR, Span(0, 10), version)
    assert flights.take("AAA", HOUR, Span(20, 30), version) is not None
    assert flights.release(other) == version + 1
    assert flights.take("AAA", HOUR, Span(40, 50), version) is None
    assert flights.take("AAA", HOUR, Span(40, 50), version + 1) is not None


def test_a_release_changes_the_version_of_its_series_and_symbol_alone():
    flights = SingleFlight()
    flights.release(flights.take("AAA", HOUR, Span(0, 10), 0))
    assert [flights.version(*key) for key in (("AAA", HOUR), ("AAA",), ("AAA", DAY), ("BBB", HOUR))] == [1, 1, 0, 0]


@pytest.mark.parametrize("version", [0, 1])
def test_a_symbol_is_looked_up_once_for_all(version):
    flights = SingleFlight()
    claim = flights.take_first("AAA", HOUR, Span(0, 10), 0)
    assert flights.take_first("AAA", DAY, Span(0, 10), 0) is None
    flights.release(claim)
    assert (flights.take_first("AAA", DAY, Span(0, 10), version) is None) == (version == 0)
