"""What one answer changes in the database, in one transaction: rows and flags, coverage, actions and split basis."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.fetching.failed_windows import forget_failures
from candledesk.cache.fetching.price_scale import OwnScale, settle_scale
from candledesk.cache.fetching.rebase import (
    Compared,
    Settled,
    daily_around,
    read_splits,
    retire_other_company,
    settle_basis,
)
from candledesk.cache.rules.coverage_rules import cover_failure, cover_lost, cover_window, final_times
from candledesk.cache.rules.split_basis import changed_only, divide, is_same_scale
from candledesk.domain.calendar.observed_sessions import idle_sessions, observed_sessions, without_sessions
from candledesk.domain.calendar.session_overrides import SessionOverrides, apply_overrides, session_dates
from candledesk.domain.calendar.sessions import is_on_grid
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.currency import is_smaller_unit, units_of
from candledesk.domain.interval import HOUR_S
from candledesk.domain.prices.clean import CleanBars, clean_bars, without_bars
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.prices.scale import Evidence, unit_of
from candledesk.domain.span import Span
from candledesk.domain.windows import asked_span
from candledesk.providers.answers import SPLIT
from candledesk.store.market import bars as bar_store
from candledesk.store.market import corporate_actions as action_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.cache.fetching.single_flight import Claim
    from candledesk.domain.bars import Bars, BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.scale import Split
    from candledesk.providers.answers import BarsAnswer
    from candledesk.store import Connection

ODD_REASON = "rows that look wrong are asked for again, until the provider repeats them"
LOST_REASON = "the provider sent rows without a close"
BASIS_REASON = "the daily bars are read first: they tell whether the stock has split since the stored bars were fetched"
N_REPEATS = 2  # an odd row is stored when it was sent so often before: an answer can be spoilt on its way
_UNUSUAL = int(Oddity.NON_POSITIVE | Oddity.CROSSED | Oddity.JUMP | Oddity.UNIT)
_LEAP = np.log(20.0)  # closes beyond a step of this size are asked for again as well

Sighting = tuple[int, tuple[float, ...]]
"""How often a row has been sent, and its prices."""


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What a window brought: rows changed, the series' revision, remarks for the log.

    ``refetch_reason``: why the window should be asked again, empty when it need not be; ``rebased``: intervals whose
    stored bars were brought onto a new split basis; ``daily_since``: from when the dailies should be read first,
    because a split may have happened (UTC seconds); ``sightings``: by open time, the rows that are held back until they
    are repeated; ``retired``: the symbol that a former company's bars have from now on, empty when there is none.
    """

    n_changed: int
    rev: int
    notes: tuple[str, ...] = ()
    refetch_reason: str = ""
    rebased: tuple[Interval, ...] = ()
    daily_since: int | None = None
    sightings: Mapping[int, Sighting] = field(default_factory=dict)
    retired: str = ""


def accept_overrides(calendar: SessionCalendar, claim: Claim, answer: BarsAnswer, now: int) -> SessionOverrides:
    """Return the calendar that an answer's own sessions and rows make of ``calendar``, and what is news in it.

    Hours that the answer's bars contradict are not believed: a statement never makes a bar odd that was not.
    """
    interval = claim.interval
    asked = claim.asked or asked_span(claim.window, interval)
    stated: tuple[tuple[int, int], ...] = ()
    clean = clean_bars(answer.bars, calendar, interval, asked, now)
    if not interval.is_daily:
        changed = apply_overrides(calendar, answer.sessions)
        if changed is not calendar:
            after = clean_bars(answer.bars, changed, interval, asked, now)
            if _n_ordinary(after) >= _n_ordinary(clean):
                stated, calendar, clean = answer.sessions, changed, after
    strays = clean.bars.open_time[(clean.odd & Oddity.SESSION) != 0]
    if not interval.is_daily and len(strays):
        strays = clean.bars.open_time
    observed = tuple(observed_sessions(calendar, interval, strays))
    calendar = apply_overrides(calendar, observed, is_observed=True)
    idle = tuple(idle_sessions(calendar, clean.bars.open_time)) if interval.is_daily else ()
    if idle:
        calendar = without_sessions(calendar, session_dates(calendar, idle))
    return SessionOverrides(calendar, stated, observed, idle)


def _n_ordinary(clean: CleanBars) -> int:
    return int(np.count_nonzero((clean.odd & Oddity.SESSION) == 0))


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """What an answer is for: a claimed window, the calendar it is judged by, at ``now`` (UTC seconds).

    ``is_last_try``: it is not asked again; ``sightings``: rows that were held back, from the tries before;
    ``is_checked``: the dailies were read for it, to know its basis.
    """

    claim: Claim
    calendar: SessionCalendar
    now: int
    is_last_try: bool = True
    sightings: Mapping[int, Sighting] = field(default_factory=dict)
    is_checked: bool = False

    @property
    def asked(self) -> Span:
        """The window with its overlap, as it was asked."""
        return self.claim.asked or asked_span(self.claim.window, self.claim.interval)


