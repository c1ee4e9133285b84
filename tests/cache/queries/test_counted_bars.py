"""The last bars by their number: when an answer has enough of them, and how it is cut."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.messages import BarsReply, BarsRequest, Gap
from candledesk.cache.queries.counted_bars import cut_to_last, has_enough
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from tests.cache.conftest import NOW
from tests.fake_data import make_instrument, make_span_bars

DAY = INTERVALS["1d"]
LISTED = replace(make_instrument("AAA"), first_open_time=1_000_000_000)
START, END = 1_793_577_600, 1_794_182_400  # a week, of five sessions
END_DAY = NOW // DAY_S * DAY_S
HOLE = Span(START, START + DAY_S)


def reply_of(span=None, gaps=(), instrument=LISTED):
    span = span or Span(START, END)
    request = BarsRequest("AAA", DAY, None, countback=5)
    bars = make_span_bars(LISTED, DAY, Span(START, END))
    finals = (*(True,) * (len(bars) - 1), False)
    return BarsReply(request, span, bars, finals, instrument, gaps)


def test_so_many_bars_are_enough_and_one_less_is_not():
    assert has_enough(reply_of(), 5)
    assert not has_enough(reply_of(), 6)


def test_missing_bars_do_not_end_the_search():
    assert not has_enough(reply_of(gaps=(Gap(HOLE, "no network"),)), 6)


@pytest.mark.parametrize(
    "start", [LISTED.first_open_time - DAY_S, LISTED.first_open_time - LISTED.first_open_time % DAY_S]
)
def test_nothing_is_older_than_the_listing(start):
    assert has_enough(reply_of(Span(start, END)), 6)
    assert not has_enough(reply_of(Span(start + DAY_S + DAY_S, END)), 6)


def test_without_a_listing_the_search_ends_where_all_history_begins():
    unknown = replace(LISTED, first_open_time=None)
    assert has_enough(reply_of(Span(HISTORY_START, END), instrument=unknown), 6)
    assert not has_enough(reply_of(Span(HISTORY_START + 1, END), instrument=unknown), 6)


def test_the_cut_keeps_the_newest_bars_and_what_concerns_them():
    whole = reply_of(gaps=(Gap(HOLE, "a"), Gap(Span(START, END), "b")))
    times = whole.bars.open_time.tolist()
    whole = replace(
        whole,
        odd={times[0]: 1, times[-1]: 2},
        derived=((Span(START, times[1]), "1h"), (Span(times[1], END), "5m")),
    )
    cut = cut_to_last(whole, 2)
    assert cut.bars.open_time.tolist() == times[-2:]
    assert cut.is_final == (True, False)
    assert cut.span == Span(times[-2], END)
    assert cut.gaps == (Gap(Span(times[-2], END), "b"),)
    assert cut.odd == {times[-1]: 2}
    assert cut.derived == ((Span(times[-2], END), "5m"),)


def test_an_answer_with_no_more_bars_stays_as_it_is():
    whole = reply_of()
    assert cut_to_last(whole, 5) is whole
    assert cut_to_last(whole, 9) is whole


@pytest.fixture
def stored(harness):
    """Minutes of which two parts are stored, with a hole between; returns their times."""
    for n_days in (25, 4):
        start = END_DAY - n_days * DAY_S
        harness.bars("5m", Span(start, start + 3 * DAY_S))
    harness.settle()
    reply = harness.bars("5m", Span(END_DAY - 29 * DAY_S, END_DAY), fill="none")
    assert not reply.complete
    assert np.diff(reply.bars.open_time).max() > 5 * DAY_S
    return reply.bars.open_time.tolist()


def test_what_is_stored_beyond_a_hole_is_read_and_nothing_is_asked_for_it(harness, yahoo, stored):
    n_asked = len(yahoo.requests)
    reply = harness.bars("5m", Span(0, END_DAY), countback=len(stored), fill="none")
    assert reply.bars.open_time.tolist() == stored
    assert not reply.complete
    assert len(yahoo.requests) == n_asked


def test_more_bars_than_are_stored_give_those_that_are(harness, stored):
    reply = harness.bars("5m", Span(0, END_DAY), countback=len(stored) + 50, fill="none")
    assert reply.bars.open_time.tolist() == stored
    assert not reply.complete
