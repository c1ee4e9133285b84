"""The inputs, outputs and levels of the thirty, as in the table of WORKBENCH.md §1.3."""

import pytest

from candledesk.indicators.declaration import Pane, ParamType, Plot, Reach
from candledesk.indicators.registry import INDICATORS, find_indicator
from candledesk.indicators.studies import make_study, parse_study

INPUTS = {
    "volume": {"length": 20},
    "sma": {"length": 9, "source": "close"},
    "ema": {"length": 9, "source": "close"},
    "rsi": {"length": 14, "source": "close"},
    "macd": {
        "fast": 12,
        "slow": 26,
        "signal": 9,
        "source": "close",
        "average": "ema",
        "signal_average": "ema",
    },
    "bollinger": {"length": 20, "source": "close", "mult": 2.0},
    "vwap": {"anchor": "session", "source": "hlc3", "mult": 1.0},
    "atr": {"length": 14, "average": "rma"},
    "stochastic": {"k": 14, "smooth_k": 1, "d": 3},
    "supertrend": {"atr_length": 10, "factor": 3.0},
    "adx": {"di_length": 14, "adx_smoothing": 14},
    "ichimoku": {"conversion": 9, "base": 26, "span_b": 52, "displacement": 26},
    "volume_profile": {"rows": 24, "value_area": 70.0},
    "stoch_rsi": {"k": 3, "d": 3, "rsi_length": 14, "stoch_length": 14, "source": "close"},
    "cci": {"length": 20, "source": "hlc3"},
    "pivot_points": {"kind": "traditional", "anchor": "auto"},
    "obv": {"source": "close"},
    "sar": {"start": 0.02, "increment": 0.02, "maximum": 0.2},
    "mfi": {"length": 14, "source": "hlc3"},
    "wma": {"length": 9, "source": "close"},
    "hma": {"length": 9, "source": "close"},
    "donchian": {"length": 20},
    "keltner": {
        "length": 20,
        "mult": 2.0,
        "source": "close",
        "average": "ema",
        "style": "atr",
        "atr_length": 10,
    },
    "vwma": {"length": 20, "source": "close"},
    "roc": {"length": 9, "source": "close"},
    "williams_r": {"length": 14, "source": "close"},
    "zigzag": {"deviation": 5.0, "legs": 10},
    "cmf": {"length": 20},
    "ao": {"fast": 5, "slow": 34},
    "momentum": {"length": 10, "source": "close"},
}
LEVELS = {
    "rsi": (70, 50, 30),
    "stochastic": (80, 50, 20),
    "stoch_rsi": (80, 20),
    "cci": (100, -100),
    "mfi": (80, 20),
    "williams_r": (-20, -50, -80),
    **dict.fromkeys(("macd", "roc", "cmf", "ao", "momentum"), (0,)),
}
ON_PRICE = {
    *("sma", "ema", "bollinger", "vwap", "supertrend", "ichimoku", "volume_profile", "pivot_points", "sar"),
    *("wma", "hma", "donchian", "keltner", "vwma", "zigzag"),
}
OF_VOLUME = {"volume", "vwap", "volume_profile", "obv", "mfi", "vwma", "cmf"}
# Of numbers that are no lengths: the least and the greatest; lengths of bars are from 1 to 5,000.
LIMITS = {
    ("bollinger", "mult"): (0.001, 50),
    ("keltner", "mult"): (0.001, 50),
    ("vwap", "mult"): (0, 50),
    ("supertrend", "factor"): (0.01, 100),
    ("volume_profile", "value_area"): (1, 100),
    ("zigzag", "deviation"): (0.01, 100),
    ("zigzag", "legs"): (2, 5_000),
    ("hma", "length"): (2, 5_000),
    **{("sar", name): (0.0001, 1) for name in ("start", "increment", "maximum")},
}


def test_the_inputs_have_the_defaults_of_the_charting_sites():
    assert {row.id: dict(make_study(row.id).params.items) for row in INDICATORS} == INPUTS
    for row in INDICATORS:
        assert [param.name for param in row.params] == list(INPUTS[row.id]), row.id


