"""Power cuts while a layout is saved again and again: what was acknowledged is there, whatever was not yet synced.

The system calls of the thread that writes are recorded; a power cut after any of them keeps what was synced, and of
what was not any part: each write whole, torn at a sector, or not at all.
"""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from candledesk.store.database_file import quick_check
from candledesk.store.user.database import open_user_database
from candledesk.store.user.layouts import AUTOSAVED, read_layout

ROOT = Path(__file__).parents[2]
N_SAVES = 6
SECTOR = 512
SCRIPT = f"""
import os, sys
from pathlib import Path
from candledesk.cache.runtime.writer import Writer
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.window_layout import WindowLayout

user_data = UserData(Path(sys.argv[1]), Writer)
layouts = AutosavedLayout(user_data)
for number in range(1, {N_SAVES} + 1):
    saved = layouts.save(WindowLayout(options={{"number": str(number), "text": "x" * 9_000}}))
    saved.add_done_callback(lambda done, number=number: os.write(1, b"saved %d" % number))
    saved.result()
user_data.close(10)
"""
CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass
class File:
    """What is on the medium, and what was written since it was synced last, in order; ``None``: its new length."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self):
        for offset, data in self.pending:
            put(self.synced, offset, data)
        self.pending.clear()


def put(content, offset, data):
    content.extend(bytes(max(0, offset - len(content))))
    if data is None:
        del content[offset:]
    else:
        content[offset : offset + len(data)] = data


@dataclass
class Medium:
    """A folder on a medium that loses its power; ``entries``: the names that the folder has for sure."""

    files: dict[str, File] = field(default_factory=dict)
    entries: dict[str, File] = field(default_factory=dict)
    opened: dict[int, str] = field(default_factory=dict)

    def apply(self, name, texts, numbers, result):
        """Do what a system call did."""
        if name == "openat":
            self.opened[result] = texts[0].decode()
            if not texts[0].endswith((b"-shm", b"folder")):
                self.files.setdefault(self.opened[result], File())
        elif name == "pwrite64" and self.opened[numbers[0]] in self.files:
            self.files[self.opened[numbers[0]]].pending.append((numbers[-1], texts[0]))
        elif name in {"fsync", "fdatasync"}:
            path = self.opened[numbers[0]]
            if path in self.files:
                self.files[path].sync()
            else:
                self.entries = dict(self.files)
        elif name == "ftruncate" and self.opened[numbers[0]] in self.files:
            self.files[self.opened[numbers[0]]].pending.append((numbers[-1], None))
        elif name == "unlink":
            self.files.pop(texts[0].decode(), None)

    def cut(self, folder, dice):
        """Write what is left after a power cut into ``folder``."""
        entries = self.files if dice.random() < 0.5 else self.entries
        for path, file in entries.items():
            content = bytearray(file.synced)
            for offset, data in file.pending:
                if dice.random() < 0.5:
                    put(content, offset, data if data is None else data[: dice.choice((SECTOR, len(data)))])
            (folder / Path(path).name).write_bytes(content)


def require_strace():
    """Skip the test where no process can be traced: without strace, or where the system forbids it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    probed = subprocess.run(
        ["strace", "-o", os.devnull, sys.executable, "-c", ""], check=False, capture_output=True, text=True
    )
    if probed.returncode:
        pytest.skip(f"nothing can be traced here: {probed.stderr.strip()[-200:]}")


def record(folder):
    """Return the system calls of the writing thread as (name, texts, numbers, result)."""
    require_strace()
    folder.mkdir()
    calls = "trace=openat,pwrite64,fsync,fdatasync,unlink,ftruncate,write"
    prefix = folder.with_name("calls")
    strace = ["strace", "-ff", "-xx", "-s", "20000", "-e", calls, "-o", str(prefix)]
    command = [*strace, sys.executable, "-c", SCRIPT, str(folder / "user.db")]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    saved = "".join(f"\\x{byte:02x}" for byte in b"saved")
    (trace,) = (path for path in prefix.parent.glob("calls.*") if saved in path.read_text())
    found = [match for line in trace.read_text().splitlines() if (match := CALL.match(line))]
    return [
        (
            match[1],
            [bytes.fromhex(text.replace("\\x", "")) for text in TEXT.findall(match[2])],
            [int(part) for part in TEXT.sub("", match[2]).split(",") if part.strip().isdecimal()],
            int(match[3]),
        )
        for match in found
    ]


def read_number(path):
    """Open what is left as the application does; return the layout's number, 0 for none, and the notice."""
    opened = open_user_database(path, 0)
    with closing(opened.connection) as conn:
        assert quick_check(conn) == []
        layout = read_layout(conn, AUTOSAVED)
    return (0 if layout is None else int(layout["options"]["number"])), opened.notice


@pytest.mark.allow_logs
@pytest.mark.timeout(500)
def test_a_power_cut_loses_no_layout_that_was_acknowledged(tmp_path, count, dice, figures):
    calls = record(tmp_path / "folder")
    n_cuts = min(count(150, 10_000), len(calls) + 1)
    cuts = set(dice.sample(range(len(calls) + 1), n_cuts))
    medium, acknowledged, n_kept = Medium(), 0, 0
    for at in range(len(calls) + 1):
        if at in cuts:
            home = tmp_path / f"cut {at}"
            home.mkdir()
            medium.cut(home, dice)
            number, notice = read_number(home / "user.db")
            assert acknowledged <= number <= acknowledged + 1, f"cut after call {at} of {len(calls)}"
            assert notice == "" or acknowledged == 0, "only a file that was never finished may be renamed"
            n_kept += acknowledged > 0
            shutil.rmtree(home)
        if at < len(calls):
            name, texts, _numbers, _result = calls[at]
            if name == "write" and texts[0].startswith(b"saved"):
                acknowledged = int(texts[0].split()[1])
            medium.apply(*calls[at])
    assert acknowledged == N_SAVES
    figures(f"{len(cuts)} power cuts over {len(calls)} system calls, {n_kept} after a save: nothing acknowledged lost")
