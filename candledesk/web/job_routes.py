"""The routes of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.web import params, schemas, wire
from candledesk.web.endpoint import Answer, Endpoint, json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from candledesk.web.endpoint import Call, Door


async def _list_jobs(door: Door, call: Call) -> Response:
    limit, cursor = call.values["limit"], call.values["cursor"]
    asked = limit + 1 if cursor is None else wire.MAX_JOBS
    jobs = await door.settle(door.cache.list_jobs(state=call.values["state"], limit=asked))
    if cursor is not None:
        jobs = [job for job in jobs if job.job_id < cursor]
    rows = [wire.job_row(job) for job in jobs[:limit]]
    return json_answer({"jobs": rows, "next": str(jobs[limit - 1].job_id) if len(jobs) > limit else None})


async def _read_job(door: Door, call: Call) -> Response:
    return json_answer(wire.job_row(await door.settle(door.cache.read_job(call.values["job_id"]))))


async def _cancel_job(door: Door, call: Call) -> Response:
    return json_answer(wire.job_row(await door.settle(door.cache.cancel_job(call.values["job_id"]))))


async def _retry_job(door: Door, call: Call) -> Response:
    return json_answer(wire.job_row(await door.settle(door.cache.retry_job(call.values["job_id"]))))


_ONE = Answer(schemas.shared("Job"), "the job as it stands")
_BY_ID = (params.JOB_ID,)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/jobs",
        _list_jobs,
        "Jobs, the newest first",
        Answer(schemas.shared("Jobs"), "one page of jobs"),
        query=(params.STATE, params.JOB_LIMIT, params.JOB_CURSOR),
        errors=(422,),
    ),
    Endpoint("GET", "/api/v1/jobs/{job_id}", _read_job, "One job", _ONE, path_params=_BY_ID, errors=(404, 422)),
    Endpoint(
        "POST",
        "/api/v1/jobs/{job_id}/cancel",
        _cancel_job,
        "Cancel a live job",
        _ONE,
        path_params=_BY_ID,
        errors=(404, 409, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/jobs/{job_id}/retry",
        _retry_job,
        "Queue a failed or cancelled job again",
        _ONE,
        path_params=_BY_ID,
        errors=(404, 409, 422),
    ),
)
