"""Beyond the provider's look-back coarser bars come from stored finer ones, exactly, and the answers say so."""

from itertools import pairwise

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest, EdgeState, Gap, ViewportRequest
from candledesk.cache.queries.finer_bars import gaps_without
from candledesk.cache.rules.planner import Facts
from candledesk.domain.coverage import MarkState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS, MINUTE_S, parse_interval
from candledesk.domain.prices.resample import merge_bars
from candledesk.domain.span import Span
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import NOW, WAIT_S, weekday_calendar

MIDNIGHT = NOW // DAY_S * DAY_S
LATER = 100 * DAY_S
ARCHIVED = Span(MIDNIGHT - 20 * DAY_S, MIDNIGHT)
INSIDE = Span(ARCHIVED.start + DAY_S, ARCHIVED.end - DAY_S)


@pytest.fixture
def archive(harness, yahoo):
    """Twenty days of 1m were stored; a hundred days later Yahoo has neither them nor 5m of that time."""
    harness.backfill("1m", ARCHIVED)
    yahoo.now += LATER
    return harness


def load(harness, name, span, **options):
    request = BarsRequest("AAA", parse_interval(name), span, **{"timeout_s": WAIT_S, **options})
    return harness.cache.load_bars(request).result(WAIT_S)


def made_of_minutes(yahoo, name, span):
    wide = Span(span.start - DAY_S, span.end + DAY_S)
    return merge_bars(yahoo.truth("AAA", "1m", wide), yahoo.calendar("AAA"), parse_interval(name)).within(span)


@pytest.mark.parametrize("name", ["2m", "5m", "10m", "15m", "30m", "45m", "90m", "3h30m", "7m"])
@pytest.mark.parametrize("fill", ["wait", "none"])
def test_a_coarser_interval_is_what_the_minutes_make(archive, yahoo, name, fill):
    name = {"3h30m": "210m"}.get(name, name)
    reply = load(archive, name, INSIDE, fill=fill)
    assert reply.bars.equals(made_of_minutes(yahoo, name, INSIDE))
    assert reply.complete
    assert {source for _, source in reply.derived} == (set() if name == "7m" else {"1m"})
    assert all(reply.is_final)


def test_what_yahoo_still_has_is_asked_and_days_are_never_made_of_minutes(archive, yahoo):
    for name in ("1h", "4h", "1d"):
        reply = load(archive, name, INSIDE)
        assert reply.derived == ()
        assert reply.complete
        assert len(yahoo.asked(INTERVALS[name].base.name)) > 0
    assert load(archive, "1d", INSIDE).bars.equals(yahoo.truth("AAA", "1d", INSIDE))


def test_the_coarsest_finer_bars_are_taken_first(archive, yahoo):
    yahoo.now -= LATER
    archive.backfill("5m", Span(ARCHIVED.start + 7 * DAY_S, ARCHIVED.end))
    yahoo.now += LATER
    reply = load(archive, "15m", INSIDE)
    expected = made_of_minutes(yahoo, "15m", INSIDE)
    assert reply.bars.open_time.tolist() == expected.open_time.tolist()
    first = reply.derived[0][0]
    assert reply.bars.within(first).equals(expected.within(first))
    assert [source for _, source in reply.derived] == ["1m", "5m"]


def test_own_bars_win(archive, yahoo):
    yahoo.now -= LATER
    yahoo.script = lambda request: (
        yahoo.bars_answer(request, lambda bars: type(bars)(bars.open_time, *(bars.open,) * 4, bars.volume))
        if request.interval.name == "5m"
        else None
    )
    own = Span(ARCHIVED.start + 7 * DAY_S, ARCHIVED.start + 12 * DAY_S)
    archive.backfill("5m", own)
    yahoo.now += LATER
    reply = load(archive, "5m", INSIDE, fill="none")
    is_own = reply.bars.high == reply.bars.low
    assert is_own[(reply.bars.open_time >= own.start) & (reply.bars.open_time < own.end)].all()
    assert not any(span.overlaps(own) for span, _ in reply.derived)
    assert reply.bars.open_time.tolist() == made_of_minutes(yahoo, "5m", INSIDE).open_time.tolist()


def test_a_bar_with_an_unknown_minute_inside_is_not_made(harness, yahoo):
    noon = ARCHIVED.start + 6 * DAY_S + 17 * HOUR_S
    harness.backfill("1m", Span(ARCHIVED.start, noon + 2 * MINUTE_S))
    harness.backfill("1m", Span(noon + 30 * MINUTE_S, ARCHIVED.end))
    yahoo.now += LATER
    reply = load(harness, "5m", INSIDE, fill="none")
    expected = made_of_minutes(yahoo, "5m", INSIDE)
    lost = (expected.open_time >= noon) & (expected.open_time < noon + 30 * MINUTE_S)
    assert lost.sum() == 6
    assert reply.bars.equals(expected.take(~lost))
    first, second = (span for span, _ in reply.derived)
    assert (first.end, second.start) == (noon, noon + 30 * MINUTE_S)
    facts = Facts(INTERVALS["5m"], weekday_calendar(), (), None, yahoo.now, LIMITS["5m"])
    gap = Gap(Span(ARCHIVED.start - 60 * DAY_S, ARCHIVED.end), "beyond the look-back")
    gaps = [row.span for row in gaps_without([gap], [first, second], facts)]
    assert gaps[1] == Span(noon, noon + 30 * MINUTE_S)
    assert gaps[0].end == first.start  # before the archive
    assert len(gaps) == 3  # and its last day, which was not asked for here