def commit_window(connection: Connection, question: CommitRequest, answer: BarsAnswer) -> CommitResult:
    """Judge the rows of an answer and store what they are. Raises ``EnvironmentFaultError``; then nothing was stored.

    Rows that look wrong, or came without a close, are believed when the provider repeats them or at the last try; until
    then the rest is stored and the window stays open.
    """
    claim, calendar, now = question.claim, question.calendar, question.now
    with transaction(connection):
        clean = clean_bars(answer.bars, calendar, claim.interval, question.asked, now)
        retired = retire_other_company(connection, answer.instrument, claim.interval, clean.bars)
        own = _in_own_currency(connection, claim, answer)
        if own is not answer:
            answer, clean = own, clean_bars(own.bars, calendar, claim.interval, question.asked, now)
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
            question.asked,
            now,
            new_splits=new_splits,
            unit=unit,
            market=None if answer.market is None else answer.market[1],
            is_checked=question.is_checked,
        )
        settled = settle_basis(connection, compared)
        if settled.unproven_since is not None:  # its splits too are news until stored prices reflect them
            return replace(_not_yet(connection, series_id, question, settled), retired=retired)
        _write_actions(connection, answer, now)
        evidence = Evidence(
            unit, is_smaller_unit(answer.instrument.currency), answer.market, read_splits(connection, claim.symbol)
        )
        daily = None if claim.interval.is_daily else daily_around(connection, claim.symbol, clean.bars)
        judged = _without_stored_overlap(connection, series_id, question, clean)
        scale = settle_scale(connection, series_id, claim.interval, judged, calendar, daily, evidence)
        return replace(_write(connection, series_id, question, clean, scale, settled), retired=retired)


def _without_stored_overlap(
    connection: Connection, series_id: int, question: CommitRequest, clean: CleanBars
) -> CleanBars:
    """Return the verdicts without rows of the overlap that are stored and stay so: they are judged as stored bars.

    So what was decided of them with less knowledge is decided again, though their window is not asked.
    """
    bars = clean.bars
    is_overlap = ~_is_writable(bars, question)
    stored = _stored_at(connection, series_id, bars.take(is_overlap))
    return without_bars(clean, is_overlap & np.isin(bars.open_time, stored.open_time))


def _write(
    connection: Connection, series_id: int, question: CommitRequest, clean: CleanBars, scale: OwnScale, settled: Settled
) -> CommitResult:
    """Store rows, flags and coverage of an answer that is on the stored basis."""
    claim, calendar, now = question.claim, question.calendar, question.now
    window, interval = claim.window, claim.interval
    extent = bar_store.bars_extent(connection, series_id)
    wanted = scale.take(~scale.is_new | _is_writable(scale.bars, question))
    stored = _stored_at(connection, series_id, wanted.bars)
    lost = _lost(clean, window, calendar, interval, now)
    previous = coverage_store.read_coverage(connection, series_id, window)
    replaceable = _replaceable_times(connection, series_id, question, stored)
    seen = _count_sightings(wanted, _unsettled(lost, previous), stored, replaceable, question.sightings)
    held = {} if question.is_last_try else {time: row for time, row in seen.items() if row[0] <= N_REPEATS}
    written = wanted.take(~np.isin(wanted.bars.open_time, np.array(list(held), np.int64)))
    n_changed = bar_store.write_bars(connection, series_id, changed_only(written.bars, stored))
    odd_store.write_odd(connection, series_id, written.bars.open_time, written.odd_bars())
    odd_store.note_dropped(connection, series_id, clean.impossible, written.bars.open_time)
    if not held:
        newest = _newest(clean.bars.open_time, extent, question.asked)
        rows = cover_window(window, clean.bars, calendar, interval, now, previous, newest)
        traded = lost[~np.isin(lost, clean.untraded)]
        rows += cover_lost(traded, rows, calendar, interval, now, previous)
        coverage_store.write_coverage(connection, series_id, rows)
        forget_failures(connection, series_id, claim, calendar)
    rev = instrument_store.series_rev(connection, series_id)
    refetch_reason = "" if not held else ODD_REASON if any(prices for _, prices in held.values()) else LOST_REASON
    return CommitResult(n_changed, rev, _notes(clean), refetch_reason, settled.rebased, None, held)


def _notes(clean: CleanBars) -> tuple[str, ...]:
    return tuple(
        f"{count} rows dropped: {reason}" for reason, count in clean.dropped.items() if reason != "outside_span"
    )


def _not_yet(connection: Connection, series_id: int, question: CommitRequest, settled: Settled) -> CommitResult:
    """Leave a window open until the dailies have told its basis; at the last try that question got no answer."""
    if question.is_last_try:
        row = Coverage(question.claim.window, CoverageState.FAILED, question.now, question.now + HOUR_S, BASIS_REASON)
        previous = coverage_store.read_coverage(connection, series_id, row.span)
        coverage_store.write_coverage(connection, series_id, cover_failure(row, previous))
    rev = instrument_store.series_rev(connection, series_id)
    return CommitResult(0, rev, (), BASIS_REASON, settled.rebased, settled.unproven_since)


