"""What indicators on a chart are called and coloured, where their tags stand, and their document in a layout."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.indicators.declaration import Plot
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.studies.chart_study import ChartStudy, new_study, parse_study_document, study_document
from candledesk.ui.chart.core.studies.looks import LOOKS, PALETTE
from candledesk.ui.chart.core.studies.tags import MAX_COLLIDING, place_tags
from candledesk.ui.chart.paint.studies.study_paint import contrast, text_on
from candledesk.ui.theme.themes import DARK, LIGHT

HEIGHT = 20.0


def test_every_indicator_has_a_look_whose_names_are_its_own():
    assert sorted(LOOKS) == sorted(row.id for row in INDICATORS)
    for row in INDICATORS:
        look, names = LOOKS[row.id], set(row.output_names)
        used = {*look.off, *(name for fill in look.fills for name in (fill.upper, fill.lower, fill.of))}
        assert used <= names
        assert {look.direction} <= {"", *names}
        assert set(look.level_fill or ()) <= set(row.levels)
        drawn = [output for output in row.outputs if output.plot is not Plot.NONE]
        assert len(look.colours) <= len(drawn)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("colour", PALETTE)
def test_line_colours_are_seen_on_both_grounds_and_their_tags_can_be_read(theme, colour):
    assert contrast(colour, theme.background) >= 3
    assert contrast(text_on(colour), colour) >= 4.5


def test_a_second_line_of_one_kind_has_another_colour_and_key():
    studies = []
    for _ in range(6):
        studies.append(new_study(make_study("sma"), studies))
    assert len({one.colour("value") for one in studies}) == 6
    assert [one.key for one in studies] == [f"sma-{n}" for n in range(1, 7)]


@pytest.mark.parametrize("name", ["sar", "zigzag"])
def test_crosses_and_a_zig_zag_have_another_colour_than_the_lines_that_are_there(name):
    line = new_study(make_study("sma"), ())
    assert new_study(make_study(name), [line]).colour("value") != line.colour("value")


def test_a_trend_keeps_its_two_colours():
    grey = ChartStudy("sma-1", make_study("sma"), colours=(("value", "#7f8694"),))
    assert new_study(make_study("supertrend"), [grey]).colours == ()


def test_a_key_is_never_the_name_of_a_pane_that_is_in_use():
    left = ChartStudy("rsi-1", make_study("rsi"), pane="macd-1")
    assert new_study(make_study("macd"), [left]).key == "macd-2"


def test_the_title_names_the_indicator_and_its_inputs():
    study = make_study("bollinger", {"mult": 2.5, "source": "rsi:length=7"})
    assert new_study(study, ()).title == "BB 20 rsi:length=7 2.5"


@pytest.mark.parametrize("row", INDICATORS, ids=lambda row: row.id)
def test_a_document_gives_the_same_study_back(row):
    one = new_study(make_study(row.id), ())
    own = ChartStudy(one.key, one.study, one.pane, False, ((row.output_names[0], "#123456"),), row.output_names[-1:], 3)
    for study in (one, own):
        assert parse_study_document(json.loads(json.dumps(study_document(study)))) == study


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"id": "nothing"}, None),
        ({"params": {"length": 0}}, None),
        ({"params": {"length": "many"}}, None),
        ({"params": {"length": 1e400}}, None),
        ({"key": ""}, None),
        ({"key": 7}, None),
        ({"width": 99}, ("width", 1)),
        ({"colours": {"value": "red", "other": "#123456"}}, ("colours", ())),
        ({"off": ["nothing", "value"]}, ("off", ("value",))),
        ({"off": "value", "colours": 3, "pane": 4}, ("off", ())),
    ],
)
def test_invalid_parts_of_a_document_are_left_out(changed, expected):
    document = {**study_document(new_study(make_study("sma"), ())), **changed}
    parsed = parse_study_document(document)
    if expected is None:
        assert parsed is None
    else:
        assert getattr(parsed, expected[0]) == expected[1]


@given(st.lists(st.floats(0, 600), max_size=12))
def test_tags_never_cover_each_other_and_stay_in_their_order_and_room(wanted):
    placed = place_tags(wanted, HEIGHT, (0.0, 600.0))
    kept = sorted((place, middle) for place, middle in zip(placed, wanted, strict=True) if place is not None)
    for (upper, first), (lower, second) in pairwise(kept):
        assert lower - upper >= HEIGHT - 1e-6
        assert first <= second
    assert all(HEIGHT / 2 - 1e-6 <= place <= 600 - HEIGHT / 2 + 1e-6 for place, _ in kept)


def test_tags_apart_stay_where_they_are_and_two_near_each_other_give_way_evenly():
    assert place_tags([100.0, 300.0], HEIGHT, (0.0, 600.0)) == [100.0, 300.0]
    assert place_tags([104.0, 100.0], HEIGHT, (0.0, 600.0)) == [112.0, 92.0]


def test_more_than_six_that_collide_are_left_out_and_the_others_stay():
    near = [200.0 + n for n in range(MAX_COLLIDING + 1)]
    placed = place_tags([*near, 500.0], HEIGHT, (0.0, 600.0))
    assert placed == [None] * len(near) + [500.0]
    assert None not in place_tags(near[1:], HEIGHT, (0.0, 600.0))


def test_in_a_low_pane_the_first_tags_stay_and_none_leaves_it():
    assert place_tags([10.0, 20.0, 30.0], HEIGHT, (0.0, 45.0)) == [10.0, 30.0, None]
    assert place_tags([10.0], HEIGHT, (0.0, 19.0)) == [None]
    assert place_tags([40.0, 5.0], HEIGHT, (0.0, 30.0)) == [20.0, None]
