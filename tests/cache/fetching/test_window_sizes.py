"""How wide a request may be, after the provider has refused wider ones."""

from candledesk.cache.fetching.window_sizes import N_TO_GROW, WindowSizes
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.yahoo.capabilities import LIMITS


def test_sizes_halve_and_grow_back():
    sizes, hour = WindowSizes(), INTERVALS["1h"]
    assert sizes.of("AAA", hour) is None
    assert sizes.halve("AAA", hour, Span(0, 400 * DAY_S))
    assert sizes.of("AAA", hour) == 200 * DAY_S
    for _ in range(N_TO_GROW):
        sizes.note_success("AAA", hour, LIMITS["1h"])
    assert sizes.of("AAA", hour) == 400 * DAY_S
    for _ in range(N_TO_GROW):
        sizes.note_success("AAA", hour, LIMITS["1h"])
    assert sizes.of("AAA", hour) is None
    assert not sizes.halve("AAA", hour, Span(0, 3_600))