def _new_splits(connection: Connection, answer: BarsAnswer) -> tuple[Split, ...]:
    """Return the splits that an answer states and that are not known so."""
    known = read_splits(connection, answer.instrument.symbol)
    stated = ((one.date, one.value) for one in answer.actions if one.kind == SPLIT)
    return tuple(split for split in stated if split not in known)


def _write_actions(connection: Connection, answer: BarsAnswer, now: int) -> None:
    rows = [action_store.StoredAction(one.date, one.kind, one.value, one.currency) for one in answer.actions]
    action_store.write_actions(connection, answer.instrument.symbol, rows, now)


def _in_own_currency(connection: Connection, claim: Claim, answer: BarsAnswer) -> BarsAnswer:
    """Return an answer that is stated in the other unit of the instrument's currency in the unit that is stored.

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


def _replaceable_times(connection: Connection, series_id: int, question: CommitRequest, stored: Bars) -> IntArray:
    """Return the times of stored bars that were believed to look wrong and still form: what follows is no news."""
    if not len(stored):
        return stored.open_time
    span = Span(int(stored.open_time[0]), int(stored.open_time[-1]) + 1)
    odd = odd_store.read_odd(connection, series_id, span)
    times = np.array([bar.open_time for bar in odd if bar.flags & _UNUSUAL], np.int64)
    return times[final_times(question.calendar, question.claim.interval, times) > question.now]


def _count_sightings(
    wanted: OwnScale, lost: IntArray, stored: Bars, replaceable: IntArray, before: Mapping[int, Sighting]
) -> dict[int, Sighting]:
    """Return how often each row that looks wrong, and is not stored so, has been sent by now, with its prices.

    ``lost``: times of rows without a close; they have no prices. A bar that was stored before and is good does not give
    way to one that is odd until that is repeated; one that is odd already and still forms (``replaceable``) does.
    """
    bars = wanted.bars
    known = np.isin(bars.open_time, stored.open_time)
    is_changed = ~known
    at = np.searchsorted(stored.open_time, bars.open_time[known])
    old = np.stack([stored.open[at], stored.high[at], stored.low[at], stored.close[at]])
    new = np.stack([bars.open[known], bars.high[known], bars.low[known], bars.close[known]])
    is_changed[known] = (old != new).any(axis=0) & ~np.isin(bars.open_time[known], replaceable)
    suspect = wanted.is_new & is_changed & (((wanted.odd & _UNUSUAL) != 0) | _is_far(bars))
    rows = {int(bars.open_time[row]): tuple(wanted.sent[:, row].tolist()) for row in np.flatnonzero(suspect).tolist()}
    rows |= {int(time): () for time in np.setdiff1d(lost, stored.open_time).tolist()}
    return {time: (_times_seen(before.get(time), prices), prices) for time, prices in rows.items()}


def _is_far(bars: Bars) -> BoolArray:
    """Tell which bars lie between leaps of the close that no market makes: all but the longest run without one."""
    is_far = np.zeros(len(bars), np.bool_)
    usable = np.flatnonzero(bars.close > 0)
    leaps = np.abs(np.diff(np.log(bars.close[usable]))) > _LEAP
    if leaps.any():
        runs = np.split(usable, np.flatnonzero(leaps) + 1)
        is_far[usable] = True
        is_far[max(runs, key=len)] = False
    return is_far


def _times_seen(before: Sighting | None, prices: tuple[float, ...]) -> int:
    is_same = before is not None and np.array_equal(before[1], prices, equal_nan=True)
    return before[0] + 1 if before is not None and is_same else 1


def _lost(clean: CleanBars, window: Span, calendar: SessionCalendar, interval: Interval, now: int) -> IntArray:
    """Return the times in the window of bars that are expected and came without a close."""
    inside = clean.lost[(clean.lost >= window.start) & (clean.lost < window.end) & (clean.lost <= now)]
    return inside[is_on_grid(calendar, interval, inside)]


def _unsettled(lost: IntArray, previous: Sequence[Coverage]) -> IntArray:
    """Return the times of which no answer has told before that the bar has no close: the others are not news."""
    is_new_fact = np.ones(len(lost), np.bool_)
    for row in previous:
        if row.state in (CoverageState.HAVE, CoverageState.KNOWN_EMPTY):
            is_new_fact &= (lost < row.span.start) | (lost >= row.span.end)
    return lost[is_new_fact]


def _newest(times: IntArray, extent: Span | None, asked: Span) -> int:
    """Return the open time of the newest bar of a series, stored or answered; without any, since when none came."""
    known = [int(times[-1])] if len(times) else []
    if extent is not None:
        known.append(extent.end - 1)
    return max(known, default=asked.start)


def _is_writable(bars: Bars, question: CommitRequest) -> BoolArray:
    """Tell which bars are the window's, or final ones of the overlap past its end (the interior of an answer wins)."""
    window, interval = question.claim.window, question.claim.interval
    is_inside = (bars.open_time >= window.start) & (bars.open_time < window.end)
    is_final = final_times(question.calendar, interval, bars.open_time) <= question.now
    is_writable: BoolArray = is_inside | (is_final & (bars.open_time >= window.end))
    return is_writable
