"""Where stored bars came from: read for the bar under a crosshair that rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.bar_messages import Provenance
from candledesk.cache.queries.finer_bars import find_derived
from candledesk.cache.rules.provenance import describe_provenance
from candledesk.domain.prices.resample import base_span
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.store import Connection


def read_provenance(
    connection: Connection, catalog: Catalog, symbol: str, interval: Interval, span: Span
) -> Provenance:
    """Return the provenance of the bars that open in ``span``; one without a source while nothing is known."""
    with snapshot(connection):
        known = catalog.read(connection, symbol, interval.base)
        facts = known.readable
        if known.instrument is None or facts is None:
            return Provenance(symbol, interval, span)
        base = base_span(interval, facts.calendar, span)
        derived = find_derived(connection, symbol, facts, base)
        return describe_provenance((symbol, interval), span, facts, source=known.instrument.source, derived=derived)
