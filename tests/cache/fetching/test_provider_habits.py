"""Habits of a provider that cost a bar, or let a wrong one in, before they were known."""

from candledesk.domain.span import Span
from candledesk.providers.answers import RefusalKind, RefusedAnswer
from tests.cache.conftest import DAY_S, FIRST_DAY, NOW, spoilt


def test_a_window_in_pounds_is_asked_for_again_and_costs_no_bar(harness, yahoo):
    monday = (NOW // DAY_S - 2) * DAY_S  # 2026-11-23
    later = Span(monday, monday + 2 * DAY_S)
    assert harness.bars("5m", later).complete

    yahoo.script = lambda r: yahoo.bars_answer(r, spoilt(lambda p: p / 100)) if r.interval.name == "5m" else None
    friday = Span(monday - 3 * DAY_S, monday - 2 * DAY_S)
    reply = harness.bars("5m", friday)
    assert reply.complete
    assert len(reply.bars) == len(yahoo.truth("AAA", "5m", friday))


def test_a_provider_that_refuses_times_before_the_first_trade_costs_no_bar(harness, yahoo):
    def refuse(request):
        is_early = request.not_before is None and request.span.start < yahoo.listed_at
        return RefusedAnswer(RefusalKind.BEFORE_LISTING, "Data doesn't exist for startDate") if is_early else None

    yahoo.script = refuse
    span = Span(FIRST_DAY - 100 * DAY_S, FIRST_DAY + 100 * DAY_S)
    reply = harness.bars("1d", span)
    assert reply.bars.equals(yahoo.truth("AAA", "1d", span))
    assert sum(bool(refuse(request)) for request in yahoo.asked("1d")) == 1
