"""Faults that can be injected into the demo market: the requests that match a fault, and the changes of rows."""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.demo.http.chart import Payload

CHART_PATH = "/v8/finance/chart/"
_COLUMNS = ("open", "high", "low", "close", "volume")
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and the requests to which it applies.

    ``kind``: ``status`` (with ``status``), ``delay`` (``delay_s``, then the true answer), ``hang``, ``reset``,
    ``truncated`` (half a JSON body), ``cut`` (connection closed within the body), ``html``, ``right_back``, ``empty``;
    or a change of rows: ``nan``, ``disorder``, ``duplicates``, ``negative``, ``crossed`` (high < low), ``pence`` (a
    block with prices times 100), ``missing_session``; or ``wrong_granularity`` (months in place of days, days in place
    of shorter bars, with a matching ``dataGranularity``); or, with true rows, ``hostile_text`` (names of 100,000
    characters with control characters, bidirectional overrides and markup; in the search too with
    ``path="/v1/finance/search"``) and ``hostile_date`` (a first trade date of -10^18); or ``hostile_error``, an error
    500 with such a text. ``count``: the number of matching requests to which it applies, after ``skip`` matching ones
    (``None``: all); ``probability`` with ``seed``: a repeatable share of them. ``path``: a part of the request's path;
    ``symbol``, ``interval``: exact.
    """

    kind: str
    status: int = 500
    delay_s: float = 1.0
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    path: str = CHART_PATH
    symbol: str | None = None
    interval: str | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown kind with ``ValueError``."""
        if self.kind not in KINDS:
            msg = f"unknown fault {self.kind!r}: use one of {' '.join(sorted(KINDS))}"
            raise ValueError(msg)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Fault:
        """Build from a JSON object; raise ``ValueError`` with the name of an unknown field."""
        names = {field.name for field in fields(cls)}
        unknown = sorted(set(row) - names)
        if unknown or "kind" not in row:
            msg = f"a fault has kind and any of {' '.join(sorted(names))}; not {' '.join(unknown) or 'no kind'}"
            raise ValueError(msg)
        return cls(**row)

    def matches(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether the fault's ``path``, ``symbol`` and ``interval`` match a request."""
        symbol = path.rpartition("/")[2]
        return self.path in path and self.symbol in {None, symbol} and self.interval in {None, query.get("interval")}


class FaultPlan:
    """The active faults, oldest first; safe for use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[tuple[Fault, random.Random, list[int]]] = []

    def add(self, kind: str, **settings: Any) -> Fault:  # noqa: ANN401 - the fields of Fault
        """Activate a fault and return it."""
        fault = Fault.from_json({"kind": kind, **settings})
        with self._lock:
            self._rows.append((fault, random.Random(fault.seed), [0]))
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._rows.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Return the faults with the number of requests that each has matched."""
        with self._lock:
            return [{**asdict(fault), "matched": seen[0]} for fault, _, seen in self._rows]

    def take(self, path: str, query: Mapping[str, str]) -> Fault | None:
        """Return the fault that applies to this request, ``None`` for none; the request is counted."""
        with self._lock:
            for fault, dice, seen in self._rows:
                if not fault.matches(path, query):
                    continue
                turn, seen[0] = seen[0], seen[0] + 1
                if turn < fault.skip or (fault.count is not None and turn >= fault.skip + fault.count):
                    continue
                if dice.random() < fault.probability:
                    return fault
        return None


def spoil(payload: Payload, fault: Fault) -> bool:
    """Change the rows of a chart answer in place as ``fault`` says; return whether anything was changed."""
    spoiler = _SPOILERS.get(fault.kind)
    result = payload["chart"]["result"][0]
    if spoiler is None or not result.get("timestamp"):
        return False
    columns: Columns = {"timestamp": result["timestamp"], **result["indicators"]["quote"][0]}
    adjclose = result["indicators"].get("adjclose")
    if adjclose:
        columns["adjclose"] = adjclose[0]["adjclose"]
    spoiler(columns, random.Random(fault.seed))
    result["timestamp"] = columns.pop("timestamp")
    if adjclose:
        adjclose[0]["adjclose"] = columns.pop("adjclose")
    result["indicators"]["quote"] = [columns] if result["timestamp"] else [{}]
    if not result["timestamp"]:
        del result["timestamp"]
    return True


def _some_rows(columns: Columns, dice: random.Random) -> list[int]:
    n_rows = len(columns["timestamp"])
    return sorted(dice.sample(range(n_rows), max(1, n_rows // 10)))


def _pick(columns: Columns, rows: list[int]) -> None:
    for name, values in columns.items():
        columns[name] = [values[row] for row in rows]


def _spoil_nan(columns: Columns, dice: random.Random) -> None:
    for row in _some_rows(columns, dice):
        for name in _COLUMNS[:4]:
            columns[name][row] = None


def _spoil_order(columns: Columns, dice: random.Random) -> None:
    rows = list(range(len(columns["timestamp"])))
    dice.shuffle(rows)
    _pick(columns, rows)


def _spoil_duplicates(columns: Columns, dice: random.Random) -> None:
    rows = list(range(len(columns["timestamp"])))
    _pick(columns, sorted(rows + _some_rows(columns, dice)))


def _spoil_negative(columns: Columns, dice: random.Random) -> None:
    for row in _some_rows(columns, dice):
        if columns["low"][row] is not None:
            columns["low"][row] = -columns["low"][row]


def _spoil_crossed(columns: Columns, dice: random.Random) -> None:
    for row in _some_rows(columns, dice):
        high, low = columns["high"][row], columns["low"][row]
        if high is not None:
            columns["high"][row], columns["low"][row] = low * 0.99, high


def _spoil_pence(columns: Columns, dice: random.Random) -> None:
    n_rows = len(columns["timestamp"])
    length = max(1, n_rows // 5)
    start = dice.randrange(n_rows - length + 1)
    for name in ("open", "high", "low", "close", "adjclose"):
        for row in range(start, start + length):
            if name in columns and columns[name][row] is not None:
                columns[name][row] *= 100


def _spoil_session(columns: Columns, dice: random.Random) -> None:
    """Drop the rows of one day: a run of rows less than five hours apart, or one row of a daily answer."""
    times, runs = columns["timestamp"], [[0]]
    for row in range(1, len(times)):
        if times[row] - times[row - 1] > 5 * 3_600:
            runs.append([])
        runs[-1].append(row)
    gone = set(dice.choice(runs))
    _pick(columns, [row for row in range(len(times)) if row not in gone])


def _spoil_all(columns: Columns, dice: random.Random) -> None:  # noqa: ARG001 - the signature of all spoilers
    _pick(columns, [])


_SPOILERS: dict[str, Callable[[Columns, random.Random], None]] = {
    "nan": _spoil_nan,
    "disorder": _spoil_order,
    "duplicates": _spoil_duplicates,
    "negative": _spoil_negative,
    "crossed": _spoil_crossed,
    "pence": _spoil_pence,
    "missing_session": _spoil_session,
    "empty": _spoil_all,
}
HOSTILE_KINDS = frozenset({"hostile_text", "hostile_date"})
KINDS = frozenset(
    {
        *("status", "delay", "hang", "reset", "truncated", "cut", "html", "right_back"),
        *("wrong_granularity", "hostile_error"),
        *HOSTILE_KINDS,
        *_SPOILERS,
    }
)