def test_gaps_elsewhere_stay_as_they_are():
    facts = Facts(INTERVALS["5m"], weekday_calendar(), (), None, NOW, LIMITS["5m"])
    gap = Gap(Span(MIDNIGHT - 2 * DAY_S, MIDNIGHT - DAY_S), "not fetched yet")
    assert gaps_without([gap], [], facts) == (gap,)
    assert gaps_without([gap], [Span(MIDNIGHT - DAY_S, MIDNIGHT)], facts) == (gap,)
    assert gaps_without([gap], [gap.span], facts) == ()


def test_pages_give_what_the_whole_gives(archive, yahoo):
    whole = load(archive, "5m", INSIDE, fill="none").bars
    times, at = [], INSIDE.start
    while True:
        page = load(archive, "5m", Span(at, INSIDE.end), fill="none", limit=97)
        times += page.bars.open_time.tolist()
        if page.next_open_time is None:
            break
        at = page.next_open_time
    assert times == whole.open_time.tolist()


def view(harness, name, anchor=None, n_before=500, n_after=0, stride=1):
    request = ViewportRequest(
        1, next(harness.generations), "AAA", parse_interval(name), anchor, n_before, n_after, stride
    )
    return harness.cache.load_viewport(request).result(WAIT_S)


@pytest.mark.parametrize("name", ["5m", "15m", "10m", "45m"])
def test_a_chart_scrolls_on_into_what_the_minutes_make(archive, yahoo, name):
    load(archive, name, Span(yahoo.now - 70 * DAY_S, yahoo.now))
    archive.settle()
    pages, anchor = [], None
    for _ in range(100):
        reply = view(archive, name, anchor, n_before=300)
        pages.append(reply.bars.open_time)
        if reply.edge is EdgeState.START:
            break
        assert reply.edge is EdgeState.MORE
        assert reply.edge_reason in ("", "from 1m bars")
        anchor = int(reply.bars.open_time[0])
    times = np.concatenate(pages[::-1])
    assert (np.diff(times) > 0).all()
    floor = yahoo.now - LIMITS["5m"].lookback_s
    minutes = made_of_minutes(yahoo, name, ARCHIVED)
    asked = yahoo.truth("AAA", parse_interval(name).base.name, Span(floor, yahoo.now))
    own = merge_bars(asked, yahoo.calendar(), parse_interval(name))
    tail = times[times >= floor]
    assert np.isin(tail, own.open_time).all()
    assert len(own) - len(tail) <= 1  # the first own bar may lack its beginning
    assert not np.isin(times[times < floor], own.open_time).any()
    assert times[times < floor].tolist() == minutes.open_time.tolist()
    assert reply.edge_reason.endswith("older ones come from 1m bars")


def test_a_chart_jumps_into_what_the_minutes_make(archive, yahoo):
    load(archive, "5m", Span(yahoo.now - 5 * DAY_S, yahoo.now))
    anchor = made_of_minutes(yahoo, "5m", INSIDE).open_time[400]
    reply = view(archive, "5m", int(anchor), n_before=100, n_after=150)
    everything = made_of_minutes(yahoo, "5m", ARCHIVED)
    at = int(np.searchsorted(everything.open_time, anchor))
    assert reply.bars.equals(everything.take(slice(at - 100, at + 150)))
    assert not reply.at_latest
    assert reply.n_newer > 0


def test_rows_of_many_bars_keep_every_extreme(archive, yahoo):
    load(archive, "5m", Span(yahoo.now - 5 * DAY_S, yahoo.now))
    anchor = int(made_of_minutes(yahoo, "5m", INSIDE).open_time[-1])
    fine = view(archive, "5m", anchor, n_before=600)
    rows = view(archive, "5m", anchor, n_before=600, stride=8)
    assert rows.starts[-1] == len(fine.bars)
    assert (rows.bars.high.max(), rows.bars.low.min()) == (fine.bars.high.max(), fine.bars.low.min())
    assert rows.bars.volume.sum() == fine.bars.volume.sum()
    assert rows.bars.open_time.tolist() == fine.bars.open_time[rows.starts[:-1]].tolist()


def test_without_finer_bars_a_chart_is_as_it_was(harness, yahoo):
    load(harness, "5m", Span(yahoo.now - 70 * DAY_S, yahoo.now))
    harness.settle()
    reply = view(harness, "5m", None, n_before=10_000)
    assert reply.edge is EdgeState.START
    assert reply.edge_reason == "Yahoo keeps 5m bars for 60 days"
    assert view(harness, "5m", int(reply.bars.open_time[0]), n_before=500).edge is EdgeState.START


def test_the_strip_marks_what_was_made(archive, yahoo):
    marks = archive.cache.read_marks("AAA", INTERVALS["5m"], Span(0, yahoo.now)).result(WAIT_S)
    made = [mark for mark in marks if mark.state is MarkState.DERIVED]
    reply = load(archive, "5m", ARCHIVED, fill="none")
    assert [(mark.span, mark.reason) for mark in made] == [
        (span, "made from stored 1m bars") for span, _ in reply.derived
    ]
    assert all(not first.span.overlaps(second.span) for first, second in pairwise(marks))
    assert [mark.state for mark in marks][:3] == [MarkState.REFUSED, MarkState.DERIVED, MarkState.REFUSED]
    marks = archive.cache.read_marks("AAA", INTERVALS["1m"], ARCHIVED).result(WAIT_S)
    assert marks == ()  # stored minutes are no less stored because Yahoo has them no longer
