"""Studies: their parameters, and sources that are prices or lines of other studies; circles are refused."""

import numpy as np
import pytest

from candledesk.domain.errors import InputError
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import (
    MAX_DEPTH,
    line_text,
    make_study,
    on_line,
    parse_line,
    parse_study,
    resolve_studies,
)
from tests.indicators import oracle
from tests.indicators.markets import bars_of, market_of, series_of


def values(study):
    return compute(study, bars_of("XLON"), market_of("XLON"))


def test_parameters_that_are_not_given_have_their_defaults():
    assert dict(make_study("macd", {"fast": "5"}).params.items) == {
        "fast": 5,
        "slow": 26,
        "signal": 9,
        "source": "close",
        "average": "ema",
        "signal_average": "ema",
    }


@pytest.mark.parametrize(
    ("indicator", "given", "field"),
    [
        ("sma", {"length": 0}, "length"),
        ("sma", {"length": 5_001}, "length"),
        ("sma", {"length": "2.5"}, "length"),
        ("sma", {"lenght": 5}, "lenght"),
        ("bollinger", {"mult": "wide"}, "mult"),
        ("bollinger", {"mult": "nan"}, "mult"),
        ("macd", {"average": "wma"}, "average"),
        ("sma", {"length": 14.7}, "length"),
        ("sma", {"length": True}, "length"),
        ("sma", {"length": None}, "length"),
        ("sma", {"length": [5]}, "length"),
        ("sma", {"length": 10**400}, "length"),
        ("sma", {"length": "9" * 400}, "length"),
        ("sma", {"length": "1_0"}, "length"),
        ("bollinger", {"mult": "1_0"}, "mult"),
        ("bollinger", {"mult": False}, "mult"),
        ("sma", {"source": "typical"}, "source"),
        ("sma", {"source": "rsi:length=0"}, "source"),
        ("sma", {"source": "rsi:blue=1"}, "source"),
        ("sma", {"source": "rsi:length=5,length=6"}, "source"),
        ("sma", {"source": "rsi.k"}, "source"),
        ("sma", {"source": "rsi:length"}, "source"),
        ("sma", {"source": "what ever"}, "source"),
        ("atr", {"source": "close"}, "source"),
    ],
)
def test_a_parameter_that_is_not_valid_is_named(indicator, given, field):
    with pytest.raises(InputError) as found:
        make_study(indicator, given)
    assert found.value.field == field
    assert len(str(found.value)) < 500


def test_a_whole_number_may_be_given_as_any_kind_of_number():
    for value in (14, 14.0, "14", "+14", np.int64(14)):
        length = make_study("rsi", {"length": value}).params.value("length")
        assert (length, type(length)) == (14, int)


def test_every_declaration_is_consistent():
    for indicator in INDICATORS:
        study = make_study(indicator.id)
        assert len({row.name for row in indicator.params}) == len(indicator.params)
        assert study.lookback >= 0
        assert study.settle >= 0
        for row in indicator.params:
            assert row.minimum is None or row.minimum <= row.default <= row.maximum
            assert not row.choices or row.default in row.choices


@pytest.mark.parametrize(
    "text", ["rsi", "macd.signal", "ema:length=20", "macd.histogram:fast=5,slow=8", "ema:source=(rsi:length=7)"]
)
def test_the_text_of_a_line_is_read_back(text):
    line = parse_line(text)
    assert line_text(line) == text
    assert parse_line(line_text(line)) == line


def test_prices_are_no_lines():
    assert parse_line("hlcc4") is None


def test_a_study_on_a_line_has_the_values_of_the_formula_on_that_line():
    strength = oracle.rsi_of(series_of("XLON").c, 7)
    wanted = np.array([np.nan if x is None else x for x in oracle.ema(strength, 5)])
    found = values(parse_study("ema:length=5,source=rsi:length=7")).lines["value"]
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_a_line_with_holes_is_averaged_over_what_it_has():
    line = values(make_study("zigzag", {"deviation": 1, "legs": 4})).lines["value"].tolist()
    wanted = oracle.ema([None if np.isnan(x) else x for x in line], 3)
    study = on_line(make_study("ema", {"length": 3}), make_study("zigzag", {"deviation": 1, "legs": 4}))
    found = values(study).lines["value"]
    np.testing.assert_allclose(found, np.array([np.nan if x is None else x for x in wanted]), rtol=1e-9)
    assert np.isfinite(found).sum() > 20


def test_a_study_on_a_line_settles_after_the_line():
    bars = bars_of("24/7", 2_600)
    study = parse_study("momentum:source=rsi")
    whole = compute(study, bars, market_of("24/7"))
    for start in (300, 1_000, 1_900):
        part = bars.take(slice(start, None))
        found = compute(study, part, market_of("24/7"), [Hole(0, int(bars.open_time[start - 1]))])
        n = int(np.flatnonzero(found.settled)[0])
        assert n >= 314
        np.testing.assert_allclose(found.lines["value"][n:], whole.lines["value"][start + n :], rtol=1e-9, atol=1e-9)


def test_the_studies_of_a_chart_can_name_one_another():
    found = resolve_studies(
        {
            "slow": ("ema", {"length": 50, "source": "@fast"}),
            "fast": ("ema", {"length": 5}),
            "line": ("sma", {"source": "@both.signal"}),
            "both": ("macd", {}),
        }
    )
    assert found["slow"].source.study == found["fast"]
    assert found["line"].source.output == "signal"
    assert found["slow"].params.text("source") == "ema:length=5"


