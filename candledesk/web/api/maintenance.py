"""The files of the home: what takes how much room, backups, and long tasks on the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from candledesk.cache.maintenance_messages import (
    BackupFile,
    MaintenanceKind,
    MaintenanceRequest,
    MaintenanceTask,
    StorageReport,
)
from candledesk.web.api.contract.endpoint import Endpoint, ResponseSpec, json_response
from candledesk.web.api.contract.params import (
    INTERVALS_LIST,
    MAX_ID,
    ONLY_INTERVAL,
    ONLY_SYMBOL,
    PATH_KIND,
    SYMBOLS,
    Param,
    choice,
    whole_number,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from starlette.responses import Response

    from candledesk.web.api.contract.endpoint import RequestContext, RouteRequest

MAX_KEPT = 10_000


async def _read_storage(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(await context.settle(context.cache.read_storage()))


async def _list_backups(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(await context.settle(context.cache.list_backups()))


async def _start_backup(context: RequestContext, request: RouteRequest) -> Response:
    return await _start(context, MaintenanceKind.BACKUP, request.values)


async def _remove_backup(context: RequestContext, request: RouteRequest) -> Response:
    return json_response(await context.settle(context.cache.remove_backup(request.values["path"])))


async def _list_tasks(context: RequestContext, _request: RouteRequest) -> Response:
    return json_response(await context.settle(context.cache.list_maintenance()))


async def _start_task(context: RequestContext, request: RouteRequest) -> Response:
    return await _start(context, MaintenanceKind(request.values["kind"]), request.values)


async def _start(context: RequestContext, kind: MaintenanceKind, values: Mapping[str, Any]) -> Response:
    wanted = MaintenanceRequest(
        kind,
        values["path"] or "",
        has_user_data=values["with_user_data"],
        keep=values["keep"],
        symbol=values.get("symbol") or "",
        interval=values.get("interval"),
        is_backed_up=values.get("backup", True),
        symbols=tuple(values.get("symbols") or ()),
        intervals=tuple(values.get("intervals") or ()),
    )
    return json_response(await context.settle(context.cache.start_maintenance(wanted)), 202)


async def _read_task(context: RequestContext, request: RouteRequest) -> Response:
    return await _task_response(context, context.cache.read_maintenance(request.values["task_id"]))


async def _cancel_task(context: RequestContext, request: RouteRequest) -> Response:
    return await _task_response(context, context.cache.cancel_maintenance(request.values["task_id"]))


async def _task_response(context: RequestContext, found: Future[MaintenanceTask]) -> Response:
    return json_response(await context.settle(found))


_PATH = Param(
    "path", "an absolute path on this computer; of a backup, not given: a new file in the home's folder", PATH_KIND
)
_USER_DATA = Param("with_user_data", "true: with drawings, lists and layouts", yes_or_no(), default=False, is_json=True)
_KEEP = Param(
    "keep", "how many automatic backups are kept afterwards; not given: all", whole_number(1, MAX_KEPT), is_json=True
)
_SYMBOLS = replace(SYMBOLS, text="of an export: the symbols; not given: all that are stored")
_INTERVALS = replace(INTERVALS_LIST, text="of an export: the bar lengths; not given: all that are stored")
_KIND = Param("kind", "what is to be done", choice(*MaintenanceKind), is_required=True)
_BACKUP_FIRST = Param(
    "backup", "false: without a backup before something is deleted", yes_or_no(), default=True, is_json=True
)
_BY_ID = (Param("task_id", "the task's number", whole_number(1, MAX_ID), is_required=True),)
_ONE = ResponseSpec(MaintenanceTask, "the task as it stands")
_STARTED = ResponseSpec(MaintenanceTask, "the task; an equal one that waits or runs is joined", 202)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/storage",
        _read_storage,
        "What takes how much room in the home",
        ResponseSpec(StorageReport, "sizes of series, tables, logs and backups"),
    ),
    Endpoint(
        "GET",
        "/api/v1/backups",
        _list_backups,
        "Copies of the database in the home, the newest first",
        ResponseSpec(tuple[BackupFile, ...], "the list"),
    ),
    Endpoint(
        "POST",
        "/api/v1/backups",
        _start_backup,
        "Copy the database as it is now",
        _STARTED,
        text=(
            "The copy is consistent while everything runs, and gets its name when it is complete. A file that is not "
            "a backup of CandleDesk is never replaced."
        ),
        body=(_PATH, _USER_DATA, _KEEP),
        errors=(422,),
    ),
    Endpoint(
        "POST",
        "/api/v1/backups/remove",
        _remove_backup,
        "Delete a copy of the database in the home",
        ResponseSpec(BackupFile, "the copy that was deleted"),
        body=(Param("path", "as the list of backups gives it", PATH_KIND, is_required=True),),
        errors=(422,),
    ),
    Endpoint(
        "GET",
        "/api/v1/maintenance",
        _list_tasks,
        "Long tasks on the database, the newest first",
        ResponseSpec(tuple[MaintenanceTask, ...], "those that wait or run, and the last ones that ended"),
    ),
    Endpoint(
        "POST",
        "/api/v1/maintenance",
        _start_task,
        "Start a long task on the database",
        _STARTED,
        text=(
            "One runs at a time. backup copies the database, check and repair look for damage, compact gives free "
            "pages back to the disk, forget deletes a symbol or one of its series with all that is known of it, "
            "convert brings older chunks into the present form, export writes a Parquet dataset into the folder path."
        ),
        body=(_KIND, _PATH, _USER_DATA, _KEEP, ONLY_SYMBOL, ONLY_INTERVAL, _BACKUP_FIRST, _SYMBOLS, _INTERVALS),
        errors=(404, 422),
    ),
    Endpoint(
        "GET",
        "/api/v1/maintenance/{task_id}",
        _read_task,
        "One task",
        _ONE,
        path_params=_BY_ID,
        errors=(404, 422),
    ),
    Endpoint(
        "POST",
        "/api/v1/maintenance/{task_id}/cancel",
        _cancel_task,
        "Stop a task at its next step",
        _ONE,
        path_params=_BY_ID,
        errors=(404, 409, 422),
    ),
)
