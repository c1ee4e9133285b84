"""A message's schema, encoder and decoder agree, for every message that the API has."""

from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal

import jsonschema_rs
import orjson
import pytest

from candledesk.cache.bar_messages import EventKind
from candledesk.cache.events import BarsStored, DamageFound, JobsChanged, SymbolReused
from candledesk.cache.indicator_messages import ProfileRow
from candledesk.cache.maintenance_messages import (
    BackupFile,
    MaintenanceKind,
    MaintenanceState,
    MaintenanceTask,
    SeriesStorage,
    StorageReport,
    TableStorage,
)
from candledesk.cache.messages import (
    ArchiveEntry,
    BackfillEstimate,
    BreakerState,
    Gap,
    ImportReport,
    Job,
    JobState,
    LimiterState,
    SeriesReport,
    SymbolFound,
)
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import HistoryStart
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.job_states import JobKind
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.times import UtcSeconds
from candledesk.indicators.declaration import Pane, ParamType, Plot
from candledesk.web.api.actions import CorporateAction
from candledesk.web.api.candles import Candle, Candles, Derived, Started
from candledesk.web.api.compare import Compared
from candledesk.web.api.indicators import IndicatorOutput, IndicatorParam, IndicatorRow, IndicatorValues
from candledesk.web.api.jobs import JobPage
from candledesk.web.api.sign_in import PageAddress, SignedIn
from candledesk.web.api.symbols.instruments import InstrumentFacts, SessionTimes
from candledesk.web.api.workspace.drawing_bars import ComputedValues, CountedCandles, ProfileBand
from candledesk.web.codec import components_of, decode, encode, is_message, schema_of
from candledesk.web.routes import ENDPOINTS
from candledesk.web.server.problems import Problem
from candledesk.workspace.events import LayoutChanged, WatchlistChanged
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection

DAY = INTERVALS["1d"]
GAP = Gap(Span(0, 86_400), "not fetched yet", 7)
JOB = Job(
    3, JobKind.ARCHIVE, "AAPL", DAY, Span(-5, 86_400), JobState.RUNNING, 1, 2, 1, "busy", 5, 6,
    eta_s=1.25, gaps=(GAP, Gap(Span(1, 2), "x")), next_try_at=9, cursor=8, dropped={"no close": 2},
)  # fmt: skip
BACKUP = BackupFile("/home/backups/a.db", 1, 2, "weekly", 11, has_user_data=True, is_automatic=True)
SIZES = SeriesStorage("AAPL", DAY, 3, 4, None, None, is_archived=False)
INSTRUMENT = InstrumentFacts(
    *("AAPL", "Apple Inc.", "NMS", "NASDAQ", "America/New_York", "USD", "EQUITY"),
    price_decimals=2,
    first_open=345_479_400,
    sessions=(SessionTimes(Span(1, 2)),),
    actions=(
        CorporateAction(2, EventKind.DIVIDEND, 0.5, None, 3, 3),
        CorporateAction(3, EventKind.SPLIT, 2.0, None, 4, 4),
    ),
)
MESSAGES = [
    GAP,
    SignedIn("a"),
    PageAddress("http://127.0.0.1:1/#token=a"),
    JOB,
    replace(JOB, eta_s=None, gaps=(), next_try_at=None, cursor=None, dropped={}),
    JobPage((JOB,), "3"),
    Started(JobState.QUEUED, 1),
    Coverage(Span(0, 1), CoverageState.KNOWN_EMPTY, 4, 5, "asked"),
    SeriesReport((Coverage(Span(0, 1), CoverageState.HAVE, 4),), (GAP,), 7, {"jump": 1}, {"no close": 1}, 3, 4),
    SeriesReport((), (), 0),
    SymbolFound("AAPL", "Apple Inc.", "NMS", "EQUITY", is_cached=True),
    INSTRUMENT,
    ArchiveEntry("AAPL", INTERVALS["1m"], 1, None, 3, "note", is_on=False),
    LimiterState(1.5, 2.0, BreakerState.HALF_OPEN, 4, "429", is_offline=True, update_lag_s=2),
    BackfillEstimate(1, 2, 2.5, 4, ("NEW",)),
    HistoryStart(7, "listing", "AAPL has traded since 1980-12-12"),
    BarsStored("AAPL", DAY, Span(0, 1), 3),
    JobsChanged(4),
    SymbolReused("A", "A_2026-11-28", "Another Inc."),
    DamageFound("AAPL", DAY, Span(0, 1), is_lost=True, text="damaged"),
    Problem("Not Found", 404, "There is none", "symbol", "unknown_symbol", "XYZ"),
    Problem("Bad Request", 400, "Malformed"),
    Candle(0, 0, None, 2.0, 0.5, 1.0, 10.0, final=True, odd="jump"),
    Derived(Span(0, 1), parse_interval("45m")),
    IndicatorValues(
        "rsi",
        "AAPL",
        DAY,
        {"length": 14, "source": "close"},
        (1, 2),
        (True, False),
        (False, True),
        {"value": (None, 1.5)},
        {"value": 25},
        (3,),
        (GAP,),
        4,
        notes=("from 5m bars",),
        profile=(ProfileRow(1.0, 2.0, 3.0, 4.0, in_value_area=True),),
    ),
    Compared(
        "AAPL", DAY, "7203.T", "Toyota", "JPY", "Asia/Tokyo", 1, (1, 2), (None, 1.5), (0, 2), (False, True), (GAP,)
    ),
    IndicatorRow(
        "macd",
        "MACD",
        (IndicatorParam("k", ParamType.CHOICE, "a", None, None, ("a", "b")),),
        (IndicatorOutput("signal", Plot.LINE),),
        Pane.OWN,
        (0.0,),
    ),
    MaintenanceTask(1, MaintenanceKind.BACKUP, MaintenanceState.RUNNING, "Copying", 1, 2, ("Done.",), None, 3, 4),
    BACKUP,
    SIZES,
    replace(SIZES, first_open=5, last_open=6, n_irreplaceable=1, irreplaceable_until=6),
    StorageReport("/home/candles.db", 1, 2, 3, 4, 5, 6, (SIZES,), (TableStorage("candle", 1, 2),), (BACKUP,)),
    ImportReport(5, 3, 2, {"no close": 2}, "local:ACME"),
    Watchlist("a", (WatchlistSection("", ("AAPL",)),), {"AAPL": "red"}, {"AAPL": "x"}, {"AAPL": "NYSE:A"}, 3),
    Watchlist("a"),
    WatchlistChanged("a", "added"),
    LayoutChanged("b", "renamed", "a"),
    CountedCandles((1, 2), (-1, 3)),
    ComputedValues(
        "5m", True, (None, 1.5), (None, 0.5), (ProfileBand(1.0, 2.0, 0.5, in_value_area=True),), "target", 3.0
    ),
    ComputedValues("", False, volume=4.0),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_written_is_read_again_and_fits_the_schema(message):
    kind = type(message)
    row = orjson.loads(orjson.dumps(encode(message)))
    assert decode(kind, row) == message
    schema = {**schema_of(kind), "components": {"schemas": components_of(kind)}}
    validator = jsonschema_rs.Draft202012Validator(schema)
    validator.validate(row)
    required = components_of(kind)[schema["$ref"].rpartition("/")[2]]["required"]
    for key in required:
        assert not validator.is_valid({name: value for name, value in row.items() if name != key}), key


def test_every_message_of_the_api_is_tried_here():
    tried = {type(message) for message in MESSAGES}
    answered = {endpoint.answer.content for endpoint in ENDPOINTS if is_message(endpoint.answer.content)}
    others = {kind.__name__ for kind in answered - tried}
    assert {name for name in others if not name.startswith("Datafeed")} == {"Candles", "Health", "Moved", "Raised"}


def test_the_keys_stand_in_the_order_of_the_fields():
    row = encode(JOB)
    assert list(row)[:9] == [
        "job_id", "kind", "symbol", "interval", "from", "to", "state", "bars_done", "bars_expected",
    ]  # fmt: skip
    assert list(encode(SeriesReport((), (), 0)))[:4] == ["spans", "gaps", "complete", "bars"]
    assert list(encode(HistoryStart(7, "listing", "x"))) == ["at", "time", "kind", "reason"]
    assert (row["kind"], row["from"], row["created_at"]) == ("harvest", "1969-12-31T23:59:55Z", "1970-01-01T00:00:05Z")


def test_a_property_is_shown_as_it_is_computed():
    assert encode(SeriesReport((), (GAP,), 0))["complete"] is False
    assert encode(SeriesReport((), (), 0))["complete"] is True
    described = components_of(SymbolFound)["Symbol"]["properties"]["exchange_name"]["description"]
    assert described.startswith("the usual name of the exchange")


def test_an_internal_field_is_not_shown():
    assert "source" not in encode(Coverage(Span(0, 1), CoverageState.HAVE, 4, source="import"))
    assert "source" not in components_of(Coverage)["Covered"]["properties"]


def test_what_is_left_out_empty_is_not_required():
    (candles,) = [schema for name, schema in components_of(Candles).items() if name == "Candles"]
    assert {"derived", "notes"} <= set(candles["properties"])
    assert not {"derived", "notes"} & set(candles["required"])
    assert "odd" not in encode(Candle(0, 0, 1.0, 1.0, 1.0, 1.0, 1.0, final=True))


def test_an_answer_of_a_newer_or_older_instance_is_read():
    row = encode(JOB) | {"colour": "red"}
    assert decode(Job, row) == JOB
    del row["dropped"]
    assert decode(Job, row) == replace(JOB, dropped={})
    del row["state"]
    with pytest.raises(KeyError, match="state"):
        decode(Job, row)


def test_a_field_may_be_any_of_the_known_types_and_nothing_else():
    @dataclass(frozen=True)
    class Sample:
        """A sample."""

        when: UtcSeconds | None
        words: tuple[str, ...]
        mode: Annotated[Literal["a", "b"], "a or b"]
        hidden: Annotated[object, JsonField(is_internal=True)] = None

    sample = Sample(None, ("x",), "a")
    hints = {"when": UtcSeconds | None, "words": tuple[str, ...], "mode": Annotated[Literal["a", "b"], "a or b"]}
    Sample.__annotations__ |= hints
    assert encode(sample) == {"when": None, "words": ["x"], "mode": "a"}
    assert components_of(Sample)["Sample"]["properties"]["mode"] == {
        "type": "string",
        "enum": ["a", "b"],
        "description": "a or b",
    }
    assert [one.name for one in fields(Sample)] == ["when", "words", "mode", "hidden"]
    with pytest.raises(TypeError, match="no JSON form"):
        schema_of(complex)
