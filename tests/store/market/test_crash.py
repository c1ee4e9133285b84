"""kill -9 while a process stores bars and their coverage: both are stored or neither is."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from candledesk.store.market.bars import count_bars, read_bars
from candledesk.store.market.coverage import read_coverage
from candledesk.store.market.database import connect_writer, quick_check

ROOT = Path(__file__).parents[3]
BATCH = 500
SCRIPT = f"""
import sys
from pathlib import Path
import numpy as np
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span
from candledesk.store.market.bars import bars_extent, write_bars
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction

path, series = Path(sys.argv[1]), int(sys.argv[2])
create_or_open(path)
conn = connect_writer(path)
extent = bars_extent(conn, series)
start = 0 if extent is None else extent.end - 1 + 60
while True:
    time = start + 60 * np.arange({BATCH}, dtype=np.int64)
    ones = [np.ones({BATCH}) for _ in range(5)]
    with transaction(conn):
        write_bars(conn, series, Bars(time, *ones))
        end = start + 60 * {BATCH}
        write_coverage(conn, series, [Coverage(Span(start, end), CoverageState.HAVE, 1)])
    start = end
    print(start, flush=True)
"""


def test_after_a_kill_bars_and_coverage_agree(path, writer, series):
    writer.close()
    for cycle in range(5):
        call = [sys.executable, "-c", SCRIPT, str(path), str(series)]
        with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            acknowledged = int(child.stdout.readline())
            time.sleep(0.013 * cycle)
            child.kill()
            acknowledged = max([acknowledged, *(int(line) for line in child.stdout if line.endswith("\n"))])
        with closing(connect_writer(path)) as conn:
            assert quick_check(conn) == []
            (piece,) = read_coverage(conn, series)
            assert piece.span.start == 0
            assert piece.span.end >= acknowledged
            assert count_bars(conn, series) * 60 == piece.span.end
            assert len(read_bars(conn, series, piece.span)) * 60 == piece.span.end
