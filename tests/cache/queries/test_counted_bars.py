"""The last bars by their number: when an answer has enough of them, and how it is cut."""

from dataclasses import replace

import pytest

from candledesk.cache.messages import BarsReply, BarsRequest, Gap
from candledesk.cache.queries.counted_bars import cut_to_last, has_enough
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from tests.fake_data import make_instrument, make_span_bars

DAY = INTERVALS["1d"]
LISTED = replace(make_instrument("AAA"), first_open_time=1_000_000_000)
START, END = 1_793_577_600, 1_794_182_400  # a week, of five sessions
NOW = END + DAY_S
HOLE = Span(START, START + DAY_S)


def reply_of(span=None, gaps=(), lookback_s=None, instrument=LISTED):
    span = span or Span(START, END)
    request = BarsRequest("AAA", DAY, None, countback=5)
    bars = make_span_bars(LISTED, DAY, Span(START, END))
    finals = (*(True,) * (len(bars) - 1), False)
    return BarsReply(request, span, bars, finals, instrument, gaps, lookback_s=lookback_s)


def test_so_many_bars_are_enough_and_one_less_is_not():
    assert has_enough(reply_of(), 5, NOW)
    assert not has_enough(reply_of(), 6, NOW)


def test_bars_that_were_asked_for_in_vain_end_the_search():
    assert has_enough(reply_of(gaps=(Gap(HOLE, "no network"),)), 6, NOW)


@pytest.mark.parametrize(
    "start", [LISTED.first_open_time - DAY_S, LISTED.first_open_time - LISTED.first_open_time % DAY_S]
)
def test_nothing_is_older_than_the_listing(start):
    assert has_enough(reply_of(Span(start, END)), 6, NOW)
    assert not has_enough(reply_of(Span(start + DAY_S + DAY_S, END)), 6, NOW)


def test_nothing_is_older_than_what_the_provider_keeps():
    assert has_enough(reply_of(lookback_s=NOW - START), 6, NOW)
    assert not has_enough(reply_of(lookback_s=NOW - START + 1), 6, NOW)


def test_without_a_listing_the_search_ends_where_all_history_begins():
    unknown = replace(LISTED, first_open_time=None)
    assert has_enough(reply_of(Span(HISTORY_START, END), instrument=unknown), 6, NOW)
    assert not has_enough(reply_of(Span(HISTORY_START + 1, END), instrument=unknown), 6, NOW)


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
