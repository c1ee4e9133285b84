"""Damaged bars through the cache: true bars are served, lost ones are a gap that is fetched again, and it is said."""

import numpy as np
import pytest

from candledesk.cache.events import CoverageChanged, DamageFound
from candledesk.cache.storing import damage as damage_module
from candledesk.cache.storing.damage import LOST, RESTORED, UNHARMED
from candledesk.domain.coverage import DAMAGED, CoverageState, MarkState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import DAY_S, INTERVALS, MINUTE_S
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import NOW, WAIT_S, same, wait_until
from tests.cache.damaged_bars import BOTH_COPIES, CHECKSUM, CHUNK, n_damaged, spoil

pytestmark = pytest.mark.allow_logs

MIDNIGHT = NOW // DAY_S * DAY_S
ARCHIVED = Span(MIDNIGHT - 20 * DAY_S, MIDNIGHT)
MINUTE = INTERVALS["1m"]


@pytest.fixture
def archive(harness):
    """Twenty days of minutes are stored, in fourteen chunks; the events of that are forgotten."""
    assert harness.backfill("1m", ARCHIVED).state == "succeeded"
    harness.events.clear()
    return harness


def found(harness, *, is_lost):
    return [event for event in harness.events if isinstance(event, DamageFound) and event.is_lost is is_lost]


def wait_for_repair(harness, n=1, *, is_lost=True):
    wait_until(lambda: len(found(harness, is_lost=is_lost)) >= n)


def damaged_spans(harness, name="1m"):
    return [row.span for row in harness.coverage(name) if row.reason.startswith(DAMAGED)]


def true_outside(bars, truth, gaps):
    """Every bar is true, and every missing one lies in a gap."""
    left = ~np.isin(truth.open_time, bars.open_time)
    assert same(bars, truth.take(~left))
    for time in truth.open_time[left].tolist():
        assert any(gap.span.start <= time < gap.span.end for gap in gaps), time


def test_lost_bars_are_a_gap_of_the_answer_at_once_and_of_the_ledger_soon(archive, yahoo):
    start, end = spoil(archive, "1m", BOTH_COPIES, nth=5)
    n_asked = len(yahoo.requests)
    reply = archive.bars("1m", ARCHIVED, fill="none")
    assert not reply.complete
    assert {gap.reason for gap in reply.gaps} == {DAMAGED}
    assert all(start <= gap.span.start < gap.span.end <= end for gap in reply.gaps)
    true_outside(reply.bars, yahoo.truth("AAA", "1m", ARCHIVED), reply.gaps)
    wait_for_repair(archive)
    (event,) = found(archive, is_lost=True)
    assert (event.symbol, event.interval, event.span) == ("AAA", MINUTE, Span(start, end))
    assert event.text.startswith("Stored 1m bars of AAA between 2026-11-")
    assert LOST in event.text
    wait_until(lambda: any(isinstance(one, CoverageChanged) for one in archive.events))
    assert damaged_spans(archive)
    assert n_damaged(archive) == 0
    again = archive.bars("1m", ARCHIVED, fill="none")
    assert again.bars.equals(reply.bars)
    assert again.gaps == reply.gaps
    assert again.rev == reply.rev + 1
    assert len(yahoo.requests) == n_asked
    assert len(found(archive, is_lost=True)) == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_lost_bars_are_fetched_again_by_the_answer_that_finds_them_or_the_next(archive, yahoo, is_known):
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    if is_known:
        archive.bars("1m", ARCHIVED, fill="none")
        wait_for_repair(archive)
    n_asked = len(yahoo.requests)
    reply = archive.bars("1m", ARCHIVED)
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1m", ARCHIVED))
    assert len(yahoo.requests) == n_asked + 1
    assert not damaged_spans(archive)


def test_a_backfill_counts_no_damaged_bar_as_done(archive, yahoo):
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    spoil(archive, "1m", (CHUNK,), nth=2)
    n_asked = len(yahoo.requests)
    job = archive.backfill("1m", ARCHIVED)
    assert (job.state, job.bars_done) == ("succeeded", 5_460)
    assert len(yahoo.requests) == n_asked + 1
    assert same(archive.bars("1m", ARCHIVED, fill="none").bars, yahoo.truth("AAA", "1m", ARCHIVED))
    assert len(found(archive, is_lost=True)) == len(found(archive, is_lost=False)) == 1


