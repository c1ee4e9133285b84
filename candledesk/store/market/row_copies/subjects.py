"""What a row of a small table is, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.domain.times import iso_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.store.market.row_copies.tables import Layout
    from candledesk.store.market.row_copies.voting import Row, Votes

# By table; the words in braces are its columns, ``series`` and ``instrument`` what their numbers stand for.
_SUBJECTS = {
    "venue": "the venue {mic}",
    "instrument": "the instrument {symbol}",
    "series": "the series {series}",
    "stated_session": "the session of {open} of {key}",
    "coverage": "the coverage of {series} from {lo} to {hi}",
    "corporate_action": "the {kind} of {instrument} of {ts}",
    "odd_bar": "the flag of the bar of {series} at {ts}",
    "dropped_row": "the dropped row of {series} at {ts}",
    "backfill_job": "job {job_id} ({kind} of {series})",
    "harvest": "the entry of {series} in the archive",
    "provider_limiter": "the state of the limiter of {provider}",
    "provider_limit": "a limit of {provider} for {interval}",
}
_TIMES = {"lo", "hi", "ts", "open"}


class Subjects:
    """Names the rows of all small tables by what is proven of instruments and series."""

    def __init__(self, all_votes: Sequence[Votes]) -> None:
        """``all_votes``: of the tables of instruments and series at least."""
        self._instruments: dict[Any, str] = {}
        self._series: dict[Any, str] = {}
        votes = {one.layout.table.name: one for one in all_votes}
        for row in _rows(votes["instrument"]):
            self._instruments[row["instrument_id"]] = str(row["symbol"])
        for row in _rows(votes["series"]):
            owner = self._instruments.get(row["instrument_id"], f"instrument {row['instrument_id']}")
            self._series[row["series_id"]] = f"{owner} {row['interval']}"

    def name(self, layout: Layout, row: Row) -> str:
        """Return what a row of a table is; ``row``: one version of it, also a damaged one."""
        values: dict[str, object] = dict(zip(layout.columns, row, strict=True))
        number, owner = values.get("series_id"), values.get("instrument_id")
        words = {name: _time(value) if name in _TIMES else value for name, value in values.items()}
        words["series"] = self._series.get(number, f"series {number}")
        words["instrument"] = self._instruments.get(owner, f"instrument {owner}")
        return _SUBJECTS[layout.table.name].format(**words)


def _rows(votes: Votes) -> list[Mapping[str, Any]]:
    return [dict(zip(votes.layout.columns, row, strict=True)) for row in votes.proven.values()]


def _time(value: object) -> object:
    return iso_time(value) if isinstance(value, int) else value
