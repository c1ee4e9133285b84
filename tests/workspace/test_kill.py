"""kill -9 while a process saves its layout: acknowledged saves are stored, and the file needs no repair."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from candledesk.store.database_file import quick_check
from candledesk.store.user.database import open_user_database
from candledesk.store.user.layouts import AUTOSAVED, read_layout

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
from candledesk.cache.runtime.writer import Writer
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.window_layout import WindowLayout

layouts = AutosavedLayout(UserData(Path(sys.argv[1]), Writer))
stored = layouts.loaded.result().layout
number = 0 if stored is None else int(stored.options["number"])
while True:
    number += 1
    layouts.save(WindowLayout(options={"number": str(number), "text": "x" * 5_000})).result()
    print(number, flush=True)
"""


def test_a_killed_process_keeps_all_acknowledged_saves(user_path):
    acknowledged = 0
    for cycle in range(5):
        call = [sys.executable, "-c", SCRIPT, str(user_path)]
        with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            first = int(child.stdout.readline())
            assert first == acknowledged + 1
            time.sleep(0.013 * cycle)
            child.kill()
            acknowledged = max([first, *(int(line) for line in child.stdout if line.endswith("\n"))])
        opened = open_user_database(user_path, 0)
        assert opened.notice == ""
        with closing(opened.connection) as conn:
            assert quick_check(conn) == []
            number = int(read_layout(conn, AUTOSAVED)["options"]["number"])
        assert number in {acknowledged, acknowledged + 1}
        acknowledged = number
