"""The arithmetic of a position (WORKBENCH.md §2.6) and its outcome, which is never assumed."""

from dataclasses import replace

import pytest

from candledesk.domain.bars import Bars
from candledesk.drawings.position import Plan, PositionInputs, find_outcome, plan_position

LONG = PositionInputs(entry=100, target=110, stop=95)
SHORT = PositionInputs(entry=100, target=90, stop=105, is_long=False)


@pytest.mark.parametrize(
    ("inputs", "plan"),
    [
        (LONG, Plan(20, 200, 100, 10_200, 9_900, 2.0)),
        (SHORT, Plan(20, 200, 100, 10_200, 9_900, 2.0)),
        (replace(LONG, risk=50, is_percent=False), Plan(10, 100, 50, 10_100, 9_950, 2.0)),
        (replace(LONG, risk=10), Plan(100, 1_000, 500, 11_000, 9_500, 2.0)),
        (replace(LONG, risk=10, leverage=1.5), Plan(150, 1_500, 750, 11_500, 9_250, 2.0)),
        (replace(LONG, lot=10), Plan(2, 200, 100, 10_200, 9_900, 2.0)),
        (replace(LONG, point_value=0.01, leverage=100), Plan(2_000, 200, 100, 10_200, 9_900, 2.0)),
        (replace(LONG, stop=97, quantity_decimals=0), Plan(33, 330, 99, 10_330, 9_901, 10 / 3)),
        (replace(LONG, stop=100), Plan(100, 1_000, 0, 11_000, 10_000, None)),
        (replace(LONG, entry=0, stop=0), Plan(0, 0, 0, 10_000, 10_000, None)),
        (replace(LONG, entry=0, stop=1e-300), Plan(0, 0, 0, 10_000, 10_000, 110 / 1e-300)),
    ],
)
def test_quantity_amounts_and_ratio(inputs, plan):
    assert plan_position(inputs) == plan


def test_a_position_without_a_limit_has_no_quantity():
    assert plan_position(replace(LONG, entry=1e-9, stop=1e-9, target=1, account=1e12)).quantity == 0
    assert plan_position(replace(LONG, stop=0, entry=0)).quantity == 0
    assert plan_position(replace(LONG, lot=0)) == Plan(0, 0, 0, 10_000, 10_000, 2.0)
    assert plan_position(replace(LONG, entry=-100, target=-90, stop=-105)).quantity == 20


def test_the_quantity_is_rounded_down():
    assert plan_position(replace(LONG, stop=97)).quantity == 33.33
    assert plan_position(replace(LONG, risk=0.29, stop=0, quantity_decimals=2)).quantity == 0.29


def bars(*rows):
    """Rows of (low, high), one a day."""
    return Bars.from_rows([(at * 86_400, low, high, low, high, 1.0) for at, (low, high) in enumerate(rows)])


@pytest.mark.parametrize(
    ("inputs", "rows", "outcome"),
    [
        (LONG, [(99, 101), (99, 109.99)], ("open", None)),
        (LONG, [(99, 101), (99, 110)], ("target", 86_400)),
        (LONG, [(95, 101), (99, 110)], ("stop", 0)),
        (LONG, [(111, 112)], ("target", 0)),
        (LONG, [(80, 82)], ("stop", 0)),
        (SHORT, [(99, 101), (90, 101)], ("target", 86_400)),
        (SHORT, [(99, 105)], ("stop", 0)),
        (LONG, [], ("open", None)),
        (replace(LONG, target=98), [(98.1, 101), (97, 99)], ("target", 86_400)),
        (replace(SHORT, target=102), [(99, 101.9), (101, 102)], ("target", 86_400)),
        (replace(LONG, stop=100), [(100.1, 103), (101, 109), (100, 104)], ("stop", 2 * 86_400)),
        (replace(LONG, stop=102), [(99, 101.9), (99, 102)], ("stop", 86_400)),
        (replace(SHORT, stop=100), [(91, 99.9), (95, 100)], ("stop", 86_400)),
        (replace(LONG, target=100), [(96, 99.9), (97, 100)], ("target", 86_400)),
        (replace(SHORT, target=100), [(100.1, 104), (100, 104)], ("target", 86_400)),
    ],
)
def test_the_first_bar_that_reaches_a_level_closes_the_position(inputs, rows, outcome):
    assert find_outcome(inputs, bars(*rows)) == outcome


def test_both_levels_in_one_bar_are_unknown_without_finer_bars():
    both = bars((99, 101), (94, 111), (94, 96))
    assert find_outcome(LONG, both) == ("unknown", 86_400)
    assert find_outcome(LONG, both, lambda _start, _end: None) == ("unknown", 86_400)


def test_finer_bars_decide_and_are_asked_for_that_bar_only():
    asked = []

    def finer(start, end):
        asked.append((start, end))
        return Bars.from_rows([(90_000, 99.0, 111.0, 99.0, 105.0, 1.0), (93_600, 99.0, 99.0, 94.0, 95.0, 1.0)])

    assert find_outcome(LONG, bars((99, 101), (94, 111), (94, 96)), finer) == ("target", 90_000)
    assert asked == [(86_400, 172_800)]


def test_a_finer_bar_with_both_levels_is_unknown_too_and_so_are_finer_bars_that_reach_none():
    both = bars((94, 111))
    assert find_outcome(LONG, both, lambda *_: bars((94, 111)))[0] == "unknown"
    assert find_outcome(LONG, both, lambda *_: bars((99, 101))) == ("unknown", 0)
    assert find_outcome(LONG, both, lambda *_: Bars.empty()) == ("unknown", 0)
