"""Which cells follow a change: by colour and switch, once for each change, and never in a loop."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.shell.cells.link_rules import LinkRules
from candledesk.workspace.links import ASPECTS, LINK_COLOURS, NO_LINK, LinkSwitches

N = 8


def _rules(colours, **switches):
    rules = LinkRules()
    for cell, colour in enumerate(colours):
        rules.add(cell, colour)
    rules.switches = {colour: LinkSwitches(**switches) for colour in LINK_COLOURS}
    return rules


def test_only_the_crosshair_is_common_unless_more_is_switched_on():
    rules = LinkRules()
    rules.add(1)
    rules.add(2)
    assert {aspect: rules.followers(1, aspect) for aspect in ASPECTS} == {
        "symbol": [], "interval": [], "crosshair": [2], "range": [],
    }  # fmt: skip


def test_cells_of_another_colour_or_of_none_do_not_follow():
    rules = _rules(["blue", "red", NO_LINK, "blue", NO_LINK], symbol=True)
    assert rules.change(0, {"symbol": "AAPL"}) == {3: {"symbol": "AAPL"}}
    assert rules.change(2, {"symbol": "MSFT"}) == {}


def test_what_a_cell_is_made_to_show_is_not_passed_on_by_it_whenever_it_reports_that():
    rules = _rules(["blue"] * 3, symbol=True)
    assert set(rules.change(0, {"symbol": "AAPL"})) == {1, 2}
    assert rules.change(1, {"symbol": "AAPL"}) == {}
    assert rules.change(0, {"symbol": "AAPL"}) == {}
    assert set(rules.change(2, {"symbol": "MSFT"})) == {0, 1}


def test_a_cell_that_was_refused_a_symbol_takes_it_again_with_the_next_change():
    rules = _rules(["blue"] * 2, symbol=True)
    rules.note(1, "symbol", "IBM")
    rules.change(0, {"symbol": "AAPL"})
    rules.note(1, "symbol", "IBM")
    assert rules.change(0, {"symbol": "KO"}) == {1: {"symbol": "KO"}}


def test_a_symbol_and_an_interval_that_change_together_come_together():
    rules = _rules(["blue"] * 2, symbol=True, interval=True)
    assert rules.change(0, {"symbol": "AAPL", "interval": "1h"}) == {1: {"symbol": "AAPL", "interval": "1h"}}
    assert rules.change(0, {"symbol": "AAPL", "interval": "5m"}) == {1: {"interval": "5m"}}


def test_nothing_is_passed_on_while_cells_are_made_to_show_a_change():
    rules = _rules(["blue"] * 2, range=True)
    with rules.applying():
        assert rules.change(1, {"range": 5}) == {}
    assert rules.change(1, {"range": 5}) == {0: {"range": 5}}


def test_a_removed_cell_is_forgotten():
    rules = _rules(["blue"] * 3, symbol=True)
    rules.change(0, {"symbol": "AAPL"})
    rules.remove(1)
    assert rules.change(0, {"symbol": "KO"}) == {2: {"symbol": "KO"}}


_CHANGES = st.lists(
    st.tuples(st.integers(0, N - 1), st.sampled_from(ASPECTS), st.integers(0, 5), st.booleans()), max_size=40
)


@given(st.lists(st.sampled_from(["blue", "red", NO_LINK]), min_size=N, max_size=N), _CHANGES,
       st.fixed_dictionaries({aspect: st.booleans() for aspect in ASPECTS}))  # fmt: skip
def test_random_changes_of_eight_charts_end_and_leave_linked_charts_equal(colours, changes, switches):
    rules = _rules(colours, **switches)
    shown = {cell: dict.fromkeys(ASPECTS) for cell in range(N)}
    late = []  # reports of charts that load first, as those of a symbol do

    def report(cell, aspect):
        events = rules.change(cell, {aspect: shown[cell][aspect]})
        for other, values in events.items():
            assert values == {aspect: shown[cell][aspect]}
            shown[other].update(values)
        return events

    for cell, aspect, value, is_late in changes:
        shown[cell][aspect] = value
        events = report(cell, aspect)
        assert cell not in events, "the origin gets no event of its own change"
        for other in events:
            late.append((other, aspect)) if is_late else _assert_silent(report(other, aspect))
    while late:
        _assert_silent(report(*late.pop(0)))
    for aspect, (one, other) in itertools.product(ASPECTS, itertools.combinations(range(N), 2)):
        is_linked = colours[one] == colours[other] != NO_LINK and switches[aspect]
        if is_linked:
            assert shown[one][aspect] == shown[other][aspect]


def _assert_silent(events):
    assert events == {}, "the report of a chart that followed is no change"
