"""The manifest of a dataset: which files of which series it has, and in what state each series was (pure).

It is the file ``_manifest.json`` of the dataset. It is there while every file that it lists is as it says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from urllib.parse import quote

from candledesk.domain.errors import EnvironmentFaultError

FORMAT = "candledesk.dataset/1"


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file, which has the bars of one calendar year (UTC) of a series.

    ``n_bytes``: the size of the file; ``crc``: CRC-32 of its rows, by which an unchanged year is recognised.
    """

    n_bars: int
    n_bytes: int
    crc: int


@dataclass(frozen=True, slots=True)
class DatasetSeries:
    """One series of the dataset.

    ``revision``: that of the cache (``series.rev``); ``state``: CRC-32 of what else decides the rows (flags, and which
    bars are final); ``files``: by year.
    """

    symbol: str
    interval: str
    revision: int
    state: int
    files: dict[str, DatasetFile] = field(default_factory=dict)

    @property
    def n_bars(self) -> int:
        """The bars of all files."""
        return sum(one.n_bars for one in self.files.values())

    def path_of(self, year: str) -> str:
        """Return the path of a file, relative to the dataset."""
        return file_path(self.symbol, self.interval, year)


Manifest = dict[tuple[str, str], DatasetSeries]
"""The series of a dataset by symbol and name of the interval."""


def file_path(symbol: str, interval: str, year: str) -> str:
    """Return ``interval=1d/symbol=AAPL/year=2026.parquet``.

    Characters that a file name or a reader of Hive partitions may not take are written as in URLs: ``ES%3DF``.
    """
    return f"interval={interval}/symbol={quote(symbol, safe='')}/year={year}.parquet"


def manifest_text(manifest: Manifest, written_at: str) -> str:
    """Return the manifest as JSON; ``written_at``: when, as ISO-8601."""
    series = [asdict(manifest[key]) for key in sorted(manifest)]
    return json.dumps({"format": FORMAT, "written_at": written_at, "series": series}, indent=1) + "\n"


def parse_manifest(text: str, name: str) -> Manifest:
    """Return the manifest of ``manifest_text``; ``EnvironmentFaultError`` for any other text, which names ``name``."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise EnvironmentFaultError(
                f"{name} is of the format {document['format']!r}, not {FORMAT}: use another DIR"
            )
        found = [
            DatasetSeries(**{**row, "files": {year: DatasetFile(**one) for year, one in row["files"].items()}})
            for row in document["series"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvironmentFaultError(f"{name} cannot be read ({error}): delete it, and export again") from error
    return {(one.symbol, one.interval): one for one in found}
