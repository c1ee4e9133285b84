"""An empty candle database as a copy: making one runs every migration, which takes ten times as long."""

import functools
import tempfile
from pathlib import Path

from candledesk.store.market.database import create_or_open


@functools.cache
def _image():
    with tempfile.TemporaryDirectory() as folder:
        create_or_open(Path(folder) / "candles.db")
        return (Path(folder) / "candles.db").read_bytes()


def write_empty_candles(path):
    """Write the database to ``path``, byte for byte as ``create_or_open`` makes it."""
    path.touch(0o600)
    path.write_bytes(_image())
