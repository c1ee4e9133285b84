"""The chunks that were decoded last, so that scrolling back and forth decodes and checks none of them twice."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

MAX_BYTES = 48 << 20  # a million bars; a decoded chunk has at most 114 KB

ChunkKey = tuple[int, int, int, int, int]
"""Series, level, start, number of records and checksum: equal keys have equal records, in whatever database."""


class DecodedChunks:
    """A bounded map from what a chunk must hold to its decoded records; may be used by every thread."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        """Start empty."""
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._records: OrderedDict[ChunkKey, IntArray] = OrderedDict()
        self._lock = Lock()

    def get(self, key: ChunkKey) -> IntArray | None:
        """Return the read-only records of a chunk that was put here, ``None`` when they are not here any more."""
        with self._lock:
            records = self._records.get(key)
            if records is not None:
                self._records.move_to_end(key)
            return records

    def put(self, key: ChunkKey, records: IntArray) -> None:
        """Keep a copy of checked ``records``; the chunks that were used longest ago make room for it."""
        copied = records.copy()
        copied.flags.writeable = False
        with self._lock:
            if key in self._records:
                return
            self._records[key] = copied
            self._n_bytes += copied.nbytes
            while self._n_bytes > self._max_bytes:
                _, oldest = self._records.popitem(last=False)
                self._n_bytes -= oldest.nbytes

    def clear(self) -> None:
        """Forget every chunk."""
        with self._lock:
            self._records.clear()
            self._n_bytes = 0


decoded_chunks = DecodedChunks()
