"""The pages of a running instance make one answer, also when the series changes between two of them."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.web import remote_bars
from candledesk.web.client import RemoteCache
from tests.fake_cache import FakeCache
from tests.web.conftest import TOKEN
from tests.web.market import INSTRUMENTS, NOW

YEAR = Span(NOW - 365 * DAY_S, NOW)


class ChangingCache(FakeCache):
    """A cache of which a series changes once, after its first page; the volume of each bar is the revision."""

    def __init__(self):
        super().__init__(INSTRUMENTS, now=NOW)
        self.revision = 1

    def reply(self, request):
        reply, revision = super().reply(request), self.revision
        self.revision = 2
        bars = replace(reply.bars, volume=np.full(len(reply.bars), float(revision)))
        return replace(reply, bars=bars, rev=revision)


@pytest.fixture
def cache():
    made = ChangingCache()
    made.store("BTC-USD", INTERVALS["1d"], Span(YEAR.start - DAY_S, NOW + 1))
    return made


@pytest.mark.parametrize("wanted", [{"span": None, "countback": 250}, {"span": YEAR}], ids=["the last bars", "a span"])
def test_all_pages_are_of_one_revision(server, monkeypatch, wanted):
    monkeypatch.setattr(remote_bars, "PAGE", 100)
    request = BarsRequest("BTC-USD", INTERVALS["1d"], fill="none", **wanted)
    reply = RemoteCache(server.url, TOKEN).load_bars(request).result(30)
    assert len(reply.bars) == (request.countback or 365)
    assert reply.rev == 2
    assert set(reply.bars.volume.tolist()) == {2.0}
    np.testing.assert_array_equal(np.diff(reply.bars.open_time), DAY_S)
