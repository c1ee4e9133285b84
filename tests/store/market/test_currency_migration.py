"""Actions of older versions: they stay, and are in the price's own currency."""

from __future__ import annotations

from contextlib import closing

import pytest

from candledesk.store.market import migrations
from candledesk.store.market.corporate_actions import StoredAction, read_actions, write_actions
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from tests.store.market.conftest import insert_old_instrument

NAME = "dividends have a currency"
WHOLE = migrations.MIGRATIONS
AT = next(place for place, step in enumerate(WHOLE) if step.name == NAME)


@pytest.mark.parametrize("version", range(1, AT + 1))
def test_actions_survive_from_every_older_version(tmp_path, monkeypatch, version):
    path = tmp_path / "old.db"
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE[:version])
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        owner = insert_old_instrument(conn)
        conn.execute(
            "INSERT INTO corporate_action (instrument_id, ts, kind, value, seen_at) VALUES (?, 5, 'dividend', 0.2, 1)",
            (owner,),
        )
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE)
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        assert read_actions(conn, "AAPL") == [(5, "dividend", 0.2, None)]
        in_euros = StoredAction(5, "dividend", 0.2, "EUR")
        assert write_actions(conn, "AAPL", [in_euros], 2) == 1
        assert write_actions(conn, "AAPL", [in_euros], 3) == 0
        assert read_actions(conn, "AAPL") == [in_euros]
