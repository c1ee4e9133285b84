"""The stored dividends, splits and capital gains of an instrument, each with the bar that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.calendar.event_bars import event_open_times
from candledesk.store.market import corporate_actions as action_store

if TYPE_CHECKING:
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_KINDS = {str(kind): kind for kind in EventKind}


def read_corporate_events(
    connection: Connection, catalog: Catalog, symbol: str, interval: Interval
) -> tuple[CorporateEvent, ...]:
    """Return the events by date and kind; none of a symbol whose venue's calendar is not known yet.

    The coverage ledger is not read: a chart asks for this whenever bars were stored.
    """
    calendar = catalog.read_calendar(connection, symbol)
    if calendar is None:
        return ()
    found = [one for one in action_store.read_actions(connection, symbol) if one.kind in _KINDS]
    times = event_open_times(calendar, interval, np.array([one.date for one in found], np.int64))
    return tuple(
        CorporateEvent(one.date, _KINDS[one.kind], one.value, one.currency, open_time)
        for one, open_time in zip(found, times.tolist(), strict=True)
    )
