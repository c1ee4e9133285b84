"""What the datafeed offers, and its clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from candledesk.web.api.contract.endpoint import ResponseSpec, json_response
from candledesk.web.udf.datafeed_endpoint import BASE, SECRET, DatafeedEndpoint

if TYPE_CHECKING:
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

_TEXT = "text/plain"
INTRADAY = ("1", "2", "3", "5", "10", "15", "30", "45", "60", "90", "120", "180", "240")
"""The resolutions in minutes that are offered; each is a stored interval or derived from one."""
DAILY = ("1D", "1W", "1M", "3M", "6M", "12M")
ALL = ""  # the value of a filter that filters nothing
TYPES = {  # the provider's kinds of instruments, by the names that charting libraries have for them
    "EQUITY": "stock",
    "ETF": "etf",
    "INDEX": "index",
    "MUTUALFUND": "fund",
    "CRYPTOCURRENCY": "crypto",
    "CURRENCY": "forex",
    "FUTURE": "futures",
}
_TITLES = {"etf": "ETF", "forex": "Currency", "futures": "Future"}


@dataclass(frozen=True, slots=True)
class DatafeedExchange:
    """A choice of the search dialog; the empty value is all of them."""

    value: str
    name: str
    desc: str


@dataclass(frozen=True, slots=True)
class DatafeedType:
    """A kind of instruments in the search dialog; the empty value is all of them."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DatafeedConfig:
    """What the datafeed can do."""

    supported_resolutions: tuple[str, ...]
    exchanges: tuple[DatafeedExchange, ...]
    symbols_types: tuple[DatafeedType, ...]
    supports_search: bool = True
    supports_group_request: bool = False
    supports_marks: bool = True
    supports_timescale_marks: bool = True
    supports_time: bool = True


def type_of(quote_type: str) -> str:
    """Return what charting libraries call a kind of instruments; of an unknown one its own name."""
    return TYPES.get(quote_type, quote_type.lower())


async def _udf_config(_context: RequestContext, _request: RouteRequest) -> Response:
    types = [DatafeedType("All types", ALL)]
    types += [DatafeedType(_TITLES.get(value, value.capitalize()), value) for value in TYPES.values()]
    exchanges = (DatafeedExchange(ALL, "All exchanges", ""),)
    return json_response(DatafeedConfig((*INTRADAY, *DAILY), exchanges, tuple(types)))


async def _udf_time(context: RequestContext, _request: RouteRequest) -> Response:
    return Response(str(context.now()), media_type=_TEXT)


ENDPOINTS = (
    DatafeedEndpoint(
        "GET",
        f"{BASE}/config",
        _udf_config,
        "UDF: what the datafeed offers",
        ResponseSpec(DatafeedConfig, "resolutions, filters of the search, and which routes there are"),
        text=(
            "The UDF protocol of TradingView's charting library. All its routes are off unless CANDLEDESK_UDF=on; "
            "udf_url in endpoint.json is the address to give to a page, whose origin CANDLEDESK_UDF_ORIGINS must name. "
            "Failures have s=error and errmsg beside the fields of a problem."
        ),
        path_params=(SECRET,),
        errors=(404,),
    ),
    DatafeedEndpoint(
        "GET",
        f"{BASE}/time",
        _udf_time,
        "UDF: the clock",
        ResponseSpec(str, "seconds since 1970", media_type=_TEXT),
        path_params=(SECRET,),
        errors=(404,),
    ),
)
