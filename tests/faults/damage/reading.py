"""Reads a home as its users do, and compares the answers with the truth."""

import logging
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field

import numpy as np

from candledesk.cache.messages import ViewportRequest
from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import merge_spans
from candledesk.store.market.chunks.decoded import decoded_chunks
from tests.faults.damage.home import open_service, requests
from tests.faults.damage.market import Market

ANSWER_S = 30
STRIDES = (8, 64, 512)
READ_ONLY = EnvironmentFaultError("nothing is stored here")
# Outcomes, the worst last.
TRUE, DAMAGED, OTHER_GAP, ERROR, DENIED, WRONG, OWN_ERROR = (
    "true", "gap 'damaged'", "another gap", "clear error", "denied", "WRONG", "OWN ERROR",
)  # fmt: skip
OUTCOMES = (TRUE, DAMAGED, OTHER_GAP, ERROR, DENIED, WRONG, OWN_ERROR)


@dataclass
class Answers:
    """What a home has answered: by question the answer or the exception; ``bugs``: what was logged with a traceback."""

    by_question: dict = field(default_factory=dict)
    bugs: list = field(default_factory=list)


@dataclass
class Verdict:
    """The worst outcome, what was seen, and how many bars of the truth are readable.

    ``denial``: the outcome of an answer that a stored symbol is unknown.
    """

    denial: str = DENIED
    outcome: str = TRUE
    notes: list = field(default_factory=list)
    n_bars: int = 0

    def add(self, outcome, text):
        if OUTCOMES.index(outcome) > OUTCOMES.index(self.outcome):
            self.outcome = outcome
        if outcome != TRUE:
            self.notes.append(f"{outcome}: {text}")


class _Bugs(logging.Handler):
    """Keeps what is logged with a traceback, and what ends a thread."""

    def __init__(self, texts):
        super().__init__(logging.WARNING)
        self.texts = texts

    def emit(self, record):
        if record.exc_info and not isinstance(record.exc_info[1], CandleDeskError):
            self.texts.append(f"{record.name}: {record.getMessage()}: {record.exc_info[1]!r}")


def read_home(folder, series, *, is_writable):
    """Ask for everything that is stored in ``folder``; nothing can be fetched."""
    decoded_chunks.clear()  # a new process has none either
    given = Answers()
    handler = _Bugs(given.bugs)
    root, former = logging.getLogger(), threading.excepthook
    root.addHandler(handler)
    threading.excepthook = lambda end: given.bugs.append(f"a thread ended: {end.exc_value!r}")
    try:
        _read(folder, series, given, is_writable=is_writable)
    finally:
        root.removeHandler(handler)
        threading.excepthook = former
    return given


def _read(folder, series, given, *, is_writable):
    try:
        service = open_service(folder, Market(is_open=False), None if is_writable else READ_ONLY)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        given.by_question["open"] = error
        return
    try:
        cache = service.controller
        given.by_question["instruments"] = _answer(cache.list_instruments)
        given.by_question["jobs"] = _answer(cache.list_jobs)
        given.by_question["archive"] = _answer(cache.list_archive)
        for request in requests(series):
            key = ("bars", request.symbol, request.interval.name, request.adjust)
            given.by_question[key] = _answer(lambda request=request: cache.load_bars(request))
        for number, (symbol, name) in enumerate(series):
            interval = INTERVALS[name]
            described = _answer(lambda s=symbol, i=interval: cache.describe_series(s, i))
            given.by_question["coverage", symbol, name] = described
            for stride in STRIDES:
                view = ViewportRequest(number * 10 + stride, 1, symbol, interval, None, 2**24, 0, stride)
                given.by_question["view", symbol, name, stride] = _answer(lambda view=view: cache.load_viewport(view))
    finally:
        service.close()


def _answer(ask):
    try:
        return ask().result(ANSWER_S)
    except FutureTimeoutError:
        return TimeoutError(f"no answer within {ANSWER_S} s")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return error


