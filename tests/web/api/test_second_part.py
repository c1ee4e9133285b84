"""Every row of the second part of INTERFACE.md, "HTTP", is in the OpenAPI document with its parameters and fields."""

import re

import pytest

from candledesk.indicators.registry import INDICATORS
from candledesk.web.api.contract.openapi import build_openapi
from candledesk.web.routes import ENDPOINTS

DOCUMENT = build_openapi(ENDPOINTS)
OF_VALUES = "symbol interval from to countback as_of"
PARAMETERS = {
    "/api/v1/candles": "symbol interval from to countback adjust fill timeout limit format cursor as_of raw digits",
    "/api/v1/compare": "symbol interval other from to digits",
    "/api/v1/coverage": "symbol interval limit cursor",
    "/api/v1/events": "symbol interval",
    "/api/v1/drawings": "symbol",
    **{f"/api/v1/indicators/{one.id}": f"{OF_VALUES} {' '.join(row.name for row in one.params)}" for one in INDICATORS},
}
FIELDS = {
    "Instrument": (
        "symbol name exchange exchange_name timezone currency type price_decimals first_open sessions actions"
    ),
    "Action": "time kind value currency",
    "SeriesCoverage": "symbol interval bars from to complete bytes updated_at",
    "IndicatorRow": "id title params outputs pane",
    "IndicatorParam": "name type default min max",
    "IndicatorOutput": "name plot",
    "IndicatorValues": "id symbol interval params time final settled values",
    "Candles": "symbol interval from to timezone currency adjust complete gaps next candles",
    "Candle": "timestamp time open high low close volume final odd",
    "ImportReport": "read stored changed refused symbol",
}
IDS = (
    "sma ema rsi macd bollinger vwap atr stochastic supertrend adx ichimoku volume_profile stoch_rsi cci pivot_points "
    "obv sar mfi wma hma donchian keltner vwma roc williams_r zigzag cmf ao momentum volume"
)


@pytest.mark.parametrize(("path", "names"), PARAMETERS.items())
def test_a_route_takes_its_parameters(path, names):
    declared = [row["name"] for row in DOCUMENT["paths"][path]["get"]["parameters"]]
    assert set(names.split()) <= set(declared)


@pytest.mark.parametrize(("message", "names"), FIELDS.items())
def test_an_answer_has_its_fields(message, names):
    assert set(names.split()) <= set(DOCUMENT["components"]["schemas"][message]["properties"])


def test_candles_come_as_rows_columns_and_files():
    rows = {row["name"]: row["schema"] for row in DOCUMENT["paths"]["/api/v1/candles"]["get"]["parameters"]}
    assert rows["format"]["enum"] == ["rows", "columns", "csv", "parquet", "arrow"]
    patterns = [one["pattern"] for one in rows["interval"]["anyOf"] if "pattern" in one]
    for text in ["1", "5", "60", "240", "D", "1D", "W", "1W", "M", "1M", "3M"]:
        assert any(re.search(pattern, text) for pattern in patterns), text


def test_the_indicators_are_those_of_the_contract():
    assert {one.id for one in INDICATORS} == set(IDS.split())
