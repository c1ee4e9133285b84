"""What one answer changes in the database, in one transaction: rows, coverage, actions, and the job's progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.basis import changed_only
from candledesk.cache.ledger import cover_window, final_times
from candledesk.cache.rebase import Settled, has_bars_before, settle_basis
from candledesk.domain.clean import clean_bars, jump_ratio
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.sessions import expected_open_times
from candledesk.domain.span import Span
from candledesk.domain.stated import apply_stated
from candledesk.domain.windows import asked_span
from candledesk.provider.answers import RefusalKind
from candledesk.store import actions as action_store
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from candledesk.cache.claims import Claim
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.provider.answers import BarsAnswer, RefusedAnswer
    from candledesk.store import Connection

JUMP_LIMIT = 50.0  # a change beyond this between two bars is a unit mistake (pence), never a market
NEARBY_S = 5 * DAY_S
UNIT_REASON = "refused: prices are about 100 times off their neighbours (pence and pounds?); nothing was overwritten"
LOST_REASON = "the provider sent unusable rows for some of these bars"
BASIS_REASON = "refused: prices differ from the stored ones as after a split; the daily bars are read again to find it"
SPLIT = "split"
REFUSED_PAUSE_S = 6 * HOUR_S
LOOKBACK_STEP_S = 6 * HOUR_S  # what a refusal at the look-back covers at least, so that it is not met bar by bar


@dataclass(frozen=True, slots=True)
class Filled:
    """What a window brought: rows changed, the series' revision, remarks for the log.

    ``doubt``: why the window should be asked again, empty when it need not be; ``rebased``: intervals whose stored bars
    were brought onto a new split basis; ``daily_since``: from when the dailies should be read again, because a split
    may have happened (UTC seconds).
    """

    n_changed: int
    rev: int
    notes: tuple[str, ...] = ()
    doubt: str = ""
    rebased: tuple[Interval, ...] = ()
    daily_since: int | None = None


def _write_facts(connection: Connection, answer: BarsAnswer, calendar: SessionCalendar, now: int) -> int | None:
    """Store the instrument and its actions; return the date of the oldest split that is news."""
    instrument_store.write_instrument(connection, answer.instrument, calendar.mic, calendar.mic, now)
    rows = [(action.date, action.kind, action.value) for action in answer.actions]
    known = action_store.read_actions(connection, answer.instrument.symbol)
    action_store.write_actions(connection, answer.instrument.symbol, rows, now)
    return min((row[0] for row in rows if row[1] == SPLIT and row not in known), default=None)


def heed_stated(calendar: SessionCalendar, claim: Claim, answer: BarsAnswer, now: int) -> SessionCalendar:
    """Return the calendar that the answer's own sessions make of ``calendar``; the same object when they are no news.

    Hours that the answer's bars contradict are not believed: a statement never costs a bar.
    """
    if claim.interval.is_daily:
        return calendar
    stated = apply_stated(calendar, answer.sessions)
    if stated is calendar:
        return calendar
    asked = claim.asked or asked_span(claim.window, claim.interval)
    n_before = len(clean_bars(answer.bars, calendar, claim.interval, asked, now).bars)
    n_after = len(clean_bars(answer.bars, stated, claim.interval, asked, now).bars)
    return stated if n_after >= n_before else calendar


def commit_window(
    connection: Connection,
    claim: Claim,
    answer: BarsAnswer,
    calendar: SessionCalendar,
    now: int,
    *,
    is_last_try: bool = True,
) -> Filled:
    """Clean the answer and store it with its coverage. Raises ``EnvironmentFaultError``; then nothing was stored.

    A doubtful answer says nothing of coverage before the last try; then the doubtful bars are listed as failed.
    """
    interval, window = claim.interval, claim.window
    asked = claim.asked or asked_span(window, interval)
    clean = clean_bars(answer.bars, calendar, interval, asked, now)
    notes = tuple(
        f"{count} rows dropped: {reason}" for reason, count in clean.dropped.items() if reason != "outside_span"
    )
    with transaction(connection):
        split_date = _write_facts(connection, answer, calendar, now)
        series_id = _series_id(connection, claim)
        stored = bar_store.read_bars(connection, series_id, asked)
        nearby = stored if len(stored) else bar_store.read_bars(connection, series_id, _around(asked))
        former = coverage_store.read_coverage(connection, series_id, window)
        newest = _newest(clean.bars, bar_store.bars_extent(connection, series_id), asked)
        covered = cover_window(window, clean.bars, calendar, interval, now, former, newest)
        n_changed, doubt = 0, UNIT_REASON if _is_off_scale(clean.bars, nearby) else ""
        lost, settled, since = window, Settled(clean.bars), None
        if not doubt:
            settled = settle_basis(connection, claim.symbol, interval, clean.bars, calendar)
            since = _suspect_since(connection, series_id, asked, split_date, settled, interval)
            doubt = BASIS_REASON if since is not None else ""
        if not doubt:
            bars = changed_only(_writable(settled.bars, window, calendar, claim, now), stored)
            n_changed = bar_store.write_bars(connection, series_id, bars)
            sent = _without_quiet_rows(answer.bars) if is_last_try else answer.bars
            found = lost_span(window, sent, clean.bars, calendar, interval, now)
            doubt, lost = (LOST_REASON, found) if found is not None else ("", window)
        if doubt:
            covered.append(Coverage(lost, CoverageState.FAILED, now, now + REFUSED_PAUSE_S, doubt))
        if is_last_try or not doubt:
            coverage_store.write_coverage(connection, series_id, covered)
        rev = instrument_store.series_rev(connection, series_id)
    return Filled(n_changed, rev, notes, doubt, settled.rebased, since)


def _newest(bars: Bars, extent: Span | None, asked: Span) -> int:
    """Return the open time of the newest bar of a series, stored or answered; without any, since when none came."""
    times = [int(bars.open_time[-1])] if len(bars) else []
    if extent is not None:
        times.append(extent.end - 1)
    return max(times, default=asked.start)


def _suspect_since(
    connection: Connection,
    series_id: int,
    asked: Span,
    split_date: int | None,
    settled: Settled,
    interval: Interval,
) -> int | None:
    """Return from when stored bars may miss a split: since they were fetched, or where an intraday answer shows one."""
    if settled.is_doubtful:
        rows = coverage_store.read_coverage(connection, series_id, asked)
        return min([asked.start, *(row.fetched_at for row in rows)]) - 5 * DAY_S
    if split_date is None or interval.is_daily or not has_bars_before(connection, series_id, split_date):
        return None
    return split_date - 5 * DAY_S


def _without_quiet_rows(raw: Bars) -> Bars:
    """Leave out rows of nothing but nulls: sent again and again, they mean that nothing was traded."""
    return raw.take(~np.isnan(raw.close) | (raw.volume > 0))


def lost_span(
    window: Span, raw: Bars, clean: Bars, calendar: SessionCalendar, interval: Interval, now: int
) -> Span | None:
    """Return the span from the first to the last expected bar that was sent and of which no row could be used."""
    expected = expected_open_times(calendar, interval, window)
    sent = np.intersect1d(raw.open_time, expected[expected <= now])
    lost = np.setdiff1d(sent, clean.open_time)
    return Span(int(lost[0]), min(int(lost[-1]) + interval.step_s, window.end)) if len(lost) else None


def _around(span: Span) -> Span:
    """Return ``span`` with what lies close to it: an overlap of a weekend holds no bar to compare with."""
    return Span(span.start - NEARBY_S, span.end + NEARBY_S)


def _is_off_scale(bars: Bars, stored: Bars) -> bool:
    """Tell whether some prices are in another unit than their neighbours or than what is stored, there or nearby."""
    ratio = jump_ratio(bars, stored)
    if ratio is None and len(bars) and len(stored):
        at = int(np.searchsorted(stored.open_time, bars.open_time[-1]))
        following, former = stored.close[at : at + 1], stored.close[max(at - 1, 0) : at]
        nearest, close = (following, bars.close[-1]) if len(following) else (former, bars.close[0])
        ratio = float(close / nearest[0])
    if ratio is not None and not 1 / JUMP_LIMIT < ratio < JUMP_LIMIT:
        return True
    return len(bars) > 1 and bool(np.abs(np.diff(np.log(bars.close))).max() > np.log(JUMP_LIMIT))


def _series_id(connection: Connection, claim: Claim) -> int:
    series_id = instrument_store.series_id(connection, claim.symbol, claim.interval, create=True)
    if series_id is None:
        msg = "a series was created and is not there"
        raise RuntimeError(msg)
    return series_id


def _writable(bars: Bars, window: Span, calendar: SessionCalendar, claim: Claim, now: int) -> Bars:
    """Keep the window's bars, and of the overlap past its end only final ones (the interior of an answer wins)."""
    is_inside = (bars.open_time >= window.start) & (bars.open_time < window.end)
    is_final = final_times(calendar, claim.interval, bars.open_time) <= now
    return bars.take(is_inside | (is_final & (bars.open_time >= window.end)))