def test_the_numbers_have_their_limits():
    for row in INDICATORS:
        for param in row.params:
            if param.type in {ParamType.INTEGER, ParamType.NUMBER}:
                wanted = LIMITS.get((row.id, param.name), (1, 5_000))
                assert (param.minimum, param.maximum) == wanted, (row.id, param.name)


def test_levels_panes_and_what_needs_volume_are_as_in_the_table():
    assert {row.id: row.levels for row in INDICATORS if row.levels} == LEVELS
    assert {row.id for row in INDICATORS if row.pane is Pane.PRICE} == ON_PRICE
    assert {row.id for row in INDICATORS if row.needs_volume} == OF_VOLUME
    assert {row.id for row in INDICATORS if row.needs_daily} == {"pivot_points"}
    assert {row.id for row in INDICATORS if row.is_known_later} == {"zigzag"}


def test_what_a_value_is_made_of_is_declared():
    others = {row.id: row.reach for row in INDICATORS if row.reach is not Reach.BARS}
    assert others == {
        "vwap": Reach.ANCHOR,
        "pivot_points": Reach.ANCHOR,
        "obv": Reach.HISTORY,
        "volume_profile": Reach.RANGE,
    }


def test_the_lines_are_drawn_as_in_the_table():
    plots = {row.id: [str(output.plot) for output in row.outputs] for row in INDICATORS}
    other = {name: kinds for name, kinds in plots.items() if set(kinds) != {"line"}}
    assert other == {
        "volume": ["columns", "line"],
        "macd": ["line", "line", "columns"],
        "supertrend": ["line", "none"],
        "volume_profile": ["level"] * 3,
        "pivot_points": ["level"] * 11,
        "sar": ["crosses"],
        "zigzag": ["zigzag", "none"],
        "ao": ["columns"],
    }
    assert {name: len(kinds) for name, kinds in plots.items() if len(kinds) > 1 and name not in other} == {
        "bollinger": 3,
        "vwap": 3,
        "stochastic": 2,
        "adx": 3,
        "ichimoku": 5,
        "stoch_rsi": 2,
        "donchian": 3,
        "keltner": 3,
    }
    assert find_indicator("pivot_points").output_names == ("p", *(f"{side}{n}" for n in range(1, 6) for side in "rs"))
    assert Plot.ZIGZAG == "zigzag"


@pytest.mark.parametrize("displacement", [1, 26, 30])
def test_only_the_cloud_and_the_lagging_line_are_drawn_elsewhere(displacement):
    assert {row.id for row in INDICATORS if row.shifts(make_study(row.id).params)} == {"ichimoku"}
    study, n = make_study("ichimoku", {"displacement": displacement}), displacement - 1
    assert study.indicator.shifts(study.params) == {"span_a": n, "span_b": n, "lagging": -n}


@pytest.mark.parametrize(
    ("text", "lookback", "settle"),
    [
        ("rsi", 14, 290),
        ("macd", 33, 281 + 104),
        ("macd:fast=26,slow=12,signal=2", 26, 281 + 32),
        ("macd:average=sma", 33, 104),
        ("macd:signal_average=sma", 33, 281),
        ("atr", 13, 290 + 1),
        ("atr:average=sma", 13, 1),
        ("atr:average=ema", 13, 156 + 1),
        ("adx", 27, 580),
        ("adx:di_length=7,adx_smoothing=20", 26, 145 + 414),
        ("stoch_rsi", 31, 435),
        ("stoch_rsi:rsi_length=5,stoch_length=7,k=2,d=4", 15, 156),
        ("keltner", 19, 219),
        ("keltner:length=3,atr_length=20", 19, 414 + 1),
        ("keltner:average=sma,style=true_range", 19, 1),
        ("keltner:average=sma,style=range", 19, 414),
        ("supertrend", 9, 207 + 1 + 512),
        ("sar", 1, 512),
        ("stochastic:k=5,smooth_k=3,d=2", 7, 0),
        ("ichimoku:span_b=100", 99, 0),
        ("hma", 10, 0),
        ("hma:length=16", 18, 0),
        ("ao", 33, 0),
        ("volume", 19, 0),
    ],
)
def test_the_bars_before_a_value_are_those_of_its_windows_and_averages(text, lookback, settle):
    """A true range needs one bar more: it is another one where the bar before it is missing."""
    study = parse_study(text)
    assert (study.lookback, study.settle) == (lookback, settle)
