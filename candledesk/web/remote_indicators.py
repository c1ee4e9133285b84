"""Values of indicators from the running instance: the query of a request, and the reply of its answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from candledesk.cache.indicator_messages import IndicatorReply, IndicatorRequest
from candledesk.domain.span import HISTORY_START
from candledesk.domain.times import iso_time
from candledesk.indicators.own.declared import is_own
from candledesk.web.api.indicators import IndicatorValues, values_path
from candledesk.web.codec import decode


def path_of(request: IndicatorRequest) -> str:
    """Return the address of the values of an indicator."""
    return values_path(request.study.id)


def query_of(request: IndicatorRequest) -> dict[str, Any]:
    """Return the parameters of a request; those of ``None`` are left out."""
    span, as_of, params = request.span, request.as_of, dict(request.study.params.items)
    if is_own(request.study.id):
        params = {"params": ",".join(f"{name}={value}" for name, value in params.items())}
    return {
        "symbol": request.symbol,
        "interval": request.interval.name,
        "from": None if span is None else iso_time(max(span.start, HISTORY_START)),
        "to": None if span is None else iso_time(span.end),
        "countback": request.n_bars,
        "as_of": None if as_of is None else iso_time(as_of),
        **params,
    }


def read_reply(request: IndicatorRequest, row: dict[str, Any]) -> IndicatorReply:
    """Return the reply that an answer stands for."""
    answer = decode(IndicatorValues, row)
    lines = {name: np.array(line, np.float64) for name, line in row["values"].items()}  # null becomes NaN
    return IndicatorReply(
        request,
        np.array(row["time"], np.int64),
        np.array(row["final"], np.bool_),
        np.array(row["settled"], np.bool_),
        lines,
        answer.shifts,
        answer.upcoming,
        answer.gaps,
        answer.notes,
        answer.profile,
        answer.rev,
    )
