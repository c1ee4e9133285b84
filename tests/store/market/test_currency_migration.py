"""Actions of older versions: they stay, and are in the price's own currency."""

from __future__ import annotations

import pytest

from candledesk.store.market.corporate_actions import StoredAction, read_actions, write_actions
from candledesk.store.market.database import transaction
from tests.store.market.conftest import insert_old_instrument, versions_before

NAME = "dividends have a currency"


@pytest.mark.parametrize("version", versions_before(NAME))
def test_actions_survive_from_every_older_version(old_database, version):
    with old_database.made_by(version) as conn:
        owner = insert_old_instrument(conn)
        conn.execute(
            "INSERT INTO corporate_action (instrument_id, ts, kind, value, seen_at) VALUES (?, 5, 'dividend', 0.2, 1)",
            (owner,),
        )
    with old_database.upgraded() as conn, transaction(conn):
        assert read_actions(conn, "AAPL") == [(5, "dividend", 0.2, None)]
        in_euros = StoredAction(5, "dividend", 0.2, "EUR")
        assert write_actions(conn, "AAPL", [in_euros], 2) == 1
        assert write_actions(conn, "AAPL", [in_euros], 3) == 0
        assert read_actions(conn, "AAPL") == [in_euros]
