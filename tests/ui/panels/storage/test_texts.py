from dataclasses import replace
from datetime import UTC

import pytest

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceState, MaintenanceTask
from candledesk.domain.interval import DAY_S
from candledesk.ui.panels.storage.texts import (
    backup_cells,
    ended_text,
    last_backup_text,
    moment_text,
    reason_text,
    restore_command,
    running_text,
    series_cells,
    size_text,
    strip_words,
    total_bytes,
    usage_parts,
)
from tests.fake_data import NOW
from tests.fake_maintenance import STORAGE
from tests.ui.panels.storage.conftest import make_backup, make_lost, make_stored

TASK = MaintenanceTask(
    1, MaintenanceKind.BACKUP, MaintenanceState.RUNNING, "Copying", 62, 100, (), None, NOW, NOW
)  # fmt: skip


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_951, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (9_994_000, "9.99 MB"),
        (9_996_000, "10.0 MB"),
        (912_300_000, "912 MB"),
        (1_240_000_000, "1.24 GB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_sizes_have_at_most_three_digits(n_bytes, text):
    assert size_text(n_bytes) == text


def test_a_moment_is_named_by_its_day_where_that_is_near():
    assert moment_text(NOW, NOW, UTC).startswith("today, ")
    assert moment_text(NOW - DAY_S, NOW, UTC).startswith("yesterday, ")
    assert moment_text(1_700_000_000, NOW, UTC) == "14 Nov 2023, 22:13"


def test_a_series_says_what_the_provider_no_longer_has():
    cells = series_cells(make_lost("AAPL", "1m", 100_000, 80_000))
    assert cells[:4] == ("AAPL", "1m", "100,000", "8.00 MB")
    assert cells[-1].startswith("80,000 bars before 2")
    assert series_cells(make_stored())[-2:] == ("", "")
    assert series_cells(replace(make_stored(), first_open=None, last_open=None))[4:6] == ("", "")


def test_the_parts_of_the_bar_are_all_that_the_files_take():
    report = replace(STORAGE, backups=(make_backup(), make_backup("b")))
    assert sum(part.n_bytes for part in usage_parts(report)) == total_bytes(report)


def test_a_backup_says_why_it_was_made():
    reasons = ["manual", "weekly", "schema-12", "v12.bak", "before-restore-2026", "new-kind"]
    assert [reason_text(make_backup(reason=reason)) for reason in reasons] == [
        "By hand",
        "Weekly",
        "Before an update of the database",
        "Before an update of the database",
        "Before a backup was restored",
        "New kind",
    ]
    assert backup_cells(make_backup("x", has_user_data=False), NOW)[2:] == ("5.00 MB", "Bars", "x.db")


def test_the_newest_backup_counts_for_the_last_one():
    assert last_backup_text((), NOW) == "There is no backup yet."
    rows = make_backup("old", NOW - 90 * DAY_S), make_backup("new", NOW)
    assert last_backup_text(rows, NOW, UTC).startswith("Last backup: today, ")


def test_the_command_that_restores_survives_a_shell(tmp_path):
    backup = make_backup(path="/home/it's mine/a b.db")
    assert restore_command(backup, tmp_path) == f"""candledesk restore '/home/it'"'"'s mine/a b.db' --home {tmp_path}"""


def test_a_running_task_says_its_step_and_share():
    assert running_text(TASK) == "Backing up: copying, 62%"
    assert running_text(replace(TASK, total=0)) == "Backing up: copying"
    assert running_text(replace(TASK, state=MaintenanceState.QUEUED)) == "The backup waits for another task."


def test_an_ended_task_says_how_and_why():
    failed = replace(TASK, state=MaintenanceState.FAILED, error="The disk is full.")
    assert ended_text(failed, NOW, UTC).endswith("The disk is full.")
    assert ended_text(replace(TASK, state=MaintenanceState.CANCELLED), NOW, UTC).startswith("The backup was cancelled")


@pytest.mark.parametrize(
    ("state", "can_cancel", "is_warning", "has_bar"),
    [
        (MaintenanceState.QUEUED, True, False, True),
        (MaintenanceState.RUNNING, True, False, True),
        (MaintenanceState.SUCCEEDED, False, False, False),
        (MaintenanceState.CANCELLED, False, False, False),
        (MaintenanceState.FAILED, False, True, False),
    ],
)
def test_only_a_live_task_can_be_cancelled_and_only_a_failed_one_warns(state, can_cancel, is_warning, has_bar):
    words = strip_words(replace(TASK, state=state), NOW)
    assert (words.can_cancel, words.is_warning, words.share is not None) == (can_cancel, is_warning, has_bar)


def test_one_line_stands_in_the_sentence_and_several_are_details():
    one = replace(TASK, state=MaintenanceState.SUCCEEDED, lines=("No damage.",))
    assert strip_words(one, NOW, UTC).text.endswith("No damage.")
    assert strip_words(one, NOW, UTC).lines == ()
    assert strip_words(replace(one, lines=("A.", "B.")), NOW).lines == ("A.", "B.")


def test_a_check_says_whether_there_is_damage_and_only_then_can_it_be_repaired():
    check = replace(TASK, kind=MaintenanceKind.CHECK, state=MaintenanceState.SUCCEEDED, lines=("1,000 bars checked",))
    damaged = replace(check, state=MaintenanceState.FAILED, error="Repair it.")
    broken = replace(damaged, lines=(), error="The disk cannot be read.")
    words = [strip_words(task, NOW, UTC) for task in (check, damaged, broken)]
    assert [one.text.partition(" (")[0] for one in words] == [
        "The check found no damage",
        "The check found damage",
        "The check failed",
    ]
    assert [(one.is_warning, one.can_repair) for one in words] == [(False, False), (True, True), (True, False)]
    assert words[0].lines == check.lines
    assert words[2].text.endswith("The disk cannot be read.")
