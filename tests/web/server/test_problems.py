"""Every failure has a code for programs, and a second process reads the error back from it."""

import json
from concurrent.futures import Future
from http import HTTPStatus

import pytest

from candledesk.domain.errors import (
    CandleDeskError,
    ClosingError,
    EnvironmentFaultError,
    InputError,
    JobStateError,
    NotCachedError,
    NoWindowError,
    OfflineError,
    TooLateError,
    UnknownJobError,
    UnknownSymbolError,
)
from candledesk.domain.interval import INTERVALS
from candledesk.web.client import RemoteCache
from candledesk.web.codec import decode
from candledesk.web.server.problems import BusyError, Problem, RangeError, RequestRefusedError, describe_error
from tests.web.conftest import TOKEN

CASES = [
    (UnknownSymbolError("XYZ"), 404, "unknown_symbol", "symbol", "XYZ", None),
    (NotCachedError("XYZ"), 404, "not_cached", "symbol", "XYZ", None),
    (UnknownJobError("There is no job 7"), 404, "unknown_job", "job_id", "", None),
    (JobStateError("Job 7 is running"), 409, "job_state", "", "", None),
    (NoWindowError("No window"), 409, "no_window", "", "", None),
    (TooLateError("No answer yet"), 503, "too_late", "", "", "5"),
    (OfflineError("No network"), 503, "offline", "", "", "5"),
    (EnvironmentFaultError("Disk full"), 503, "environment_fault", "", "", "5"),
    (RangeError("limit", "limit must be at least 1"), 422, "out_of_range", "limit", "", None),
    (InputError("from", "Not a time"), 400, "invalid_value", "from", "", None),
]
TEMPORARY = [
    (ClosingError("Closing"), "closing", "5"),
    (BusyError("Busy"), "busy", "1"),
    (CandleDeskError("Something else"), "unavailable", "5"),
]


def failed(error):
    future = Future()
    future.set_exception(error)
    return future


def read(error):
    answer = describe_error(error)
    assert answer.media_type == "application/problem+json"
    return answer, decode(Problem, json.loads(answer.body))


@pytest.mark.parametrize(("error", "status", "code", "field", "symbol", "retry_after"), CASES)
def test_an_error_becomes_a_problem_and_is_read_back(error, status, code, field, symbol, retry_after):
    answer, problem = read(error)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == retry_after
    assert problem == Problem(HTTPStatus(status).phrase, status, str(error), field, code, symbol)
    same = problem.error()
    assert (type(same), str(same)) == (type(error), str(error))
    assert getattr(same, "symbol", "") == symbol


@pytest.mark.parametrize(("error", "code", "retry_after"), TEMPORARY)
def test_a_temporary_refusal_is_a_fault_of_the_environment_for_a_second_process(error, code, retry_after):
    answer, problem = read(error)
    assert (answer.status_code, problem.code, answer.headers["retry-after"]) == (503, code, retry_after)
    assert type(problem.error()) is EnvironmentFaultError


def test_a_refusal_of_the_guard_has_a_code_of_its_own():
    _, problem = read(RequestRefusedError(413, "The body is too large."))
    assert (problem.status, problem.code) == (413, "body_too_large")
    assert type(problem.error()) is EnvironmentFaultError


def test_the_symbol_does_not_depend_on_the_sentence(server, cache):
    error = UnknownSymbolError("XYZ")
    error.args = ("Another sentence.",)
    cache.start_backfills = lambda _series, _span: failed(error)
    remote = RemoteCache(server.url, TOKEN)
    with pytest.raises(UnknownSymbolError) as raised:
        remote.start_backfills([("AAPL", INTERVALS["1d"]), ("XYZ", INTERVALS["1d"])], None).result()
    assert raised.value.symbol == "XYZ"


def test_a_symbol_that_is_not_cached_is_not_an_unknown_one(server, cache):
    cache.describe_series = lambda symbol, _interval: failed(NotCachedError(symbol))
    with pytest.raises(NotCachedError) as raised:
        RemoteCache(server.url, TOKEN).describe_series("AAPL", INTERVALS["1d"]).result()
    assert raised.value.symbol == "AAPL"
