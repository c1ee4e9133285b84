"""The page's table of how indicators look is the window's own."""

import json
import re
from dataclasses import asdict

from candledesk.indicators.declaration import Plot
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.registry import INDICATORS
from candledesk.ui.chart.core.studies.chart_study import WIDTHS
from candledesk.ui.chart.core.studies.looks import LOOKS, PALETTE, ColumnColours, Fill, Group, Look
from candledesk.ui.chart.core.studies.words import UPPER
from tests.page.lint import PAGE


def read_constant(file, name):
    text = (PAGE / file).read_text(encoding="utf-8")
    return json.loads(re.search(rf"const {name} = (.*?);\n", text, re.DOTALL)[1])


def look_of(row):
    columns = ColumnColours(row.pop("columns", "plain"))
    fills = tuple(Fill(**one) for one in row.pop("fills", ()))
    return Look(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()},
        columns=columns,
        fills=fills,
    )


def test_each_indicator_looks_as_in_the_window():
    looks = {name: asdict(look_of(row)) for name, row in read_constant("study-looks.js", "LOOKS").items()}
    assert looks == {name: asdict(look) for name, look in LOOKS.items()}


def test_names_are_written_as_in_the_window():
    assert set(read_constant("study-model.js", "UPPER")) == set(UPPER)


def test_groups_colours_widths_and_prices_are_those_of_the_window_in_its_order():
    assert read_constant("study-looks.js", "GROUPS") == [str(group) for group in Group]
    assert read_constant("study-looks.js", "PALETTE") == list(PALETTE)
    assert read_constant("study-model.js", "WIDTHS") == list(WIDTHS)
    assert read_constant("study-model.js", "PRICES") == list(PRICES)


def test_all_indicators_can_be_drawn_on_the_page():
    text = (PAGE / "study-model.js").read_text(encoding="utf-8")
    drawn = set(json.loads(re.search(r"PLOTS = new Set\((.*?)\)", text)[1]))
    assert drawn == {str(plot) for plot in Plot}
    of_range = set(json.loads(re.search(r"OF_RANGE = new Set\((.*?)\)", text)[1]))
    of_daily = set(json.loads(re.search(r"OF_DAILY = new Set\((.*?)\)", text)[1]))
    assert of_range == {row.id for row in INDICATORS if row.reach == "range"}
    assert of_daily == {row.id for row in INDICATORS if row.needs_daily}
