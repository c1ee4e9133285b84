"""What one answer changes in the database, in one transaction: rows and flags, coverage, actions and split basis."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.coverage_rules import cover_failure, cover_lost, cover_window, final_times
from candledesk.cache.rules.split_basis import changed_only, divide, is_same_scale
from candledesk.cache.storing.failed_windows import around_window, forget_failures
from candledesk.cache.storing.held_rows import (
    N_REPEATS,
    UNUSUAL,
    Sighting,
    count_sightings,
    lost_times,
    unsettled_times,
)
from candledesk.cache.storing.price_scale import OwnScale, settle_scale
from candledesk.cache.storing.rebase import (
    Compared,
    Settled,
    daily_around,
    read_splits,
    retire_other_company,
    settle_basis,
)
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import HOUR_S
from candledesk.domain.prices.clean import CleanBars, clean_bars, without_bars
from candledesk.domain.prices.currency import is_smaller_unit, units_of
from candledesk.domain.prices.scale import Evidence, unit_of
from candledesk.domain.span import Span
from candledesk.providers.answers import SPLIT
from candledesk.store.market import bars as bar_store
from candledesk.store.market import corporate_actions as action_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.database import count_changes, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.cache.storing.asked_window import AskedWindow
    from candledesk.domain.bars import Bars, BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.scale import Split
    from candledesk.providers.answers import BarsAnswer
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding


class RefetchReason(StrEnum):
    """Why a window should be asked for again."""

    ODD = "rows that look wrong are asked for again, until the provider repeats them"
    LOST = "the provider sent rows without a close"
    BASIS = "the daily bars are read first: they tell whether the stock has split since the stored bars were fetched"


@dataclass(frozen=True, slots=True)
class RebasedSeries:
    """A series whose stored bars were brought onto a new split basis: from its first bar to behind its last."""

    interval: Interval
    span: Span
    rev: int


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What an answer has changed: from the first to behind the last bar that was ``stored`` or corrected, if any was.

    ``rev``: the series' revision; ``is_coverage_changed``: whether coverage or flags of bars changed; ``notes``:
    remarks for the log; ``refetch``: why the window should be asked again; ``daily_since``: from when the dailies
    should be read first, because a split may have happened (UTC seconds); ``sightings``: by open time, the rows that
    are held back until they are repeated; ``retired``: the symbol that a former company's bars have from now on, empty
    when there is none; ``findings``: damage of stored bars that was repaired.
    """

    stored: Span | None
    rev: int
    is_coverage_changed: bool
    notes: tuple[str, ...] = ()
    refetch: RefetchReason | None = None
    rebased: tuple[RebasedSeries, ...] = ()
    daily_since: int | None = None
    sightings: Mapping[int, Sighting] = field(default_factory=dict)
    retired: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """What an answer is for: a claimed window, and the calendar by which it is checked, at ``now`` (UTC seconds).

    ``is_last_try``: it is not asked again; ``sightings``: rows that were held back, from the tries before;
    ``is_checked``: the dailies were read for it, to know its basis.
    """

    claim: AskedWindow
    calendar: SessionCalendar
    now: int
    is_last_try: bool = True
    sightings: Mapping[int, Sighting] = field(default_factory=dict)
    is_checked: bool = False

    @property
    def asked(self) -> Span:
        """The window with its overlap, as it was asked."""
        return self.claim.asked or self.claim.window


def commit_window(connection: Connection, request: CommitRequest, answer: BarsAnswer) -> CommitResult:
    """Check the rows of an answer and store them. Raises ``EnvironmentFaultError``; then nothing was stored.

    Rows that look wrong, or came without a close, are stored when the provider repeats them or at the last try; until
    then the rest is stored and the window stays open.
    """
    claim, calendar, now = request.claim, request.calendar, request.now
    with transaction(connection):
        clean = clean_bars(answer.bars, calendar, claim.interval, request.asked, now)
        retired = retire_other_company(connection, answer.instrument, claim.interval, clean.bars)
        own = _in_own_currency(connection, claim, answer)
        if own is not answer:
            answer, clean = own, clean_bars(own.bars, calendar, claim.interval, request.asked, now)
        instrument_store.write_instrument(connection, answer.instrument, calendar.mic, calendar.mic, now)
        (series_id,) = instrument_store.ensure_series(connection, [(claim.symbol, claim.interval)])
        new_splits, unit = (
            _new_splits(connection, answer),
            unit_of(answer.instrument.currency, answer.instrument.quote_type),
        )
        compared = Compared(
            claim.symbol,
            claim.interval,
            clean.bars,
            calendar,
            request.asked,
            now,
            new_splits=new_splits,
            unit=unit,
            market=None if answer.market is None else answer.market[1],
            is_checked=request.is_checked,
        )
        settled = settle_basis(connection, compared)
        if settled.unproven_since is not None:  # its splits stay unknown until stored prices reflect them
            return replace(_not_yet(connection, series_id, request, settled), retired=retired)
        _write_actions(connection, answer, now)
        evidence = Evidence(
            unit, is_smaller_unit(answer.instrument.currency), answer.market, read_splits(connection, claim.symbol)
        )
        daily = None if claim.interval.is_daily else daily_around(connection, claim.symbol, clean.bars)
        judged = _without_stored_overlap(connection, series_id, request, clean)
        scale = settle_scale(connection, series_id, claim.interval, judged, calendar, daily, evidence)
        return replace(_write(connection, series_id, request, clean, scale, settled), retired=retired)