def judge(given, truth, *, is_loss_reported=False):
    """Compare what was given with the truth, which is what the undamaged home has given.

    ``is_loss_reported``: a repair has reported that something is lost; then a symbol may be unknown.
    """
    verdict = Verdict(denial=OTHER_GAP if is_loss_reported else DENIED)
    for text in given.bugs:
        verdict.add(OWN_ERROR, f"logged {text}")
    if "open" in given.by_question:
        _judge_error(verdict, "open", given.by_question["open"])
        return verdict
    for key, expected in truth.by_question.items():
        answer = given.by_question[key]
        if isinstance(answer, Exception):
            _judge_error(verdict, key, answer)
        elif key == "instruments":
            _judge_instruments(verdict, answer, expected)
        elif key == "jobs":
            _judge_jobs(verdict, answer, expected)
        elif key == "archive":
            named = [[(row.symbol, row.interval) for row in rows] for rows in (answer, expected)]
            _judge_rows(verdict, key, *named)
        elif key[0] == "bars":
            _judge_bars(verdict, key, answer, expected)
        elif key[0] == "coverage":
            _judge_report(verdict, key, answer, expected)
        else:
            _judge_view(verdict, key, answer, expected, given.by_question["bars", key[1], key[2], "splits"])
    return verdict


def _judge_error(verdict, key, error):
    if isinstance(error, EnvironmentFaultError):
        verdict.add(ERROR, f"{key}: {error}")
    elif isinstance(error, CandleDeskError):
        verdict.add(verdict.denial, f"{key}: {error!r}")
    else:
        verdict.add(OWN_ERROR, f"{key}: {error!r}")


def _judge_instruments(verdict, answer, expected):
    truth = {row.symbol: row for row in expected}
    found = {row.symbol: row for row in answer}
    for symbol, row in found.items():
        if row != truth.get(symbol):
            verdict.add(WRONG, f"the instrument {symbol}: {row}")
    lost = sorted(set(truth) - set(found))
    if lost:
        verdict.add(OTHER_GAP, f"instruments are not listed: {lost}")


def _judge_jobs(verdict, answer, expected):
    """A lost log brings back an earlier state of a job; charts of this campaign leave jobs of their own."""

    def what_for(jobs):
        return [(job.job_id, job.kind, job.symbol, job.interval.name, job.span) for job in jobs]

    _judge_rows(verdict, "jobs", what_for(job for job in answer if job.kind != JobKind.VIEWPORT), what_for(expected))


def _judge_rows(verdict, key, answer, expected):
    """Rows may be lost with a page; none may differ."""
    changed = [row for row in answer if row not in expected]
    if changed:
        verdict.add(WRONG, f"{key}: {changed[0]}")
    n_lost = sum(row not in answer for row in expected)
    if n_lost:
        verdict.add(OTHER_GAP, f"{n_lost} of {len(expected)} {key} are not listed")


def _judge_bars(verdict, key, reply, truth):
    if reply.instrument != truth.instrument:
        verdict.add(WRONG, f"{key}: {reply.instrument}")
    reported = merge_spans([gap.span for gap in reply.gaps])
    bars, expected = reply.bars, truth.bars
    at = np.searchsorted(expected.open_time, bars.open_time)
    at[at == len(expected)] = 0
    is_known = expected.open_time[at] == bars.open_time
    longest_s = reply.request.interval.longest_s
    same = is_known & _equal(bars, expected.take(at))
    reported_at = _is_reported(bars.open_time, reported, longest_s if reply.request.interval.base_name else 1)
    wrong = ~same & ~(reported_at & bool(reply.request.interval.base_name))
    if reply.request.adjust != "splits":  # a gap about splits and dividends reports that prices may be off
        wrong &= not any(gap.reason.startswith("splits and dividends") for gap in reply.gaps)
    if wrong.any():
        verdict.add(WRONG, f"{key}: {int(wrong.sum())} bars, the first at {int(bars.open_time[wrong][0])}")
    missing = expected.open_time[~np.isin(expected.open_time, bars.open_time)]
    silent = missing[~_is_reported(missing, reported, longest_s)]
    if len(silent):
        verdict.add(WRONG, f"{key}: {len(silent)} bars missing and not reported, the first at {int(silent[0])}")
    _judge_flags(verdict, key, reply, truth)
    known = {gap.span for gap in truth.gaps}
    for gap in reply.gaps:
        if gap.span not in known:
            verdict.add(DAMAGED if "damaged" in gap.reason else OTHER_GAP, f"{key}: {gap}")
    for gap in truth.gaps:
        if not any(span.start <= gap.span.start and gap.span.end <= span.end for span in reported):
            verdict.add(WRONG, f"{key}: a gap is not reported any more: {gap}")
    if reply.request.adjust == "splits" and not reply.request.interval.base_name:
        verdict.n_bars += int(same.sum())


