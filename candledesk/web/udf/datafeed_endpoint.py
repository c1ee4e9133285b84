"""A route of the datafeed: unknown parameters are ignored, and failures are in the form that its clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.web.api.contract.endpoint import Endpoint
from candledesk.web.api.contract.params import WORDS_KIND, Param
from candledesk.web.server.datafeed_access import PREFIX, with_udf_status
from candledesk.web.server.problems import RequestRefusedError, describe_error

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext

BASE = PREFIX + "{secret}"
SECRET = Param("secret", "the last part of udf_url in endpoint.json", WORDS_KIND, is_required=True)
_OFF = RequestRefusedError(404, "The UDF datafeed is off: CANDLEDESK_UDF=on or `candledesk serve --udf` starts it.")


class DatafeedEndpoint(Endpoint):
    """An ``Endpoint`` that answers while the datafeed is switched on; the guard has compared the secret by then."""

    async def respond(self, context: RequestContext, request: Request) -> Response:
        """Answer as ``Endpoint`` does; every failure has ``s`` and ``errmsg`` as well."""
        answer = describe_error(_OFF) if context.datafeed is None else await super().respond(context, request)
        return with_udf_status(request.url.path, answer)

    def query_pairs(self, request: Request) -> list[tuple[str, str]]:
        """Return the parameters that are declared and not empty: clients add others, and leave some empty."""
        names = {param.name for param in self.query}
        return [(name, text) for name, text in request.query_params.multi_items() if name in names and text]