def _without_stored_overlap(
    connection: Connection, series_id: int, request: CommitRequest, clean: CleanBars
) -> CleanBars:
    """Return the checked rows without those of the overlap that are stored already: they count as stored bars.

    So what was decided of them with less knowledge is decided again, though their window is not asked.
    """
    bars = clean.bars
    is_overlap = ~_is_writable(bars, request)
    stored = _stored_at(connection, series_id, bars.take(is_overlap))
    return without_bars(clean, is_overlap & np.isin(bars.open_time, stored.open_time))


def _write(
    connection: Connection, series_id: int, request: CommitRequest, clean: CleanBars, scale: OwnScale, settled: Settled
) -> CommitResult:
    """Store rows, flags and coverage of an answer that is on the stored basis."""
    claim, calendar, now = request.claim, request.calendar, request.now
    window, interval = claim.window, claim.interval
    extent = bar_store.bars_extent(connection, series_id)
    wanted = scale.take(~scale.is_new | _is_writable(scale.bars, request))
    stored = _stored_at(connection, series_id, wanted.bars)
    lost = lost_times(clean, window, calendar, interval, now)
    around = coverage_store.read_coverage(connection, series_id, around_window(window))
    previous = [row for row in around if row.span.overlaps(window)]
    replaceable = _replaceable_times(connection, series_id, request, stored)
    seen = count_sightings(wanted, unsettled_times(lost, previous), stored, replaceable, request.sightings)
    held = {} if request.is_last_try else {time: row for time, row in seen.items() if row[0] <= N_REPEATS}
    written = wanted.take(~np.isin(wanted.bars.open_time, np.array(list(held), np.int64)))
    changed = changed_only(written.bars, stored)
    findings: list[Finding] = []
    n_stored = bar_store.write_bars(connection, series_id, changed, findings)
    n_rows_before = count_changes(connection)
    odd_store.write_odd(connection, series_id, written.bars.open_time, written.odd_bars())
    odd_store.note_dropped(connection, series_id, clean.impossible, written.bars.open_time)
    if not held:
        newest = _newest(clean.bars.open_time, extent, request.asked)
        rows = cover_window(window, clean.bars, calendar, interval, now, previous, newest)
        traded = lost[~np.isin(lost, clean.untraded)]
        rows += cover_lost(traded, rows, calendar, interval, now, previous)
        coverage_store.write_coverage(connection, series_id, rows)
        forget_failures(connection, series_id, claim, calendar, around, rows)
    return CommitResult(
        _extent_of(changed, interval) if n_stored else None,
        instrument_store.series_rev(connection, series_id),
        count_changes(connection) > n_rows_before,
        _notes(clean),
        _refetch_reason(held),
        _rebased(connection, claim.symbol, settled),
        None,
        held,
        findings=tuple(findings),
    )


def _refetch_reason(held: Mapping[int, Sighting]) -> RefetchReason | None:
    if not held:
        return None
    return RefetchReason.ODD if any(prices for _, prices in held.values()) else RefetchReason.LOST


def _extent_of(bars: Bars, interval: Interval) -> Span:
    """Return from the first to the end of the last of some bars."""
    return Span(int(bars.open_time[0]), int(bars.open_time[-1]) + interval.step_s)


def _rebased(connection: Connection, symbol: str, settled: Settled) -> tuple[RebasedSeries, ...]:
    found = []
    for interval in settled.rebased:
        series_id = instrument_store.series_id(connection, symbol, interval)
        extent = None if series_id is None else bar_store.bars_extent(connection, series_id)
        if series_id is not None and extent is not None:
            found.append(RebasedSeries(interval, extent, instrument_store.series_rev(connection, series_id)))
    return tuple(found)


