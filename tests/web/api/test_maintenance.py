"""Sizes, backups and maintenance tasks over HTTP, in the stream of events, and through the client."""

import pytest

from candledesk.cache.events import MaintenanceChanged
from candledesk.cache.maintenance_messages import (
    BackupFile,
    MaintenanceKind,
    MaintenanceRequest,
    MaintenanceState,
    SeriesStorage,
    TableStorage,
)
from candledesk.domain.errors import InputError, TaskStateError, UnknownTaskError
from candledesk.domain.interval import INTERVALS
from candledesk.web.api.event_stream import encode_event
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN

STORAGE, BACKUPS, TASKS = "/api/v1/storage", "/api/v1/backups", "/api/v1/maintenance"
BACKUP = BackupFile("/home/backups/a.db", 4_096, 1_795_000_000, "weekly", 11, has_user_data=True, is_automatic=True)
SERIES = SeriesStorage("AAPL", INTERVALS["1m"], 500, 40_000, 1_700_000_040, 1_700_030_000, True, 20, 1_700_001_240)


@pytest.fixture
def filled(cache):
    cache.backups = [BACKUP]
    series, tables = (SERIES,), (TableStorage("candle", 500, 30_000),)
    cache.storage = type(cache.storage)(
        "/home/candles.db", 8_000_000, 800_000, 4_096, 20_480, 1_000, 10**9, series, tables, (), schema_version=11
    )
    return cache


def test_sizes_are_listed_by_series_table_and_backup(client, filled):
    answer = client.get(STORAGE).json()
    assert answer["series"] == [
        {
            "symbol": "AAPL",
            "interval": "1m",
            "bars": 500,
            "bytes": 40_000,
            "from": "2023-11-14T22:14:00Z",
            "to": "2023-11-15T06:33:20Z",
            "archived": True,
            "irreplaceable_bars": 20,
            "irreplaceable_until": "2023-11-14T22:34:00Z",
            "irreplaceable": True,
        }
    ]
    assert answer["tables"] == [{"name": "candle", "rows": 500, "bytes": 30_000}]
    assert (answer["bytes"], answer["free_bytes"], answer["log_bytes"]) == (8_000_000, 800_000, 4_096)
    assert (answer["backup_bytes"], answer["reclaimable_bytes"], answer["estimate"]) == (4_096, 804_096, True)


def test_backups_are_listed_and_one_is_removed(client, filled):
    row = {
        "path": BACKUP.path,
        "bytes": 4_096,
        "made_at": "2026-11-18T11:06:40Z",
        "reason": "weekly",
        "schema_version": 11,
        "with_user_data": True,
        "automatic": True,
    }
    assert client.get(BACKUPS).json() == [row]
    refused = client.post(f"{BACKUPS}/remove", json={"path": "/etc/passwd"})
    assert (refused.status_code, refused.json()["field"]) == (400, "path")
    assert client.post(f"{BACKUPS}/remove", json={"path": BACKUP.path}).json() == row
    assert client.get(BACKUPS).json() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, MaintenanceRequest(MaintenanceKind.BACKUP)),
        (
            {"path": "/tmp/a.db", "with_user_data": True, "keep": 3},
            MaintenanceRequest(MaintenanceKind.BACKUP, "/tmp/a.db", has_user_data=True, keep=3),
        ),
    ],
)
def test_a_backup_is_started(client, filled, body, expected):
    answer = client.post(BACKUPS, json=body)
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (202, "backup", "running")
    assert filled.maintenance_requests == [expected]


def test_a_series_is_forgotten_only_with_its_symbol(client, filled):
    body = {"kind": "forget", "symbol": "aapl", "interval": "1m", "backup": False}
    assert client.post(TASKS, json=body).status_code == 202
    wanted = MaintenanceRequest(MaintenanceKind.FORGET, symbol="AAPL", interval=INTERVALS["1m"], is_backed_up=False)
    assert filled.maintenance_requests == [wanted]
    refused = client.post(TASKS, json={"kind": "forget"})
    assert (refused.status_code, refused.json()["field"]) == (400, "symbol")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "kind"),
        ({"kind": "erase"}, 400, "kind"),
        ({"kind": "backup", "keep": 0}, 422, "keep"),
        ({"kind": "backup", "keep": "3"}, 400, "keep"),
        ({"kind": "backup", "path": "/a\n.db"}, 400, "path"),
        ({"kind": "backup", "path": "/" + 1_000 * "a"}, 422, "path"),
        ({"kind": "check", "symbol": "A B"}, 400, "symbol"),
        ({"kind": "compact", "reason": "manual"}, 400, "reason"),
    ],
)
def test_what_cannot_be_started_is_refused(client, filled, body, status, field):
    answer = client.post(TASKS, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert filled.maintenance_requests == []


def test_a_task_is_read_and_cancelled(client, filled):
    number = client.post(TASKS, json={"kind": "compact"}).json()["task_id"]
    filled.change_task(number, step="Rewriting the database", done=3, total=9)
    task = client.get(f"{TASKS}/{number}").json()
    assert (task["step"], task["done"], task["total"], task["error"]) == ("Rewriting the database", 3, 9, None)
    assert client.get(TASKS).json() == [task]
    assert client.post(f"{TASKS}/{number}/cancel", json={}).json()["state"] == "cancelled"
    again = client.post(f"{TASKS}/{number}/cancel", json={})
    assert (again.status_code, again.json()["code"]) == (409, "task_state")
    unknown = client.get(f"{TASKS}/99")
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["field"]) == (404, "unknown_task", "task_id")


def test_the_stream_shows_a_task_as_its_route_does(client, filled):
    number = client.post(TASKS, json={"kind": "compact"}).json()["task_id"]
    event = encode_event(MaintenanceChanged(filled.change_task(number, lines=("Done.",)))).decode()
    assert event.startswith("event: maintenance\ndata: ")
    assert client.get(f"{TASKS}/{number}").text in event


def test_the_client_gives_what_the_running_instance_has(server, filled):
    remote = RemoteCache(server.url, TOKEN)
    assert remote.read_storage().result() == filled.read_storage().result()
    assert remote.list_backups().result() == [BACKUP]
    request = MaintenanceRequest(
        MaintenanceKind.FORGET, symbol="AAPL", interval=INTERVALS["1m"], keep=2, has_user_data=True, is_backed_up=False
    )
    task = remote.start_maintenance(request).result()
    assert filled.maintenance_requests == [request]
    assert remote.list_maintenance().result() == [task]
    assert remote.read_maintenance(task.task_id).result() == task
    assert remote.cancel_maintenance(task.task_id).result().state is MaintenanceState.CANCELLED
    ended = filled.change_task(task.task_id, state=MaintenanceState.FAILED, error="The disk is full.")
    assert remote.wait_maintenance(task.task_id).result() == ended
    with pytest.raises(TaskStateError):
        remote.cancel_maintenance(task.task_id).result()
    with pytest.raises(UnknownTaskError):
        remote.read_maintenance(99).result()
    with pytest.raises(InputError, match="is not among the backups"):
        remote.remove_backup("/etc/passwd").result()
    assert remote.remove_backup(BACKUP.path).result() == BACKUP
