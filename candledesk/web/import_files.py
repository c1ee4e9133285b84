"""Bars that another process hands to the running instance: as Parquet files in a folder of the home that both share.

The body of a request is too small for them, and a path of anywhere would let a client read files through the instance.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError, InputError

if TYPE_CHECKING:
    from pathlib import Path

NAME_PATTERN = "^[A-Za-z0-9_-]{1,64}\\.parquet$"
_PRICES = ("open", "high", "low", "close", "volume")


def write_bars(folder: Path, bars: Bars) -> Path:
    """Write bars into a new file of the folder, which is made if needed; ``EnvironmentFaultError`` where it cannot."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: getattr(bars, name) for name in _PRICES}
    table = pa.table({"timestamp": pa.array(bars.open_time, pa.timestamp("s", tz="UTC")), **columns})
    path = folder / f"{secrets.token_hex(16)}.parquet"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        pq.write_table(table, path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise EnvironmentFaultError(f"Cannot write {path}: {error.strerror or error}") from error
    return path


def read_bars(folder: Path, name: str) -> Bars:
    """Return the bars of a file of the folder, in its order.

    The columns ``timestamp`` (with a zone) ``open high low close volume`` are needed. Raises ``InputError`` for a file
    that is not there or is something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not re.fullmatch(NAME_PATTERN, name):
        raise InputError("file", "Name a .parquet file in the folder imports of the home")
    path = folder / name
    if not path.is_file() or path.is_symlink():
        raise InputError("file", f"There is no file {name} in {folder}")
    try:
        table = pq.read_table(path, columns=["timestamp", *_PRICES])
        times = table.column("timestamp").cast(pa.timestamp("s", "UTC")).cast(pa.int64()).to_numpy()
        columns = [np.array(table.column(one).cast(pa.float64()).to_numpy(), np.float64) for one in _PRICES]
    except (pa.ArrowException, KeyError) as error:
        raise InputError("file", f"{name} does not hold timestamp, open, high, low, close and volume") from error
    return Bars(np.array(times, np.int64), *columns)
