"""The stored dividends, splits and capital gains of an instrument, each with the candle that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.times import UtcSeconds
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

PATH = "/api/v1/actions"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """A dividend, split or capital gain."""

    schema_name: ClassVar[str] = "Action"

    date: Annotated[UtcSeconds, "the ex-date at 00:00 UTC, which is the time of its daily candle"]
    kind: EventKind
    value: Annotated[float, "cash per share on the present split basis; of a split new shares per old"]
    currency: Annotated[str | None, "of the cash; null: that of the prices"]
    timestamp: Annotated[UtcSeconds, "when the candle opens that it belongs to; of an instrument: its session"]
    time: Annotated[int, "the same in UNIX seconds"]

    @classmethod
    def of(cls, event: CorporateEvent) -> CorporateAction:
        """Return an event as the API answers it."""
        return cls(event.date, event.kind, event.value, event.currency, event.open_time, event.open_time)

    def event(self) -> CorporateEvent:
        """Return the event as the cache has it."""
        return CorporateEvent(self.date, self.kind, self.value, self.currency, self.time)


async def _list_actions(context: RequestContext, request: RouteRequest) -> Response:
    found = await context.settle(
        context.cache.read_corporate_events(request.values["symbol"], request.values["interval"])
    )
    return json_response([CorporateAction.of(one) for one in found])


ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        _list_actions,
        "Stored dividends, splits and capital gains, the oldest first",
        ResponseSpec(
            tuple[CorporateAction, ...], "none for a ratio or a symbol that is not in the cache; nothing is requested"
        ),
        query=(params.CHARTED, replace(params.INTERVAL, is_required=True, default=None)),
        errors=(422,),
    ),
)
