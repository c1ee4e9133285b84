"""A fresh user database with its one connection, shared by the tests of the user store."""

from __future__ import annotations

from contextlib import closing

import pytest

from candledesk.store.user.database import open_user_database

NOW = 1_800_000_000


@pytest.fixture
def user_path(tmp_path):
    return tmp_path / "user.db"


@pytest.fixture
def conn(user_path):
    opened = open_user_database(user_path, NOW)
    assert opened.notice == ""
    with closing(opened.connection):
        yield opened.connection
