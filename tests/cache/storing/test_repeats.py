"""Rows that look wrong are believed when the provider repeats them."""

from tests.cache.conftest import HOUR, same, spoilt


def test_a_block_a_hundred_times_too_dear_is_asked_for_again(harness, yahoo):
    def pence(price):
        price[3:9] *= 100.0
        return price

    faults = iter(range(1))
    yahoo.script = lambda r: (
        yahoo.bars_answer(r, spoilt(pence)) if r.interval.name == "1h" and next(faults, None) is not None else None
    )
    reply = harness.bars("1h", HOUR)
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1h", HOUR))


def test_what_the_provider_repeats_is_stored_as_it_was_sent(harness, yahoo):
    def dear(price):
        price[3:9] *= 100.0
        return price

    yahoo.script = lambda r: yahoo.bars_answer(r, spoilt(dear)) if r.interval.name == "1h" else None
    reply = harness.bars("1h", HOUR)
    assert reply.complete
    assert len(reply.bars) == len(yahoo.truth("AAA", "1h", HOUR))
    assert len(yahoo.asked("1h")) == 3
    assert harness.bars("1h", HOUR).bars.equals(reply.bars)
    assert len(yahoo.asked("1h")) == 3
