"""What each route answers, as JSON Schema (2020-12); everything may gain fields, nothing loses one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from candledesk.cache.messages import BreakerState, JobState
from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import INTERVAL_PATTERN, INTERVALS
from candledesk.domain.prices.oddity import Oddity, odd_text, odd_tokens

Schema = Mapping[str, Any]


def record(**fields: Schema) -> Schema:
    """Return the schema of an object that always has all of ``fields``; a trailing ``_`` of a name is left away."""
    named = {name.rstrip("_"): schema for name, schema in fields.items()}
    return {"type": "object", "properties": named, "required": list(named)}


def with_optional(schema: Schema, **fields: Schema) -> Schema:
    """Return the schema of an object with further fields that it does not always have."""
    return {**schema, "properties": {**schema["properties"], **fields}}


def array(items: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


def nullable(schema: Schema, text: str = "") -> Schema:
    """Return the schema with ``null`` allowed, and with a sentence about what that means."""
    either: dict[str, Any] = {"anyOf": [schema, {"type": "null"}]}
    return either | {"description": text} if text else either


def shared(name: str) -> Schema:
    """Point to a schema of ``COMPONENTS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(description: str = "") -> Schema:
    """Return the schema of a text."""
    return {"type": "string", "description": description} if description else {"type": "string"}


def number(description: str = "") -> Schema:
    """Return the schema of a number."""
    return {"type": "number", "description": description} if description else {"type": "number"}


def integer(description: str = "", **limits: int) -> Schema:
    """Return the schema of an integer."""
    described = {"description": description} if description else {}
    return {"type": "integer", **described, **limits}


def flag(description: str = "") -> Schema:
    """Return the schema of a boolean."""
    return {"type": "boolean", "description": description} if description else {"type": "boolean"}


def counts(description: str) -> Schema:
    """Return the schema of an object of numbers by name."""
    return {"type": "object", "additionalProperties": {"type": "integer"}, "description": description}


def _words(values: Any) -> Schema:  # noqa: ANN401 - any enum of texts
    return {"type": "string", "enum": [str(value) for value in values]}


TIME: Schema = {"type": "string", "format": "date-time", "description": "UTC, ISO-8601"}
_ODD_TEXT = "why the candle is flagged, reasons separated by blanks: " + "; ".join(
    f"{odd_tokens(flag)} ({odd_text(flag)})" for flag in Oddity
)
_PRICES = ("open", "high", "low", "close")
_SENT = nullable(number(), "null only with raw=true: it was not sent")

