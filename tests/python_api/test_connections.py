"""A home is opened again only once this process has closed it."""

import threading

import pytest

from candledesk.python_api import connection
from candledesk.settings import load_settings

WAIT_S = 0.3


class SlowConnection:
    """A connection during whose closing another thread wants the same home."""

    is_usable, is_own, events, other = True, True, [], None

    def __init__(self, settings, *, demo=False):
        self.settings, self.n_users = settings, 0
        self.events.append("opened")

    def close(self):
        if SlowConnection.other is not None:
            SlowConnection.other.start()
            SlowConnection.other.join(WAIT_S)
        self.events.append("closed")


@pytest.mark.parametrize("how", ["release", "close_all"])
def test_a_home_is_opened_again_only_after_it_was_closed(tmp_path, monkeypatch, how):
    monkeypatch.setattr(connection, "Connection", SlowConnection)
    settings, connections = load_settings({}, home=str(tmp_path)), connection.Connections()
    held = connections.acquire(settings)
    other = threading.Thread(target=connections.acquire, args=(settings,))
    monkeypatch.setattr(SlowConnection, "events", events := ["opened"])
    monkeypatch.setattr(SlowConnection, "other", other)
    connections.release(held) if how == "release" else connections.close_all()
    other.join(10)
    assert events == ["opened", "closed", "opened"]