def _equal(left, right):
    names = ("open", "high", "low", "close", "volume")
    pairs = [(getattr(left, name), getattr(right, name)) for name in names]
    return np.all([(mine == other) | (np.isnan(mine) & np.isnan(other)) for mine, other in pairs], axis=0)


def _is_reported(times, spans, longest_s):
    """Tell for each bar whether a gap touches its time."""
    starts, ends = (np.array([getattr(span, end) for span in spans], np.int64) for end in ("start", "end"))
    return np.searchsorted(starts, times + longest_s) > np.searchsorted(ends, times, side="right")


def _judge_flags(verdict, key, reply, truth):
    """A bar that may still change must not be reported final, and an odd bar not without its flag."""
    times = reply.bars.open_time
    at = np.minimum(np.searchsorted(truth.bars.open_time, times), len(truth.bars) - 1)
    finals = np.array(truth.is_final, np.bool_)[at]
    given = np.array(reply.is_final or (), np.bool_)
    if len(given) and (given & ~finals).any():
        verdict.add(WRONG, f"{key}: a bar that forms is reported final")
    if len(given) and (~given & finals).any():
        verdict.add(OTHER_GAP, f"{key}: a final bar is reported provisional")
    reported = merge_spans([gap.span for gap in reply.gaps])
    longest_s, is_derived = reply.request.interval.longest_s, bool(reply.request.interval.base_name)
    others = {time for time in reply.odd.keys() | truth.odd.keys() if reply.odd.get(time, 0) != truth.odd.get(time, 0)}
    for time in np.intersect1d(np.array(sorted(others), np.int64), times).tolist():
        if not is_derived or not _is_reported(np.array([time]), reported, longest_s)[0]:
            verdict.add(WRONG, f"{key}: the flags of the bar at {time} are {reply.odd.get(time, 0)}")
            return


def _judge_report(verdict, key, report, truth):
    if report.n_bars != truth.n_bars and not report.gaps:
        verdict.add(WRONG, f"{key}: {report.n_bars} bars of {truth.n_bars}, and no gap")
    if report.odd != truth.odd and not report.gaps:
        verdict.add(WRONG, f"{key}: flags {report.odd}")


def _judge_view(verdict, key, reply, truth, whole):
    """Rows of a zoomed-out chart are true, or lack bars whose gap the series reports."""
    if reply.error:
        verdict.add(ERROR, f"{key}: {reply.error}")
        return
    if reply.instrument is None:
        verdict.add(verdict.denial, f"{key}: the symbol is unknown")
        return
    if reply.instrument != truth.instrument:
        verdict.add(WRONG, f"{key}: {reply.instrument}")
    is_whole = not isinstance(whole, Exception) and not set(whole.gaps)
    rows, expected = _rows(reply), _rows(truth)
    wrong = [row for row in rows if row not in expected]
    if wrong and is_whole:
        verdict.add(WRONG, f"{key}: {len(wrong)} rows, the first at {min(row[0] for row in wrong)}")
    if len(rows) < len(expected) and is_whole:
        verdict.add(WRONG, f"{key}: {len(rows)} rows of {len(expected)}, and no gap")


def _rows(reply):
    bars, starts = reply.bars, reply.starts
    counts = np.ones(len(bars), np.int64) if starts is None else np.diff(starts)
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume, counts)
    return set(zip(*(column.tolist() for column in columns), strict=True))
