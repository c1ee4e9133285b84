"""Fill jobs: starting many, listing them, and what may be done with one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from candledesk.cache.messages import BackfillEstimate, Job, JobState
from candledesk.domain.interval import INTERVALS
from candledesk.web.api.contract import params
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import MAX_ID, Param, choice, whole_number

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.responses import Response

    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs."""

    schema_name: ClassVar[str] = "Jobs"

    jobs: tuple[Job, ...]
    next: Annotated[str | None, "the cursor of the next page"]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many jobs were changed."""

    n_jobs: int


async def _list_jobs(context: RequestContext, request: RouteRequest) -> Response:
    state, limit, cursor = (request.values[name] for name in ("state", "limit", "cursor"))
    jobs = await context.settle(context.cache.list_jobs(state=state, limit=limit + 1, before=cursor))
    return json_response(JobPage(tuple(jobs[:limit]), str(jobs[limit - 1].job_id) if len(jobs) > limit else None))


async def _read_job(context: RequestContext, request: RouteRequest) -> Response:
    return await _job_response(context, context.cache.read_job(request.values["job_id"]))


async def _job_response(context: RequestContext, changed: Future[Job]) -> Response:
    return json_response(await context.settle(changed))


async def _cancel_job(context: RequestContext, request: RouteRequest) -> Response:
    return await _job_response(context, context.cache.cancel_job(request.values["job_id"]))


async def _pause_job(context: RequestContext, request: RouteRequest) -> Response:
    return await _job_response(context, context.cache.pause_job(request.values["job_id"]))


async def _resume_job(context: RequestContext, request: RouteRequest) -> Response:
    return await _job_response(context, context.cache.resume_job(request.values["job_id"]))


async def _retry_job(context: RequestContext, request: RouteRequest) -> Response:
    return await _job_response(context, context.cache.retry_job(request.values["job_id"]))


async def _retry_failed(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(Moved(await context.settle(context.cache.retry_failed_jobs())))


async def _clear_finished(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(Moved(await context.settle(context.cache.clear_finished_jobs())))


def _series(request: RouteRequest) -> list[tuple[str, Interval]]:
    intervals = request.values["intervals"] or (INTERVALS["1d"],)
    return [(symbol, interval) for symbol in request.values["symbols"] for interval in intervals]


def _span(context: RequestContext, request: RouteRequest) -> Span | None:
    intervals = request.values["intervals"] or (INTERVALS["1d"],)
    return params.read_span(request.values, max(intervals, key=lambda interval: interval.step_s), context.now())


async def _start_jobs(context: RequestContext, request: RouteRequest) -> Response:
    jobs = await context.settle(context.cache.start_backfills(_series(request), _span(context, request)))
    return json_response(JobPage(tuple(jobs), None), 202)


async def _estimate_jobs(context: RequestContext, request: RouteRequest) -> Response:
    estimate = await context.settle(context.cache.estimate_backfill(_series(request), _span(context, request)))
    return json_response(replace(estimate, seconds=round(estimate.seconds, 1)))


_ONE = ResponseSpec(Job, "the job as it stands")
_MANY = ResponseSpec(Moved, "how many jobs that were")
_BY_ID = (Param("job_id", "the job's number", whole_number(1, MAX_ID), is_required=True),)
_BATCH = (replace(params.SYMBOLS, is_required=True), params.INTERVALS_LIST, params.FROM, params.TO)
_PAGE = (
    Param("state", "only jobs in this state", choice(*(state.value for state in JobState))),
    Param("limit", "at most so many jobs, the newest first", whole_number(1, 500), default=200),
    Param("cursor", "next of the previous answer", whole_number(1, MAX_ID)),
)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/jobs",
        _list_jobs,
        "Jobs, the newest first",
        ResponseSpec(JobPage, "one page of jobs"),
        query=_PAGE,
        errors=(422,),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs",
        _start_jobs,
        "Start backfills of many series at once",
        ResponseSpec(JobPage, "the jobs in the order of symbols and intervals", 202),
        text="Every symbol with every interval; 1d unless given. Live jobs for the same span are joined.",
        body=_BATCH,
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs/estimate",
        _estimate_jobs,
        "What starting these backfills would cost",
        ResponseSpec(BackfillEstimate, "requests, seconds and bars; nothing is started"),
        body=_BATCH,
        errors=(422,),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs/retry-failed",
        _retry_failed,
        "Queue every failed backfill and update again",
        _MANY,
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs/clear-finished",
        _clear_finished,
        "Delete every job that has ended from the list; bars stay",
        _MANY,
    ),
    Endpoint("GET", "/api/v1/jobs/{job_id}", _read_job, "One job", _ONE, path_params=_BY_ID, errors=(404, 422)),
    *(
        Endpoint(
            "POST",
            f"/api/v1/jobs/{{job_id}}/{verb}",
            handler,
            summary,
            _ONE,
            path_params=_BY_ID,
            errors=(404, 409, 422),
        )
        for verb, handler, summary in (
            ("cancel", _cancel_job, "Cancel a live job"),
            ("pause", _pause_job, "Pause a queued or running job"),
            ("resume", _resume_job, "Queue a paused job again"),
            ("retry", _retry_job, "Queue a failed or cancelled job again"),
        )
    ),
)
