"""What the file of an own indicator may declare, how its bars are counted, and how its id stands in texts."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError, UnknownIndicatorError
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Pane, Params, ParamType, Plot, Reach
from candledesk.indicators.own.declared import MAX_REACH, declare, is_own, is_own_id
from candledesk.indicators.own.table import own_indicators, set_own_indicators
from candledesk.indicators.registry import INDICATORS, all_indicators, find_indicator
from candledesk.indicators.studies import line_text, make_study, parse_line, parse_study

BASE = {"TITLE": "Twice", "OUTPUTS": ["value"]}


def twice(inputs, _params):
    return (inputs.bars.close * 2,)


def declared(**parts):
    return declare("twice", BASE | parts, "abc", twice)


@pytest.fixture
def own():
    set_own_indicators([declared(PARAMS={"length": 20, "mode": ["slow", "fast"]})])
    yield
    set_own_indicators(())


def bars(n=30):
    line = np.arange(1.0, n + 1)
    return Bars(np.arange(n, dtype=np.int64) * 86_400, *(line.copy() for _ in range(5)))


def test_what_is_left_out_has_a_default():
    row = declared()
    assert (row.id, row.title, row.pane, row.params, row.levels) == ("own:twice", "Twice", Pane.OWN, (), ())
    assert [(one.name, one.plot) for one in row.outputs] == [("value", Plot.LINE)]
    assert (row.reach, row.version) == (Reach.ANCHOR, "abc")


@pytest.mark.parametrize(
    ("given", "kind", "default", "limits"),
    [
        (20, ParamType.INTEGER, 20, (1, 5000)),
        (2.5, ParamType.NUMBER, 2.5, (-1e12, 1e12)),
        ([20, 2, 500], ParamType.INTEGER, 20, (2, 500)),
        ([1, 0.5, 3], ParamType.NUMBER, 1.0, (0.5, 3)),
        (["slow", "fast"], ParamType.CHOICE, "slow", (None, None)),
    ],
)
def test_a_parameter_is_a_number_with_or_without_limits_or_one_of_some_words(given, kind, default, limits):
    (row,) = declared(PARAMS={"x": given}).params
    assert (row.type, row.default, (row.minimum, row.maximum)) == (kind, default, limits)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("TITLE", None),
        ("TITLE", ""),
        ("TITLE", "x" * 61),
        ("TITLE", "a\u202eb"),
        ("PANE", "left"),
        ("PANE", 3),
        ("PANE", ["own"]),
        ("PARAMS", [1]),
        ("PARAMS", {"Length": 3}),
        ("PARAMS", {"from": 3}),
        ("PARAMS", {"x": True}),
        ("PARAMS", {"x": float("nan")}),
        ("PARAMS", {"x": [3, 5, 9]}),
        ("PARAMS", {"x": ["a", 3]}),
        ("PARAMS", {"x": ["a,b=c"]}),
        ("PARAMS", {"x": []}),
        ("PARAMS", {f"x{n}": 1 for n in range(21)}),
        ("OUTPUTS", None),
        ("OUTPUTS", []),
        ("OUTPUTS", "value"),
        ("OUTPUTS", {"value": "zigzag"}),
        ("OUTPUTS", {"a b": "line"}),
        ("OUTPUTS", [f"x{n}" for n in range(9)]),
        ("LEVELS", [1, "2"]),
        ("LEVELS", 30),
        ("LOOKBACK", -1),
        ("LOOKBACK", "length"),
        ("LOOKBACK", [20, 2.5]),
        ("SETTLE", []),
        ("TITLE", "  "),
        ("TITLE", 5),
        ("PARAMS", {"x": [1, 2]}),
        ("PARAMS", {"x": [1, 0, 3, 4]}),
        ("PARAMS", {"x": [0, 1, 3]}),
        ("PARAMS", {"x": [4, 1, 3]}),
        ("PARAMS", {"x": 0}),
        ("PARAMS", {"x": 5_001}),
        ("PARAMS", {"x": 1.1e12}),
        ("PARAMS", {"x": [1, -2e12, 3]}),
        ("PARAMS", {"x": [str(n) for n in range(21)]}),
        ("PARAMS", {"x": ["y" * 41]}),
        ("PARAMS", {"source": 3}),
        ("LEVELS", [0] * 9),
        ("LEVELS", [True]),
        ("LEVELS", [float("inf")]),
        ("LOOKBACK", True),
        ("LOOKBACK", MAX_REACH + 1),
        ("LOOKBACK", [1] * 21),
        ("LOOKBACK", {"x": 1}),
    ],
)
def test_what_is_not_valid_is_refused_by_the_name_of_its_part(part, value):
    with pytest.raises(InputError) as caught:
        declared(**{part: value})
    assert caught.value.field == part


def test_everything_may_be_at_its_limit():
    row = declared(
        TITLE=" " + "x" * 60 + " ",
        PANE="price",
        PARAMS={f"x{n}": [4, 4, 4] for n in range(19)} | {"word": [str(n) for n in range(20)]},
        OUTPUTS={f"y{n}": plot for n, plot in enumerate(("line", "columns", "crosses", "none") * 2)},
        LEVELS=[-1e12, 1e12] * 4,
        LOOKBACK=[MAX_REACH, 0, *["x0"] * 18],
    )
    assert (row.title, row.pane, len(row.params), row.levels[:2]) == ("x" * 60, Pane.PRICE, 20, (-1e12, 1e12))
    assert [one.plot for one in row.outputs][:4] == [Plot.LINE, Plot.COLUMNS, Plot.CROSSES, Plot.NONE]
    assert row.lookback(Params(tuple((one.name, one.default) for one in row.params))) == MAX_REACH + 18 * 4
    assert MAX_REACH == 1_000_000
    assert (row.params[0].minimum, row.params[0].maximum) == (4, 4)
    assert declared(PARAMS={"x": ["a", "b", "a"]}).params[0].choices == ("a", "b")
    assert [one.default for one in declared(PARAMS={"x": 1, "y": 5_000}).params] == [1, 5_000]


def test_an_id_is_own_when_its_prefix_and_its_name_are():
    assert [is_own_id(text) for text in ("own:twice", "own:", "own:Twice", "twice", "own")] == [True, *[False] * 4]
    assert [is_own(text) for text in ("own:Twice", "owner")] == [True, False]


@pytest.mark.parametrize("stem", ["Twice", "2x", "a-b", "", "x" * 31, "a.b"])
def test_the_name_of_a_file_is_of_lower_case_letters_and_digits(stem):
    with pytest.raises(InputError):
        declare(stem, BASE, "abc", twice)


def test_lookback_and_settle_are_sums_of_numbers_and_parameters():
    row = declared(PARAMS={"slow": 26, "signal": 9}, LOOKBACK=["slow", "signal", 3], SETTLE="slow")
    set_own_indicators([row])
    study = make_study("own:twice", {"slow": "30"})
    set_own_indicators(())
    assert (study.lookback, study.settle) == (42, 30)
    assert study.indicator.reach is Reach.BARS


def test_with_a_lookback_values_settle_behind_it_and_without_never_where_history_is_missing():
    for parts, first in ({"LOOKBACK": 5, "SETTLE": 2}, 7), ({}, 30):
        set_own_indicators([declared(**parts)])
        values = compute(make_study("own:twice"), bars(), None, [Hole(0, -1)])
        np.testing.assert_array_equal(values.lines["value"], bars().close * 2)
        assert int(values.settled.argmax() if values.settled.any() else 30) == first
        assert compute(make_study("own:twice"), bars(), None).settled.all()
    set_own_indicators(())


@pytest.mark.usefixtures("own")
def test_own_indicators_follow_the_others_in_the_catalogue():
    assert [row.id for row in all_indicators()] == [*(row.id for row in INDICATORS), "own:twice"]
    assert find_indicator("own:twice").title == "Twice"
    with pytest.raises(UnknownIndicatorError, match="own:twice"):
        find_indicator("own:thrice")


@pytest.mark.usefixtures("own")
def test_an_own_indicator_is_named_with_its_parameters_and_can_be_a_source():
    study = parse_study("own:twice:length=7,mode=fast")
    assert dict(study.params.items) == {"length": 7, "mode": "fast"}
    above = parse_study("ema:length=3,source=(own:twice.value:length=7)")
    assert [one.id for one in above.chain] == ["own:twice", "ema"]
    text = line_text(above.source)
    assert text == "own:twice:length=7"
    assert parse_line(text) == above.source
    assert parse_study(f"ema:length=3,source=({text})") == above
    with pytest.raises(InputError):
        parse_study("own:twice:length=0")


def test_studies_of_two_versions_of_a_file_differ_and_each_keeps_its_declaration():
    studies = []
    for version in ("one", "two"):
        set_own_indicators([declare("twice", BASE, version, twice)])
        studies.append(make_study("own:twice"))
    set_own_indicators(())
    assert studies[0] != studies[1]
    assert [one.indicator.version for one in studies] == ["one", "two"]
    assert not own_indicators()
