"""The user data of a home on a thread of its own, as the application wires them."""

from __future__ import annotations

from functools import partial

import pytest

from candledesk.cache.runtime.writer import Writer
from candledesk.workspace.user_data import UserData

NOW = 1_800_000_000
WAIT_S = 30
START_THREAD = partial(Writer, name="candledesk-user-data")


@pytest.fixture
def user_path(tmp_path):
    return tmp_path / "user.db"


@pytest.fixture
def open_user_data(user_path):
    """Return a function that opens the user data as the next process does, after it has closed those of the last."""
    opened = []

    def begin(path=user_path, **changes):
        for former in opened:
            assert former.close(WAIT_S)
        opened.append(UserData(path, START_THREAD, now=lambda: NOW, **changes))
        return opened[-1]

    yield begin
    for user_data in opened:
        assert user_data.close(WAIT_S)


@pytest.fixture
def user_data(open_user_data):
    return open_user_data()


@pytest.fixture
def events(workspace):
    """Return a function that lists the events of all changes until now, in a list that a test may clear.

    A change is reported after its future has ended, and before the next task begins.
    """
    seen = []
    workspace.subscribe(seen.append)

    def list_events():
        workspace.list_watchlists().result(WAIT_S)  # on the thread of all changes
        return seen

    return list_events