@pytest.mark.parametrize(
    "studies",
    [
        {"a": ("sma", {"source": "@a"})},
        {"a": ("sma", {"source": "@b"}), "b": ("ema", {"source": "@c"}), "c": ("rsi", {"source": "@a"})},
    ],
)
def test_a_circle_of_sources_is_refused(studies):
    with pytest.raises(InputError, match="own source"):
        resolve_studies(studies)


def test_a_source_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no indicator 'b'"):
        resolve_studies({"a": ("sma", {"source": "@b"})})
    with pytest.raises(InputError, match="no line 'x'"):
        resolve_studies({"a": ("sma", {"source": "@b.x"}), "b": ("rsi", {})})
    with pytest.raises(InputError, match="whole bars"):
        resolve_studies({"a": ("atr", {"source": "@b"}), "b": ("rsi", {})})


def test_a_tower_of_studies_has_an_end():
    chain = {f"s{n}": ("sma", {"source": f"@s{n + 1}"}) for n in range(MAX_DEPTH + 1)}
    with pytest.raises(InputError, match="At most"):
        resolve_studies(chain | {f"s{MAX_DEPTH + 1}": ("sma", {})})
    text = "sma"
    for _ in range(MAX_DEPTH + 1):
        text = f"sma:source=({text})"
    with pytest.raises(InputError, match="At most"):
        parse_study(text)


@pytest.mark.parametrize("n", [MAX_DEPTH, MAX_DEPTH + 1])
def test_eight_studies_may_stand_on_one_another_by_name_or_by_text(n):
    chain = {f"s{at}": ("sma", {"source": f"@s{at + 1}"}) for at in range(n - 1)} | {f"s{n - 1}": ("sma", {})}
    text = "sma"
    for _ in range(n - 1):
        text = f"sma:source=({text})"
    if n == MAX_DEPTH:
        assert len(resolve_studies(chain)["s0"].chain) == len(parse_study(text).chain) == n
        assert len(parse_line(text).study.chain) == n
        return
    with pytest.raises(InputError, match="At most"):
        resolve_studies(chain)
    with pytest.raises(InputError, match="At most"):
        parse_study(text)


@pytest.mark.parametrize(("name", "values"), [("length", (1, 5_000)), ("mult", (0.001, 50.0, "0.5"))])
def test_a_parameter_may_be_at_both_of_its_limits(name, values):
    for value in values:
        assert make_study("bollinger", {name: value}).params.number(name) == float(value)


def test_a_number_that_is_none_is_refused_in_words():
    for given, words in (({"length": "2.5"}, "must be a whole number"), ({"mult": "wide"}, "must be a number")):
        with pytest.raises(InputError, match=words):
            make_study("bollinger", given)


def test_lookback_and_settle_are_those_of_the_whole_chain():
    ema, rsi = make_study("ema", {"length": 9}), make_study("rsi")
    above = on_line(ema, rsi)
    assert (ema.lookback, rsi.lookback, above.lookback) == (8, 14, 22)
    assert (ema.settle, rsi.settle, above.settle) == (104, 290, 104 + 435)
    assert above.chain == (rsi, above)
    assert on_line(make_study("sma"), rsi).settle == 435


def test_a_line_is_named_by_its_output_and_by_what_differs_from_the_defaults():
    macd = make_study("macd", {"fast": 5, "average": "ema"})
    assert [line_text(on_line(make_study("sma"), macd, output).source) for output in ("", "macd", "signal")] == [
        "macd:fast=5",
        "macd:fast=5",
        "macd.signal:fast=5",
    ]
    assert parse_line("ema:source=(sma:source=(rsi:length=7),length=3)").study.chain[0].params.integer("length") == 7
    two = "ema:length=3,source=(macd.signal:fast=5,slow=8)"
    assert line_text(parse_line(two)) == two
    assert on_line(make_study("sma"), macd, "signal").params.text("source") == "macd.signal:fast=5"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rsi.k", "rsi has no line 'k'"),
        ("rsi:length=0", "In the source 'rsi:length=0'"),
        ("nothing", "There is no indicator"),
        ("rsi:length=5,", "Write parameters as name=value"),
        ("a-b", "No source 'a-b'"),
    ],
)
def test_a_source_that_is_none_is_refused_in_words(text, words):
    with pytest.raises(InputError) as error:
        parse_line(text)
    assert error.value.field == "source"
    assert words in str(error.value)


def test_a_parameter_that_an_indicator_lacks_has_no_value():
    params = make_study("rsi").params
    assert (params.value("source"), params.number("length"), params.text("length")) == ("close", 14.0, "14")
    with pytest.raises(KeyError, match="width"):
        params.value("width")


def test_a_sum_of_volume_adds_nothing_where_its_source_has_no_value():
    bars, source = bars_of("XLON"), values(make_study("rsi")).lines["value"]
    added = np.zeros(len(bars))
    added[15:] = np.sign(np.diff(source[14:])) * bars.volume[15:]
    np.testing.assert_allclose(values(parse_study("obv:source=rsi")).lines["value"], np.cumsum(added))
