"""The routes of indicators: the catalogue, each indicator's own parameters, and values beside their times."""

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.own_messages import OwnFile, OwnState
from candledesk.domain.errors import OwnIndicatorError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.own.declared import declare
from candledesk.indicators.own.table import set_own_indicators
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study, parse_study
from candledesk.web.api.indicators import IndicatorRow
from candledesk.web.codec import decode
from candledesk.web.remote_indicators import path_of, query_of, read_reply
from tests.fake_data import make_span_bars
from tests.fake_indicators import fake_indicator_reply
from tests.web.market import INSTRUMENTS, NOW

PATH = "/api/v1/indicators"
ASK = {"symbol": "AAPL", "interval": "1d", "from": "2026-01-02", "to": "2026-11-01"}
SPAN = Span(1_767_312_000, 1_793_491_200)
IDS = [
    "sma",
    "ema",
    "rsi",
    "macd",
    "bollinger",
    "vwap",
    "atr",
    "stochastic",
    "supertrend",
    "adx",
    "ichimoku",
    "volume_profile",
    "stoch_rsi",
    "cci",
    "pivot_points",
    "obv",
    "sar",
    "mfi",
    "wma",
    "hma",
    "donchian",
    "keltner",
    "vwma",
    "roc",
    "williams_r",
    "zigzag",
    "cmf",
    "ao",
    "momentum",
    "volume",
]  # INTERFACE.md
OUTPUTS = {
    "macd": {"macd", "signal", "histogram"},
    "bollinger": {"basis", "upper", "lower"},
    "stochastic": {"k", "d"},
    "adx": {"adx", "plus_di", "minus_di"},
    "supertrend": {"line", "direction"},
    "ichimoku": {"conversion", "base", "span_a", "span_b", "lagging"},
    "vwap": {"vwap", "upper", "lower"},
    "donchian": {"upper", "basis", "lower"},
    "rsi": {"value"},
}
PARAMETERS = {  # INTERFACE.md names them, WORKBENCH.md §1.3 has the defaults
    "rsi": {"length": 14, "source": "close"},
    "macd": {"fast": 12, "slow": 26, "signal": 9, "source": "close"},
    "bollinger": {"length": 20, "mult": 2.0},
    "stochastic": {"k": 14, "smooth_k": 1, "d": 3},
    "supertrend": {"atr_length": 10, "factor": 3.0},
    "adx": {"di_length": 14, "adx_smoothing": 14},
    "ichimoku": {"conversion": 9, "base": 26, "span_b": 52, "displacement": 26},
    "stoch_rsi": {"k": 3, "d": 3, "rsi_length": 14, "stoch_length": 14},
    "vwap": {"anchor": "session", "source": "hlc3"},
    "sar": {"start": 0.02, "increment": 0.02, "maximum": 0.2},
    "keltner": {"length": 20, "mult": 2.0, "atr_length": 10},
}
REFUSED = [
    ({"symbol": None}, 400, "symbol"),
    ({"symbol": "NOPE"}, 404, "symbol"),
    ({"interval": "7x"}, 400, "interval"),
    ({"to": "2025-01-01"}, 422, "to"),
    ({"countback": "0"}, 422, "countback"),
    ({"as_of": "yesterday"}, 400, "as_of"),
    ({"length": "0"}, 422, "length"),
    ({"length": "5001"}, 422, "length"),
    ({"length": "many"}, 400, "length"),
    ({"source": "blue"}, 400, "source"),
    ({"source": "blue moon"}, 400, "source"),
    ({"source": "macd.blue"}, 400, "source"),
    ({"source": "ema:length=x"}, 400, "source"),
    ({"source": "x" * 201}, 400, "source"),
    ({"mult": "2"}, 400, "mult"),
]


def ask(client, name, **changes):
    query = {key: value for key, value in {**ASK, **changes}.items() if value is not None}
    return client.get(f"{PATH}/{name}", params=query)


def test_the_catalogue_has_every_indicator_with_its_parameters(client):
    rows = {row["id"]: row for row in client.get(PATH).json()}
    assert sorted(rows) == sorted(IDS)
    for name, wanted in PARAMETERS.items():
        defaults = {row["name"]: row["default"] for row in rows[name]["params"]}
        assert wanted.items() <= defaults.items()
    for name, wanted in OUTPUTS.items():
        assert {row["name"] for row in rows[name]["outputs"]} == wanted
    assert rows["rsi"]["params"][0] == {"name": "length", "type": "integer", "default": 14, "min": 1.0, "max": 5000.0}
    assert (rows["rsi"]["pane"], rows["sma"]["pane"]) == ("own", "price")
    assert decode(IndicatorRow, rows["macd"]).params[4].choices == ("ema", "sma")


@pytest.mark.parametrize("name", IDS)
def test_every_indicator_answers_one_entry_per_candle(client, cache, name):
    cache.store("AAPL", INTERVALS["1d"], SPAN)
    answer = ask(client, name).json()
    n = len(answer["time"])
    assert n > 150
    assert (answer["id"], answer["symbol"], answer["interval"]) == (name, "AAPL", "1d")
    assert [len(answer[key]) for key in ("final", "settled")] == [n, n]
    assert {len(line) for line in answer["values"].values()} == {n}
    assert {type(value) for line in answer["values"].values() for value in line} <= {float, type(None)}