def _notes(clean: CleanBars) -> tuple[str, ...]:
    return tuple(
        f"{count} rows dropped: {reason}" for reason, count in clean.dropped.items() if reason != "outside_span"
    )


def _not_yet(connection: Connection, series_id: int, request: CommitRequest, settled: Settled) -> CommitResult:
    """Leave a window open until daily bars show its split basis; at the last try it counts as failed."""
    claim, now, reason, n_covered = request.claim, request.now, RefetchReason.BASIS, 0
    if request.is_last_try:
        row = Coverage(claim.window, CoverageState.FAILED, now, now + HOUR_S, reason.value)
        previous = coverage_store.read_coverage(connection, series_id, row.span)
        n_covered = coverage_store.write_coverage(connection, series_id, cover_failure(row, previous))
    rev = instrument_store.series_rev(connection, series_id)
    rebased = _rebased(connection, claim.symbol, settled)
    return CommitResult(None, rev, n_covered > 0, (), reason, rebased, settled.unproven_since)


def _new_splits(connection: Connection, answer: BarsAnswer) -> tuple[Split, ...]:
    """Return the splits of an answer that are not stored."""
    known = read_splits(connection, answer.instrument.symbol)
    reported = ((one.date, one.value) for one in answer.actions if one.kind == SPLIT)
    return tuple(split for split in reported if split not in known)


def _write_actions(connection: Connection, answer: BarsAnswer, now: int) -> None:
    rows = [action_store.StoredAction(one.date, one.kind, one.value, one.currency) for one in answer.actions]
    action_store.write_actions(connection, answer.instrument.symbol, rows, now)


def _in_own_currency(connection: Connection, claim: AskedWindow, answer: BarsAnswer) -> BarsAnswer:
    """Return an answer in the other unit of the instrument's currency converted to the stored unit.

    Not its prices where the same stored bars say that they are in the stored unit all the same.
    """
    stored = instrument_store.read_instrument(connection, claim.symbol)
    was, states = stored.currency if stored else None, answer.instrument.currency
    if was is None or states is None or was == states or units_of(was)[0] != units_of(states)[0]:
        return answer
    factor = units_of(was)[1] / units_of(states)[1]
    series_id = instrument_store.series_id(connection, claim.symbol, claim.interval)
    old = None if series_id is None else _stored_at(connection, series_id, answer.bars)
    own = replace(answer, instrument=replace(answer.instrument, currency=was))
    if old is not None and is_same_scale(answer.bars, old):
        return own
    market = None if answer.market is None else (answer.market[0], answer.market[1] * factor)
    return replace(
        own, bars=divide(answer.bars, np.full(len(answer.bars), 1.0 / factor), is_split=False), market=market
    )


def _stored_at(connection: Connection, series_id: int, bars: Bars) -> Bars:
    if not len(bars):
        return bars
    return bar_store.read_bars(connection, series_id, Span(int(bars.open_time.min()), int(bars.open_time.max()) + 1))


def _replaceable_times(connection: Connection, series_id: int, request: CommitRequest, stored: Bars) -> IntArray:
    """Return the times of stored bars that look wrong and still form: another odd row replaces them at once."""
    if not len(stored):
        return stored.open_time
    span = Span(int(stored.open_time[0]), int(stored.open_time[-1]) + 1)
    odd = odd_store.read_odd(connection, series_id, span)
    times = np.array([bar.open_time for bar in odd if bar.flags & UNUSUAL], np.int64)
    return times[final_times(request.calendar, request.claim.interval, times) > request.now]


def _newest(times: IntArray, extent: Span | None, asked: Span) -> int:
    """Return the open time of the newest bar of a series, stored or answered; without any, since when none came."""
    known = [int(times[-1])] if len(times) else []
    if extent is not None:
        known.append(extent.end - 1)
    return max(known, default=asked.start)


def _is_writable(bars: Bars, request: CommitRequest) -> BoolArray:
    """Tell which bars are the window's, or final ones of the overlap past its end (the interior of an answer wins)."""
    window, interval = request.claim.window, request.claim.interval
    is_inside = (bars.open_time >= window.start) & (bars.open_time < window.end)
    is_final = final_times(request.calendar, interval, bars.open_time) <= request.now
    is_writable: BoolArray = is_inside | (is_final & (bars.open_time >= window.end))
    return is_writable
