"""The layout that earlier versions stored in window.ini."""

import pytest

from candledesk.domain.interval import parse_interval
from candledesk.workspace.layout import Layout
from candledesk.workspace.window_ini import read_window_ini
from candledesk.workspace.window_layout import WindowLayout, tabs_of

NAMES = ("chart_type", "has_grid")
SERIES = '[["AAPL", "1d"], ["MSFT", "1h"]]'
CHARTS = (("AAPL", parse_interval("1d")), ("MSFT", parse_interval("1h")))


def _read(**values):
    """Read settings; ``__`` stands for the slash of a key."""
    stored = {name.replace("__", "/"): value for name, value in values.items()}
    return read_window_ini(stored.get, NAMES)


def test_charts_the_front_chart_and_the_options_are_read():
    found = _read(charts__series=SERIES, charts__front="1", chart__chart_type="area", chart__has_grid="false")
    assert found == tabs_of(Layout(CHARTS, 1, {"chart_type": "area", "has_grid": "false"}))


def test_a_file_without_charts_and_options_has_no_layout():
    assert _read(geometry=b"x", theme="dark") is None


def test_options_alone_are_a_layout_and_so_are_charts_alone():
    assert _read(chart__has_grid="false") == WindowLayout(options={"has_grid": "false"})
    assert _read(charts__series=SERIES) == tabs_of(Layout(CHARTS))


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "7", "[1]", '[["AAPL"]]', '[["no symbol!", "1d"]]', '[["AAPL", "9x"]]', "[null]", "[" * 9999],
)
def test_invalid_values_are_left_out(text):
    assert _read(charts__series=text, charts__front="x") == WindowLayout()


def test_valid_values_beside_invalid_ones_are_read():
    spoilt = '[["AAPL", "1d"], ["AAPL"], ["MSFT", "1h"]]'
    assert _read(charts__series=spoilt, charts__front=2) == tabs_of(Layout(CHARTS, 1))
