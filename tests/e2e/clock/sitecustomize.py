"""Moves the clock of a server process and its children: ``DESK_CLOCK`` names a file with the seconds to add."""

import mmap
import os
import struct
import time
from pathlib import Path

if "DESK_CLOCK" in os.environ:
    with Path(os.environ["DESK_CLOCK"]).open("rb") as file:
        shift = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    real_time = time.time

    def moved_time() -> float:
        return real_time() + struct.unpack("d", shift[:])[0]

    time.time = moved_time