def test_an_answer_that_does_not_wait_fetches_lost_bars_after_it(archive, yahoo):
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    assert not archive.bars("1m", ARCHIVED, fill="async").complete
    wait_until(lambda: archive.bars("1m", ARCHIVED, fill="none").complete)
    assert same(archive.bars("1m", ARCHIVED, fill="none").bars, yahoo.truth("AAA", "1m", ARCHIVED))


@pytest.mark.parametrize(
    ("damage", "level", "text"), [(CHUNK, 1, RESTORED), (CHECKSUM, 1, UNHARMED), (CHUNK, 8, RESTORED)]
)
def test_one_damaged_copy_costs_no_bar_and_is_restored_and_reported_once(archive, yahoo, damage, level, text):
    truth = yahoo.truth("AAA", "1m", ARCHIVED)
    stride = archive.view("1m", anchor=MIDNIGHT - DAY_S, n_before=3_000, stride=8)
    spoil(archive, "1m", (damage,), level=level, nth=level == 1)
    for _ in range(3):
        reply = archive.bars("1m", ARCHIVED, fill="none")
        assert reply.complete
        assert reply.bars.equals(truth)
        assert archive.view("1m", anchor=MIDNIGHT - DAY_S, n_before=3_000, stride=8).bars.equals(stride.bars)
    wait_for_repair(archive, is_lost=False)
    (event,) = found(archive, is_lost=False)
    assert text in event.text
    assert not found(archive, is_lost=True)
    assert n_damaged(archive) == 0
    archive.bars("1m", ARCHIVED, fill="none")
    archive.view("1m", anchor=MIDNIGHT - DAY_S, n_before=3_000, stride=8)
    assert len(found(archive, is_lost=False)) == 1


def test_the_same_chunk_damaged_again_is_reported_again(archive):
    for n in (1, 2):
        spoil(archive, "1m", (CHUNK,), nth=3)
        archive.bars("1m", ARCHIVED, fill="none")
        wait_for_repair(archive, n, is_lost=False)
        wait_until(lambda: n_damaged(archive) == 0)


def test_a_chart_shows_what_is_left_marks_the_rest_and_has_it_fetched(archive, yahoo):
    start, end = spoil(archive, "1m", BOTH_COPIES, nth=5)
    yahoo.gate.clear()
    first = archive.view("1m", anchor=end, n_before=3_000, n_after=500)
    marks = archive.cache.read_marks("AAA", MINUTE, ARCHIVED)
    truth = yahoo.truth("AAA", "1m", ARCHIVED)
    assert same(first.bars, truth.take(np.isin(truth.open_time, first.bars.open_time)))
    lost = truth.within(Span(start, end)).open_time
    assert len(np.intersect1d(first.bars.open_time, lost)) < len(lost)
    wait_for_repair(archive)
    marks = archive.cache.read_marks("AAA", MINUTE, ARCHIVED).result(WAIT_S)
    assert [(mark.state, mark.reason) for mark in marks if mark.state is MarkState.FAILED] == [
        (MarkState.FAILED, DAMAGED)
    ] * len([mark for mark in marks if mark.state is MarkState.FAILED])
    assert any(mark.state is MarkState.FAILED and mark.span.overlaps(Span(start, end)) for mark in marks)
    yahoo.gate.set()
    wait_until(lambda: not damaged_spans(archive))
    shown = archive.view("1m", anchor=end, n_before=3_000, n_after=500)
    assert len(shown.bars) == 3_500
    assert same(shown.bars, truth.take(np.isin(truth.open_time, shown.bars.open_time)))


