from itertools import pairwise

import pytest
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


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_part_keeps_its_colour_when_another_one_is_empty(qapp, qtbot, theme):
    bar = UsageBar()
    qtbot.addWidget(bar)
    bar.resize(500, 60)
    bar.set_theme(theme)
    bar.show_parts([UsagePart("Bars", 10**6), UsagePart("Backups", 0), UsagePart("Layouts", 10**6)])
    before = bar.grab().toImage().pixelColor(490, 4)
    bar.show_parts([UsagePart("Bars", 10**6), UsagePart("Backups", 10**6), UsagePart("Layouts", 10**6)])
    after = bar.grab().toImage()
    assert after.pixelColor(490, 4) == before
    assert len({after.pixelColor(x, 4).name() for x in (10, 250, 490)}) == 3
