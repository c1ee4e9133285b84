from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.panels.storage.texts import UsagePart
from candledesk.ui.panels.storage.usage_bar import UsageBar, part_edges
from candledesk.ui.theme.themes import DARK, LIGHT


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=6), st.integers(100, 2_000))
def test_the_parts_fill_the_bar_and_each_can_be_seen(sizes, width):
    edges = part_edges(sizes, width)
    assert (edges[0], edges[-1]) == (0, width)
    assert all(right - left >= 2 for left, right in pairwise(edges))


def test_an_empty_part_takes_no_room():
    assert part_edges([5, 0, 5], 100) == [0, 50, 50, 100]
    assert part_edges([], 100) == [0]
    assert part_edges([0, 0], 100) == [0, 0, 0]


def test_the_legend_wraps_in_a_narrow_window(qapp, qtbot):
    bar = UsageBar()
    qtbot.addWidget(bar)
    bar.show_parts([UsagePart(f"Part {number}", 10**6) for number in range(5)] + [UsagePart("Nothing", 0)])
    assert bar.heightForWidth(250) > bar.heightForWidth(2_000)
    assert "Nothing" not in bar.accessibleName()
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        assert len(bar.colours()) == 5
        assert len(set(bar.colours())) == 5
