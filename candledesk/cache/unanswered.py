"""What a refusal or a failure changes in the database: nothing of what is known of stored bars (DESIGN.md, rule 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.ledger import cover_failure
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.span import Span
from candledesk.provider.answers import RefusalKind
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from candledesk.cache.claims import Claim
    from candledesk.provider.answers import RefusedAnswer
    from candledesk.store import Connection

LOOKBACK_STEP_S = 6 * HOUR_S  # what a refusal at the look-back covers at least, so that it is not met bar by bar


def commit_refusal(connection: Connection, claim: Claim, answer: RefusedAnswer, now: int) -> int:
    """Store that the provider will not answer for the window, and return the series' revision."""
    window = claim.window
    state, expires_at = CoverageState.REFUSED, None
    if answer.kind is RefusalKind.BEYOND_LOOKBACK and answer.limit_s is not None:
        end = min(window.end, max(window.start + LOOKBACK_STEP_S, now - answer.limit_s))
        window = Span(window.start, end)
    elif answer.kind is not RefusalKind.BEFORE_LISTING:
        state, expires_at = CoverageState.FAILED, now + DAY_S
    return _write_coverage(connection, claim, Coverage(window, state, now, expires_at, answer.reason))


def commit_failure(connection: Connection, claim: Claim, reason: str, retry_at: int, now: int) -> int:
    """Store that the window could not be fetched and when it is tried again; return the series' revision."""
    return _write_coverage(connection, claim, Coverage(claim.window, CoverageState.FAILED, now, retry_at, reason))


def _write_coverage(connection: Connection, claim: Claim, row: Coverage) -> int:
    with transaction(connection):
        (series_id,) = instrument_store.ensure_series(connection, [(claim.symbol, claim.interval)])
        former = coverage_store.read_coverage(connection, series_id, row.span)
        coverage_store.write_coverage(connection, series_id, cover_failure(row, former))
        return instrument_store.series_rev(connection, series_id)
