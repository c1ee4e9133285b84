"""Instruments: what a symbol stands for, when its venue trades next, and its corporate actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from urllib.parse import quote

from candledesk.cache.instrument_messages import InstrumentReport
from candledesk.domain.instrument import Instrument
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.times import UtcSeconds
from candledesk.web.api.actions import CorporateAction
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import Param
from candledesk.web.codec import decode

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/instruments"


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """One session of the venue, from its open to its close."""

    schema_name: ClassVar[str] = "Session"

    span: Span


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """What a symbol stands for."""

    schema_name: ClassVar[str] = "Instrument"

    symbol: str
    name: str
    exchange: Annotated[str, "the provider's code of the exchange"]
    exchange_name: Annotated[str, "the usual name of the exchange; its code where that is not known"]
    timezone: Annotated[str, "IANA zone of the exchange"]
    currency: str | None
    quote_type: Annotated[str, JsonField("type")]
    price_decimals: int
    first_open: Annotated[UtcSeconds | None, "when it was traded first; null: unknown"]
    sessions: Annotated[tuple[SessionTimes, ...], "of the coming week; the first one may be open now"]
    actions: Annotated[tuple[CorporateAction, ...], "every one that is stored, by date"]


def write_report(report: InstrumentReport) -> InstrumentFacts:
    """Return a report as the API answers it."""
    found = report.instrument
    return InstrumentFacts(
        symbol=found.symbol,
        name=found.name,
        exchange=found.exchange,
        exchange_name=found.exchange_name,
        timezone=found.tz,
        currency=found.currency,
        quote_type=found.quote_type,
        price_decimals=found.price_decimals,
        first_open=found.first_open_time,
        sessions=tuple(map(SessionTimes, report.sessions)),
        actions=tuple(map(CorporateAction.of, report.events)),
    )


def read_report(row: dict[str, Any]) -> InstrumentReport:
    """Return the report that ``write_report`` wrote; only the words for its source are missing."""
    facts = decode(InstrumentFacts, row)
    instrument = Instrument(
        symbol=facts.symbol,
        exchange=facts.exchange,
        quote_type=facts.quote_type,
        tz=facts.timezone,
        currency=facts.currency,
        price_decimals=facts.price_decimals,
        first_open_time=facts.first_open,
        name=facts.name,
        exchange_name=facts.exchange_name,
    )
    sessions = tuple(one.span for one in facts.sessions)
    return InstrumentReport(instrument, sessions, tuple(one.event() for one in facts.actions))


def address_of(symbol: str) -> str:
    """Return the path of a symbol's route."""
    return f"{PATH}/{quote(symbol, safe='')}"


async def _read_instrument(context: RequestContext, request: RouteRequest) -> Response:
    report = await context.settle(context.cache.describe_instrument(request.values["symbol"]))
    return json_response(write_report(report))


ENDPOINTS = (
    Endpoint(
        "GET",
        f"{PATH}/{{symbol}}",
        _read_instrument,
        "What a symbol stands for, its next sessions and its corporate actions",
        ResponseSpec(InstrumentFacts, "the instrument"),
        text=(
            "A symbol that is not in the cache is looked up at the provider, which costs one request. Corporate "
            "actions are those of the candles that were fetched."
        ),
        path_params=(Param("symbol", "the ticker; case does not matter", params.SYMBOL_KIND, is_required=True),),
        errors=(404,),
    ),
)
