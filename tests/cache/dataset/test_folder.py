"""A dataset's folder is the whole of one run or of the run before, wherever a run is killed."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from candledesk.cache.dataset.folder import MANIFEST, DatasetFolder
from candledesk.cache.dataset.manifest import DatasetFile, DatasetSeries, file_path, parse_manifest
from candledesk.domain.errors import EnvironmentFaultError, InputError

YEARS = ("2024", "2025", "2026")


class KilledError(BaseException):
    """Stands for a kill -9: nothing of the code runs after it."""


def manifest_of(text):
    files = {year: DatasetFile(1, len(text), 0) for year in YEARS}
    return {("AAA", "1d"): DatasetSeries("AAA", "1d", 1, 0, files)}


def run(root, text, removed=()):
    folder = DatasetFolder(root)
    for year in YEARS:
        folder.write(file_path("AAA", "1d", year), text.encode())
    folder.publish(manifest_of(text), removed, "2026-11-25T00:00:00Z")


def read_whole(root):
    """Return the texts of the files that the manifest lists, or ``None`` where there is no manifest."""
    if not (root / MANIFEST).exists():
        return None
    manifest = parse_manifest((root / MANIFEST).read_text(), MANIFEST)
    return {(root / one.path_of(year)).read_text() for one in manifest.values() for year in one.files}


def kill_at(monkeypatch, n):
    """Let the ``n``-th change of the disk kill the run before it is made."""
    left = [n]

    def counted(function):
        def call(*args, **kwargs):
            left[0] -= 1
            if left[0] == 0:
                raise KilledError
            return function(*args, **kwargs)

        return call

    for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (os, "fsync")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return left


def test_wherever_a_run_is_killed_a_reader_finds_one_whole_run_or_no_manifest(tmp_path, monkeypatch):
    states = []
    for n in range(1, 100):
        root = tmp_path / str(n)
        run(root, "old")
        with monkeypatch.context() as patch:
            left = kill_at(patch, n)
            with suppress(KilledError):
                run(root, "new!")
        found = read_whole(root)
        assert found in ({"old"}, {"new!"}, None), n
        states.append(found)
        is_planned = (root / "_pending.json").exists()
        DatasetFolder(root)  # completes what was published, drops what was not
        assert read_whole(root) == ({"new!"} if is_planned else found)
        assert sorted(path.name for path in root.iterdir()) == ["_manifest.json", "interval=1d"]
        if left[0] > 0:
            break
    else:
        pytest.fail("the run has no end")
    assert {"old"} in states
    assert None in states


def test_a_file_that_is_no_longer_listed_is_deleted(tmp_path):
    run(tmp_path, "old")
    gone = tmp_path / file_path("AAA", "1d", "2020")
    gone.write_text("x")
    run(tmp_path, "new", [file_path("AAA", "1d", "2020")])
    assert not gone.exists()


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="has other files"):
        DatasetFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_plan_that_leads_out_of_the_folder_is_refused(tmp_path):
    root, other = tmp_path / "data", tmp_path / "other.parquet"
    root.mkdir()
    other.write_text("mine")
    plan = {"renamed": [], "removed": ["../other.parquet"], "manifest": "{}"}
    (root / "_pending.json").write_text(json.dumps(plan))
    with pytest.raises(EnvironmentFaultError, match="not what an export writes"):
        DatasetFolder(root)
    assert other.read_text() == "mine"


@pytest.mark.parametrize("text", ["", "[]", '{"format": "candledesk.dataset/9", "series": []}', '{"series": [1]}'])
def test_a_manifest_that_cannot_be_read_is_refused_with_its_path(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(EnvironmentFaultError, match=r"_manifest\.json"):
        DatasetFolder(tmp_path)