INTERVAL: Schema = {
    "type": "string",
    "anyOf": [{"enum": [*INTERVALS]}, {"pattern": INTERVAL_PATTERN}],
    "description": "the canonical name of the bar length",
}
GAP = record(from_=TIME, to=TIME, reason=text("why it is missing"), retry_at=nullable(TIME, "the next try"))
CANDLE = record(
    timestamp=TIME,
    time=integer("the same in UNIX seconds"),
    **dict.fromkeys(_PRICES, _SENT),
    volume=number(),
    final=flag("false while the bar may still change"),
)
CANDLE = with_optional(CANDLE, odd=text(_ODD_TEXT))  # only of flagged candles
COLUMNS = record(
    timestamp=array(TIME),
    time=array(integer()),
    **dict.fromkeys(_PRICES, array(_SENT)),
    volume=array(number()),
    final=array(flag()),
    odd=array(text("as of a candle; empty for an ordinary one")),
)
DERIVED = record(from_=TIME, to=TIME, interval=INTERVAL)
START = record(
    at=TIME,
    time=integer(),
    kind=_words(("listing", "lookback")),
    reason=text(),
)
CANDLES = record(
    symbol=text(),
    interval=INTERVAL,
    from_=TIME,
    to=TIME,
    timezone=text("IANA zone of the exchange"),
    currency=nullable(text()),
    adjust=_words(("none", "splits", "all")),
    raw=flag("prices are as they were sent"),
    complete=flag("no expected bar of the span is missing"),
    gaps=array(shared("Gap")),
    next=nullable(TIME, "the cursor of the next page"),
    rev=integer("the series' revision: it rises with every change"),
    name=text(),
    exchange=text("Yahoo's code of the exchange"),
    exchange_name=text("as people call it; the code where that is not known"),
    price_decimals=integer(),
    start=nullable(shared("Start"), "where nothing older can be asked for, and why"),
    candles={"anyOf": [array(shared("Candle")), shared("Columns")]},
)
CANDLES = with_optional(
    CANDLES,
    derived={
        **array(shared("Derived")),
        "description": "where Yahoo no longer has this interval and finer stored ones stand for it; else left out",
    },
    notes=array(text("what a person should know of the answer")),
)
JOB = record(
    job_id=integer(),
    kind=_words(("viewport", "update", "backfill", "recheck", "harvest")),
    symbol=text(),
    interval=INTERVAL,
    from_=TIME,
    to=TIME,
    state=_words(JobState),
    bars_done=integer(),
    bars_expected=integer(),
    eta_s=nullable(number("seconds")),
    attempts=integer(),
    error=text("empty when there is none"),
    gaps=array(shared("Gap")),
    created_at=TIME,
    updated_at=TIME,
    next_try_at=nullable(TIME, "when a live job that waits goes on"),
    cursor=nullable(TIME, "from here to the end of the span everything was asked"),
    dropped=counts("rows of its span that cannot be a candle, by reason; of a single job, empty in lists"),
)
JOBS = record(jobs=array(shared("Job")), next=nullable(text(), "the cursor of the next page"))
STARTED = record(status=_words(JobState), job_id=integer())
MOVED = record(n_jobs=integer())
ESTIMATE = record(
    n_series=integer(),
    n_requests=integer(),
    seconds=number("at the limiter's rate, if nobody else asks"),
    n_bars=integer("bars that are missing"),
    unknown=array(text("a symbol that was never met; its history is guessed")),
)
COVERED = record(
    from_=TIME,
    to=TIME,
    state=_words(CoverageState),
    fetched_at=nullable(TIME),
    expires_at=nullable(TIME, "when it is asked again"),
    reason=text(),
)
COVERAGE = record(
    spans=array(shared("Covered")),
    gaps=array(shared("Gap")),
    complete=flag(),
    bars=integer(),
    odd=counts("stored candles that are flagged, by reason (as odd of a candle)"),
    dropped=counts("rows that were sent and cannot be a candle, by reason"),
    lag_s=nullable(integer(), "for how long a closed bar waits to be asked for; null for a series that nobody follows"),
    updated_at=nullable(TIME, "when the newest bars of a followed series were asked for"),
)
SYMBOL = record(
    symbol=text(),
    name=text(),
    exchange=text("Yahoo's code of the exchange"),
    exchange_name=text("as people call it; the code where that is not known"),
    type=text(),
    cached=flag("the cache has met it"),
)
HARVESTED = record(
    symbol=text(),
    interval=INTERVAL,
    on=flag("whether it is kept complete"),
    unbroken_since=nullable(TIME, "open time of the first bar since which nothing is missing"),
    last_run_at=nullable(TIME),
    next_run_at=nullable(TIME, "in the past: as soon as the updater comes to it"),
    note=text("what a person should know of it; empty when all is well"),
)
LIMITER = record(
    tokens=number("requests that may leave at once"),
    next_request_in_s=number(),
    breaker=_words(BreakerState),
    retry_at=nullable(TIME),
    last_error=text(),
    offline=flag(),
    update_lag_s=integer("by how many seconds the updates of followed series run late; 0 while they keep up"),
)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "title": text(),
        "status": integer(),
        "detail": text("what happened and what to do, in a sentence"),
        "field": text("the offending parameter, where there is one"),
    },
    "required": ["title", "status", "detail"],
}
COMPONENTS: dict[str, Schema] = {
    "Candle": CANDLE,
    "Candles": CANDLES,
    "Columns": COLUMNS,
    "Coverage": COVERAGE,
    "Covered": COVERED,
    "Derived": DERIVED,
    "Estimate": ESTIMATE,
    "Gap": GAP,
    "Harvested": HARVESTED,
    "Job": JOB,
    "Jobs": JOBS,
    "Limiter": LIMITER,
    "Moved": MOVED,
    "Problem": PROBLEM,
    "Start": START,
    "Started": STARTED,
    "Symbol": SYMBOL,
}