def test_the_numbers_are_the_computed_ones_to_the_last_digit(client, cache):
    cache.store("AAPL", INTERVALS["1d"], SPAN)
    answer = ask(client, "rsi", length=5, source="ema:length=3").json()
    bars = make_span_bars(INSTRUMENTS[0], INTERVALS["1d"], SPAN)
    study = make_study("rsi", {"length": 5, "source": "ema:length=3"})
    reply = fake_indicator_reply(IndicatorRequest("AAPL", INTERVALS["1d"], study), bars, NOW)
    found = np.array(answer["values"]["value"], np.float64)
    np.testing.assert_array_equal(found, reply.lines["value"])
    assert answer["time"] == bars.open_time.tolist()
    assert answer["settled"] == reply.settled.tolist()
    assert answer["params"] == {"length": 5, "source": "ema:length=3"}


def test_countback_takes_the_last_candles(client, cache):
    cache.store("AAPL", INTERVALS["1d"], SPAN)
    assert len(ask(client, "sma", countback=7).json()["time"]) == 7


@pytest.mark.parametrize(("changes", "status", "field"), REFUSED, ids=str)
def test_what_cannot_be_answered_names_the_parameter(client, changes, status, field):
    answer = ask(client, "rsi", **changes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_another_id_is_not_found(client):
    answer = ask(client, "blue")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_indicator")


def test_the_contract_declares_each_parameter_with_its_limits(client):
    paths = client.get("/openapi.json").json()["paths"]
    for indicator in INDICATORS:
        rows = {row["name"]: row["schema"] for row in paths[f"{PATH}/{indicator.id}"]["get"]["parameters"]}
        for param in indicator.params:
            assert rows[param.name]["default"] == param.default
            if param.minimum is not None:
                assert (rows[param.name]["minimum"], rows[param.name]["maximum"]) == (param.minimum, param.maximum)
            assert tuple(rows[param.name].get("enum", ())) == param.choices
        assert set(rows) == {"symbol", "interval", "from", "to", "countback", "as_of"} | {
            param.name for param in indicator.params
        }


class TestOwnIndicators:
    @pytest.fixture(autouse=True)
    def _declared(self, cache):
        cache.store("AAPL", INTERVALS["1d"], SPAN)
        row = {"TITLE": "Times", "PARAMS": {"by": [2.5, 0, 9], "mode": ["slow", "fast"]}, "OUTPUTS": ["value"]}
        indicator = declare("times", row, "1", lambda inputs, params: (inputs.bars.close * params.number("by"),))
        cache.own_indicators.declared["times.py"] = indicator
        text = OwnFile("times.py", "own:times", "times", "/home/times.py", "12", OwnState.NEW, "")
        cache.own_indicators.files.append(text)
        yield
        set_own_indicators(())

    def test_an_own_indicator_is_in_the_catalogue_once_it_is_allowed(self, client, cache):
        assert len(client.get(PATH).json()) == len(IDS)
        assert ask(client, "own/times").status_code == 404
        cache.own_indicators.allow("times.py", "12")
        row = client.get(PATH).json()[-1]
        assert (row["id"], row["title"], row["pane"]) == ("own:times", "Times", "own")
        assert [one["name"] for one in row["params"]] == ["by", "mode"]

    def test_its_values_are_at_an_address_of_their_own_with_its_parameters_in_one(self, client, cache):
        cache.own_indicators.allow("times.py", "12")
        answer = ask(client, "own/times", params="by=3,mode=fast").json()
        bars = make_span_bars(INSTRUMENTS[0], INTERVALS["1d"], SPAN)
        np.testing.assert_array_equal(np.array(answer["values"]["value"]), bars.close * 3)
        assert answer["params"] == {"by": 3.0, "mode": "fast"}
        assert ask(client, "own/times").json()["params"] == {"by": 2.5, "mode": "slow"}
        assert ask(client, "ema", source="own:times:by=3", length=1).json()["values"]["value"] == pytest.approx(
            answer["values"]["value"]
        )

    @pytest.mark.parametrize(
        ("path", "given", "status", "field"),
        [
            ("own/times", "by=10", 400, "by"),
            ("own/times", "other=1", 400, "other"),
            ("own/times", "by", 400, "source"),
            ("own/times", "x" * 201, 400, "params"),
            ("own/thrice", "", 404, "id"),
            ("own/Times", "", 400, "name"),
        ],
    )
    def test_what_cannot_be_answered_is_named(self, client, cache, path, given, status, field):
        cache.own_indicators.allow("times.py", "12")
        answer = ask(client, path, params=given)
        assert (answer.status_code, answer.json()["field"]) == (status, field)

    def test_its_id_as_an_address_says_where_its_values_are(self, client, cache):
        cache.own_indicators.allow("times.py", "12")
        assert ask(client, "own:times").json()["detail"] == f"The values of own:times are at {PATH}/own/times"
        assert ask(client, "own:thrice").status_code == 404

    def test_a_file_that_fails_is_shown_with_its_line(self, client, cache):
        def fail(_inputs, _params):
            raise OwnIndicatorError("times.py, line 7: ZeroDivisionError: division by zero")

        row = {"TITLE": "Times", "OUTPUTS": ["value"]}
        cache.own_indicators.declared["times.py"] = declare("times", row, "1", fail)
        cache.own_indicators.allow("times.py", "12")
        answer = ask(client, "own/times")
        assert (answer.status_code, answer.json()["code"]) == (422, "own_indicator")
        assert "line 7" in answer.json()["detail"]

    def test_a_running_instance_answers_the_commands(self, client, cache):
        cache.own_indicators.allow("times.py", "12")
        request = IndicatorRequest("AAPL", INTERVALS["1d"], parse_study("own:times:by=3,mode=fast"), SPAN)
        asked = path_of(request), {name: value for name, value in query_of(request).items() if value is not None}
        reply = read_reply(request, client.get(asked[0], params=asked[1]).json())
        np.testing.assert_array_equal(reply.lines["value"], cache.load_indicator(request).result().lines["value"])