def commit_refusal(connection: Connection, claim: Claim, answer: RefusedAnswer, now: int) -> int:
    """Store that the provider will not answer for the window, and return the series' revision."""
    window = claim.window
    state, expires_at = CoverageState.REFUSED, None
    if answer.kind is RefusalKind.BEYOND_LOOKBACK and answer.limit_s is not None:
        end = min(window.end, max(window.start + LOOKBACK_STEP_S, now - answer.limit_s))
        window = Span(window.start, end)
    elif answer.kind is not RefusalKind.BEFORE_LISTING:
        state, expires_at = CoverageState.FAILED, now + DAY_S
    row = Coverage(window, state, now, expires_at, answer.reason)
    return _write_coverage(connection, claim, row)


def commit_failure(connection: Connection, claim: Claim, reason: str, retry_at: int, now: int) -> int:
    """Store that the window could not be fetched and when it is tried again; return the series' revision."""
    return _write_coverage(connection, claim, Coverage(claim.window, CoverageState.FAILED, now, retry_at, reason))


def _write_coverage(connection: Connection, claim: Claim, row: Coverage) -> int:
    with transaction(connection):
        series_id = _series_id(connection, claim)
        coverage_store.write_coverage(connection, series_id, [row])
        return instrument_store.series_rev(connection, series_id)
