"""The pages of a database file, each in its newest version: from the write-ahead log or from the file itself."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Self

from candledesk.store.salvage.log import Log, read_log

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
_NUMBER = struct.Struct(">I")
_VERSION_AT, _FREE_AT = 60, 32


class PageFile:
    """Reads pages by their number, from 1. The database must not be open in this process (notes/storage.md §7)."""

    def __init__(self, path: Path, page_size: int, *, has_log: bool = True) -> None:
        """Open the file and read its log (``<name>-wal``), unless ``has_log`` is false; raises ``OSError``."""
        self.page_size = page_size
        log_path = path.with_name(path.name + "-wal")
        self.log = read_log(log_path, page_size) if has_log else Log({}, 0)
        self._file = path.open("rb")
        self._log_file = log_path.open("rb") if self.log.places else None
        n_whole = -(-path.stat().st_size // page_size)  # the last page of a truncated file may be a part of one
        self.n_pages = max([n_whole, *self.log.places])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._file.close()
        if self._log_file is not None:
            self._log_file.close()

    def read(self, number: int) -> bytes:
        """Return a page; zeros for what lies beyond the end of a truncated file, or cannot be read from the disk."""
        place = self.log.places.get(number)
        file = self._file if place is None or self._log_file is None else self._log_file
        try:
            file.seek((number - 1) * self.page_size if place is None else place)
            data = file.read(self.page_size)
        except OSError:  # a bad sector
            data = b""
        return data.ljust(self.page_size, b"\0")

    def read_version(self) -> int | None:
        """Return the schema version in the header, ``None`` when the header is damaged."""
        head = self.read(1)
        return _number(head, _VERSION_AT) if head.startswith(MAGIC) else None

    def read_free_pages(self) -> set[int]:
        """Return the unused pages, as far as their list can be followed; they hold rows that were deleted."""
        free: set[int] = set()
        head = self.read(1)
        trunk = _number(head, _FREE_AT) if head.startswith(MAGIC) else 0
        while 0 < trunk <= self.n_pages and trunk not in free:
            free.add(trunk)
            page = self.read(trunk)
            n_leaves = min(_number(page, 4), self.page_size // 4 - 2)
            free.update(_number(page, 8 + 4 * place) for place in range(n_leaves))
            trunk = _number(page, 0)
        return free


def _number(data: bytes, at: int) -> int:
    return int(_NUMBER.unpack_from(data, at)[0])