def test_minutes_that_yahoo_has_no_longer_stay_damaged_at_every_request(archive, yahoo):
    yahoo.now += 100 * DAY_S
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    n_asked = len(yahoo.asked("1m"))
    for fill in ("none", "wait", "none"):
        reply = archive.bars("1m", ARCHIVED, fill=fill)
        assert [gap.reason.startswith(f"{DAMAGED}: ") for gap in reply.gaps] == [True]
        assert "keeps 1m bars" in reply.gaps[0].reason
        true_outside(reply.bars, yahoo.truth("AAA", "1m", ARCHIVED), reply.gaps)
    assert len(yahoo.asked("1m")) == n_asked
    report = archive.cache.describe_series("AAA", MINUTE).result(WAIT_S)
    assert reply.gaps[0] in report.gaps
    job = archive.backfill("1m", ARCHIVED)
    assert reply.gaps[0] in job.gaps


def test_coarser_bars_are_not_made_of_lost_minutes(archive, yahoo):
    whole = archive.bars("5m", ARCHIVED)
    yahoo.now += 100 * DAY_S
    start, end = spoil(archive, "1m", BOTH_COPIES, nth=5)
    reply = archive.bars("2m", ARCHIVED, fill="none")
    truth = yahoo.truth("AAA", "1m", ARCHIVED)
    assert not reply.complete
    assert all(start - 4 * DAY_S < gap.span.start < gap.span.end < end + 4 * DAY_S for gap in reply.gaps)
    lost = truth.open_time[~np.isin(truth.open_time, archive.bars("1m", ARCHIVED, fill="none").bars.open_time)]
    assert len(lost)
    assert not np.isin(lost // 120 * 120, reply.bars.open_time).any()
    assert archive.bars("5m", ARCHIVED, fill="none").bars.equals(whole.bars)


def test_a_week_without_one_of_its_days_is_not_complete(harness, yahoo):
    harness.backfill("1d")
    spoil(harness, "1d", BOTH_COPIES)
    span = Span(MIDNIGHT - 200 * DAY_S, MIDNIGHT)
    reply = harness.bars("1wk", span, fill="none")
    assert not reply.complete
    assert {gap.reason for gap in reply.gaps} == {DAMAGED}
    assert not harness.cache.describe_series("AAA", INTERVALS["1wk"]).result(WAIT_S).complete
    wait_for_repair(harness)  # a request that is planned before its end has the gap
    assert harness.bars("1wk", span).complete


def test_prices_adjusted_by_lost_daily_bars_have_a_gap(archive):
    archive.backfill("1d")
    span = Span(MIDNIGHT - 5 * DAY_S, MIDNIGHT)
    assert archive.bars("1m", span, fill="none", adjust="all").complete
    spoil(archive, "1d", BOTH_COPIES)
    reply = archive.bars("1m", span, fill="none", adjust="all")
    assert [gap.reason for gap in reply.gaps] == [f"splits and dividends: {DAMAGED}"]
    wait_for_repair(archive)
    assert archive.bars("1m", span, adjust="all").complete


def test_a_failed_try_to_fetch_lost_bars_leaves_them_damaged(archive, yahoo):
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    yahoo.script = lambda request: FaultAnswer("the answer broke off")
    for _ in range(2):
        reply = archive.bars("1m", ARCHIVED)
        assert {gap.reason for gap in reply.gaps} == {f"{DAMAGED}: the answer broke off"}
    yahoo.script = None
    yahoo.now += DAY_S
    assert archive.bars("1m", ARCHIVED).complete


def test_an_answer_beside_lost_bars_is_stored_all_the_same(archive, yahoo):
    """The answer is compared with stored bars, some of which are lost."""
    spoil(archive, "1m", BOTH_COPIES)
    yahoo.now += DAY_S
    today = Span(MIDNIGHT, MIDNIGHT + DAY_S)
    reply = archive.bars("1m", today)
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1m", today))
    wait_for_repair(archive)
    whole = Span(ARCHIVED.start, today.end)
    assert archive.bars("1m", whole).complete
    assert same(archive.bars("1m", whole, fill="none").bars, yahoo.truth("AAA", "1m", whole))


def test_a_write_that_repairs_a_chunk_says_so(archive, yahoo):
    archive.bars("1m", Span(NOW - 3_600, NOW))
    archive.events.clear()
    spoil(archive, "1m", (CHUNK,))
    yahoo.now += 10 * MINUTE_S
    archive.bars("1m", Span(NOW, yahoo.now))
    wait_for_repair(archive, is_lost=False)
    assert n_damaged(archive) == 0
    assert len(found(archive, is_lost=False)) == 1


def test_an_import_onto_lost_bars_is_stored(archive, yahoo):
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    truth = yahoo.truth("AAA", "1m", ARCHIVED)
    report = archive.cache.import_bars("AAA", MINUTE, truth).result(WAIT_S)
    assert report.n_changed == 390  # the rest is known from the provider
    stored = archive.bars("1m", ARCHIVED, fill="none").bars
    assert (stored.open_time == truth.open_time).all()
    assert (stored.close.astype(np.float32) == truth.close.astype(np.float32)).all()  # as the provider sends prices


def test_a_description_of_a_series_with_lost_bars_has_the_gap_at_once(harness):
    harness.backfill("1d")
    spoil(harness, "1d", BOTH_COPIES)
    report = harness.cache.describe_series("AAA", INTERVALS["1wk"]).result(WAIT_S)
    assert {gap.reason for gap in report.gaps} == {DAMAGED}


def test_many_damaged_chunks_are_repaired_in_small_transactions(archive, monkeypatch):
    monkeypatch.setattr(damage_module, "BATCH", 2)
    for nth in range(7):
        spoil(archive, "1m", (CHUNK,), nth=nth)
    assert archive.bars("1m", ARCHIVED, fill="none").complete
    wait_for_repair(archive, 4, is_lost=False)
    assert n_damaged(archive) == 0


def test_lost_bars_that_cannot_be_repaired_are_not_fetched(archive, yahoo, monkeypatch):
    def refuse(_connection, _findings):
        raise EnvironmentFaultError("The page is damaged.")

    monkeypatch.setattr(damage_module, "repair_findings", refuse)
    spoil(archive, "1m", BOTH_COPIES, nth=5)
    archive.bars("1m", ARCHIVED, fill="none")
    wait_for_repair(archive)
    (event,) = found(archive, is_lost=True)
    assert event.text.endswith("The page is damaged.")
    n_asked = len(yahoo.requests)
    for fill in ("wait", "none"):
        reply = archive.bars("1m", ARCHIVED, fill=fill)
        assert [(gap.reason, gap.retry_at) for gap in reply.gaps] == [(DAMAGED, None)]
        assert not archive.view("1m", anchor=ARCHIVED.end - 9 * DAY_S, n_before=2_000).error
    archive.settle()
    assert len(yahoo.requests) == n_asked
    assert len(found(archive, is_lost=True)) == 1


READ_ONLY = EnvironmentFaultError("Nothing can be stored in this home: it is read-only.")


@pytest.mark.parametrize("damage", [BOTH_COPIES, (CHUNK,)])
def test_a_read_only_home_gives_the_same_answers_and_repairs_nothing(archive, yahoo, damage):
    archive.service.close()
    archive.open(refusal=READ_ONLY)
    archive.events.clear()
    spoil(archive, "1m", damage, nth=5)
    n_asked, is_lost, truth = len(yahoo.requests), damage is BOTH_COPIES, yahoo.truth("AAA", "1m", ARCHIVED)
    for fill in ("none", "wait", "async"):
        reply = archive.bars("1m", ARCHIVED, fill=fill)
        assert reply.complete is not is_lost
        assert {gap.reason for gap in reply.gaps} <= {DAMAGED}
        true_outside(reply.bars, truth, reply.gaps)
        view = archive.view("1m", n_before=5_000)
        assert same(view.bars, truth.take(np.isin(truth.open_time, view.bars.open_time)))
    wait_for_repair(archive, is_lost=is_lost)
    assert n_damaged(archive) == 1
    assert len(yahoo.requests) == n_asked
    (event,) = [event for event in archive.events if isinstance(event, DamageFound)]
    assert event.text.endswith(READ_ONLY.args[0])
    assert {row.state for row in archive.coverage("1m")} <= {CoverageState.HAVE, CoverageState.REFUSED}
