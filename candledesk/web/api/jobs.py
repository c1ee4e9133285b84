"""The routes of jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.interval import INTERVALS
from candledesk.web.api import params, schemas, wire
from candledesk.web.api.endpoint import Endpoint, ResponseSpec, json_answer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.responses import Response

    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.web.api.endpoint import RequestContext, RouteRequest


async def _list_jobs(context: RequestContext, call: RouteRequest) -> Response:
    limit, cursor = call.values["limit"], call.values["cursor"]
    asked = limit + 1 if cursor is None else wire.MAX_JOBS
    jobs = await context.settle(context.cache.list_jobs(state=call.values["state"], limit=asked))
    if cursor is not None:
        jobs = [job for job in jobs if job.job_id < cursor]
    rows = [wire.job_row(job) for job in jobs[:limit]]
    return json_answer({"jobs": rows, "next": str(jobs[limit - 1].job_id) if len(jobs) > limit else None})


async def _read_job(context: RequestContext, call: RouteRequest) -> Response:
    return json_answer(wire.job_row(await context.settle(context.cache.read_job(call.values["job_id"]))))


async def _job_response(context: RequestContext, moved: Future[Job]) -> Response:
    return json_answer(wire.job_row(await context.settle(moved)))


async def _cancel_job(context: RequestContext, call: RouteRequest) -> Response:
    return await _job_response(context, context.cache.cancel_job(call.values["job_id"]))


async def _pause_job(context: RequestContext, call: RouteRequest) -> Response:
    return await _job_response(context, context.cache.pause_job(call.values["job_id"]))


async def _resume_job(context: RequestContext, call: RouteRequest) -> Response:
    return await _job_response(context, context.cache.resume_job(call.values["job_id"]))


async def _retry_job(context: RequestContext, call: RouteRequest) -> Response:
    return await _job_response(context, context.cache.retry_job(call.values["job_id"]))


async def _retry_failed(context: RequestContext, _call: RouteRequest) -> Response:
    return json_answer({"n_jobs": await context.settle(context.cache.retry_failed_jobs())})


async def _clear_finished(context: RequestContext, _call: RouteRequest) -> Response:
    return json_answer({"n_jobs": await context.settle(context.cache.clear_finished_jobs())})


def _series(call: RouteRequest) -> list[tuple[str, Interval]]:
    intervals = call.values["intervals"] or (INTERVALS["1d"],)
    return [(symbol, interval) for symbol in call.values["symbols"] for interval in intervals]


def _span(context: RequestContext, call: RouteRequest) -> Span | None:
    intervals = call.values["intervals"] or (INTERVALS["1d"],)
    return wire.read_span(call.values, max(intervals, key=lambda interval: interval.step_s), context.now())


async def _start_jobs(context: RequestContext, call: RouteRequest) -> Response:
    jobs = await context.settle(context.cache.start_backfills(_series(call), _span(context, call)))
    return json_answer({"jobs": [wire.job_row(job) for job in jobs], "next": None}, 202)


async def _estimate_jobs(context: RequestContext, call: RouteRequest) -> Response:
    estimate = await context.settle(context.cache.estimate_backfill(_series(call), _span(context, call)))
    return json_answer(wire.estimate_row(estimate))


_ONE = ResponseSpec(schemas.shared("Job"), "the job as it stands")
_MANY = ResponseSpec(schemas.shared("Moved"), "how many jobs that were")
_BY_ID = (params.JOB_ID,)
_BATCH = (replace(params.SYMBOLS, is_required=True), params.INTERVALS_LIST, params.FROM, params.TO)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/jobs",
        _list_jobs,
        "Jobs, the newest first",
        ResponseSpec(schemas.shared("Jobs"), "one page of jobs"),
        query=(params.STATE, params.JOB_LIMIT, params.JOB_CURSOR),
        errors=(422,),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs",
        _start_jobs,
        "Start backfills of many series at once",
        ResponseSpec(schemas.shared("Jobs"), "the jobs in the order of symbols and intervals", 202),
        text="Every symbol with every interval; 1d unless given. Live jobs for the same span are joined.",
        body=_BATCH,
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs/estimate",
        _estimate_jobs,
        "What starting these backfills would cost",
        ResponseSpec(schemas.shared("Estimate"), "requests, seconds and bars; nothing is started"),
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
        "Forget every job that has ended; bars stay",
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
            ("pause", _pause_job, "Let a queued or running job rest"),
            ("resume", _resume_job, "Queue a paused job again"),
            ("retry", _retry_job, "Queue a failed or cancelled job again"),
        )
    ),
)
