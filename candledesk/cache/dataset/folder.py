"""The folder of a dataset, and how a run replaces its files so that a reader never takes half of a run for the whole.

A run writes new files into ``.new`` beside the dataset's own, where no reader looks. When all of them are on the disk
it publishes: ``_pending.json`` says what will be done, ``_manifest.json`` is removed, the files are renamed into their
places, and the new ``_manifest.json`` comes last. A run that is killed before that leaves the dataset as it was; one
that is killed while it renames leaves a folder without ``_manifest.json``, which the next run completes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

from candledesk.cache.dataset.manifest import Manifest, manifest_text, parse_manifest
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.store.database_file import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MANIFEST, COVERAGE = "_manifest.json", "_coverage.parquet"
_PENDING, _NEW = "_pending.json", ".new"
_PLACE = re.compile(r"interval=\w+/symbol=[\w.%-]+/year=\d+\.parquet|_coverage\.parquet")


class DatasetFolder:
    """A dataset on the disk; one run at a time writes it."""

    def __init__(self, root: Path) -> None:
        """Create the folder, complete a run that was killed while it published, and read the manifest.

        Raises ``InputError`` for a folder with other files, ``EnvironmentFaultError`` for one that cannot be written or
        whose manifest cannot be read.
        """
        self.root = root
        self._staged: list[str] = []
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._require_own()
            if (root / _PENDING).exists():
                self._finish()
            shutil.rmtree(root / _NEW, ignore_errors=True)
            path = root / MANIFEST
            self.manifest = parse_manifest(path.read_text("utf-8"), str(path)) if path.exists() else {}
        except OSError as error:
            raise _disk_fault(root, error) from error

    def _require_own(self) -> None:
        """Refuse a folder that has files and is no dataset: nothing of a person's is mixed with ours."""
        names = {path.name for path in self.root.iterdir()}
        if names and not names & {MANIFEST, _PENDING} and names != {_NEW}:
            raise InputError(
                "DIR", f"{self.root} has other files and is no dataset of CandleDesk: name an empty folder"
            )

    def has_file(self, path: str, n_bytes: int) -> bool:
        """Tell whether a file is there with the size that the manifest says."""
        try:
            return (self.root / path).stat().st_size == n_bytes
        except OSError:
            return False

    def write(self, path: str, data: bytes) -> None:
        """Write a new file of this run beside the dataset; ``path``: its place in it."""
        target = self.root / _NEW / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_synced(target, data)
        except OSError as error:
            raise _disk_fault(target, error) from error
        self._staged.append(path)

    def publish(self, manifest: Manifest, removed: Iterable[str], written_at: str) -> None:
        """Put the new files in their places, delete ``removed``, and write the manifest last."""
        text = manifest_text(manifest, written_at)
        plan = {"renamed": self._staged, "removed": sorted(removed), "manifest": text}
        try:
            for folder in {path.parent for path in (self.root / _NEW).rglob("*")}:
                sync_folder(folder)
            self._replace(_PENDING, json.dumps(plan).encode())
            self._finish()
        except OSError as error:
            raise _disk_fault(self.root, error) from error
        self.manifest, self._staged = manifest, []

    def discard(self) -> None:
        """Delete the new files of a run that ended before it published."""
        shutil.rmtree(self.root / _NEW, ignore_errors=True)

    def _finish(self) -> None:
        """Do what ``_pending.json`` says; a part that was done before is left out."""
        plan = self._read_plan()
        (self.root / MANIFEST).unlink(missing_ok=True)
        sync_folder(self.root)
        folders = {self.root}
        for path in plan["renamed"]:
            source, target = self.root / _NEW / path, self.root / path
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
            folders |= {target.parent, target.parent.parent}
        for path in plan["removed"]:
            (self.root / path).unlink(missing_ok=True)
        for folder in folders:
            sync_folder(folder)
        self._replace(MANIFEST, plan["manifest"].encode())
        (self.root / _PENDING).unlink()
        shutil.rmtree(self.root / _NEW, ignore_errors=True)

    def _replace(self, name: str, data: bytes) -> None:
        """Write a file so that its name is either the old one's or that of the whole new one."""
        unfinished = self.root / _NEW / name
        unfinished.parent.mkdir(exist_ok=True)
        _write_synced(unfinished, data)
        unfinished.replace(self.root / name)
        sync_folder(self.root)

    def _read_plan(self) -> dict[str, Any]:
        """Return what ``_pending.json`` says; one with paths elsewhere is refused: anybody may have written it."""
        path = self.root / _PENDING
        try:
            plan: dict[str, Any] = json.loads(path.read_text("utf-8"))
            is_own = all(_PLACE.fullmatch(one) for one in (*plan["renamed"], *plan["removed"]))
        except (ValueError, KeyError, TypeError):
            is_own = False
        if not is_own:
            raise EnvironmentFaultError(f"{path} is not what an export writes: delete it, and export again")
        return plan


def _write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _disk_fault(path: Path, error: OSError) -> EnvironmentFaultError:
    return EnvironmentFaultError(f"The dataset cannot be written: {path}: {error.strerror or error}")
