"""The cached symbols are listed once, and again only after symbols came or went."""

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject

from candledesk.cache.events import CoverageChanged
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.bridge import Bridge
from candledesk.ui.features.search.known_symbols import KnownSymbols
from tests.fake_data import make_bars
from tests.ui.conftest import settle


@pytest.fixture
def known(qapp, cache, monkeypatch):
    owner, bridge = QObject(), Bridge(cache)
    made = KnownSymbols(cache, bridge, owner)
    made.n_listed, listed = 0, cache.list_instruments

    def count():
        made.n_listed += 1
        return listed()

    monkeypatch.setattr(cache, "list_instruments", count)
    made.refresh()
    settle(qapp)
    yield made
    made.close()
    bridge.close()
    owner.deleteLater()
    settle(qapp)


def _refresh(known, qapp):
    settle(qapp)  # events arrive
    known.refresh()
    settle(qapp)
    return known.n_listed


def test_what_did_not_change_is_not_listed_again(known, qapp, cache):
    assert ("AAPL" in known.index, len(known.index)) == (True, 2)
    cache.emit_stored("AAPL", "1d")
    assert _refresh(known, qapp) == 1


def test_a_new_symbol_is_listed_at_the_next_opening(known, qapp, cache):
    cache.add("NVDA", "1d", make_bars(100))
    cache.emit_stored("NVDA", "1d")
    settle(qapp)
    assert (known.n_listed, "NVDA" in known.index) == (1, False)
    assert (_refresh(known, qapp), "NVDA" in known.index) == (2, True)
    assert known.index.get("NVDA").is_stored


def test_a_symbol_that_was_deleted_is_gone_at_the_next_opening(known, qapp, cache):
    del cache.instruments["MSFT"]
    cache.emit(CoverageChanged("MSFT", INTERVALS["1d"], Span(0, 1), 0))
    assert (_refresh(known, qapp), "MSFT" in known.index) == (2, False)
    cache.emit(CoverageChanged("AAPL", INTERVALS["1d"], Span(0, 1), 7))
    assert _refresh(known, qapp) == 2


def test_a_list_that_cannot_be_read_is_read_again_at_the_next_opening(known, qapp, cache, monkeypatch):
    failed = Future()
    failed.set_exception(EnvironmentFaultError("The disk is full."))
    working = cache.list_instruments
    monkeypatch.setattr(cache, "list_instruments", lambda: failed)
    cache.emit_stored("NEW", "1d")
    _refresh(known, qapp)
    assert "AAPL" in known.index, "the former list stays"
    monkeypatch.setattr(cache, "list_instruments", working)
    assert _refresh(known, qapp) == 2
