"""What a check and a repair say to people: what was counted, both sides of a damage, what is lost and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.domain.times import iso_time
from candledesk.store.market.chunks.proof import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from candledesk.domain.bars import Bars
    from candledesk.providers.base import Capabilities
    from candledesk.store.market.chunks.comparison import Comparison
    from candledesk.store.market.integrity.check import DamagedSeries, MarketCheck
    from candledesk.store.market.integrity.repair import RepairedSeries

MAX_FINDINGS = 3  # named of one series
MAX_SPANS = 20  # listed of one series
_BACKUP = "restore it from a backup (`candledesk backup --list`)"


@dataclass(frozen=True, slots=True)
class Refetch:
    """Whether bars can be fetched again: the provider's name, and since when it has them (UTC seconds).

    ``since`` ``None``: it has the whole history; ``title`` empty: there is no provider to ask, as for imported series.
    """

    title: str
    since: int | None


def make_refetch(capabilities: Mapping[str, Capabilities], now: int) -> Callable[[str, str], Refetch]:
    """Return a function of symbol and interval name; ``capabilities``: by provider id."""
    from candledesk.domain.symbols import split_symbol

    def find(symbol: str, interval: str) -> Refetch:
        provider = capabilities.get(split_symbol(symbol)[0])
        limits = None if provider is None else provider.intervals.get(interval)
        if provider is None or limits is None:
            return Refetch("", None)
        return Refetch(provider.title, None if limits.lookback_s is None else now - limits.lookback_s)

    return find


def count_text(check: MarketCheck) -> str:
    """Return what was checked: ``12,004 bars in 12 series, 58 chunks, 34 rows``."""
    return (
        f"{check.n_bars:,} bars in {check.n_series:,} series, {check.n_chunks:,} chunks, "
        f"{check.n_rows:,} rows of other tables checked"
    )


def summary_text(series: DamagedSeries) -> str:
    """Return the damage of a series in one line."""
    texts = [series.fault] if series.fault else []
    texts += [str(finding) for finding in series.findings]
    return "; ".join(texts[:MAX_FINDINGS]) + (f" and {len(texts) - MAX_FINDINGS} more" if texts[MAX_FINDINGS:] else "")


def comparison_lines(series: DamagedSeries) -> list[str]:
    """Return both sides of the first damaged chunks of a series: the bars that differ, and which copy is proven."""
    return [line for comparison in series.comparisons for line in _compare(comparison)]


def _compare(comparison: Comparison) -> list[str]:
    finding, n = comparison.finding, comparison.n_differing
    sides = f"rows: {_copy(comparison.n_rows, is_proven=comparison.is_rows_proven)}"
    sides += f"; chunk: {_copy(comparison.n_chunk, is_proven=comparison.is_chunk_proven)}"
    lines = [f"chunk {finding.key}: {sides}; {_OUTCOMES[finding.verdict]}"]
    if comparison.n_rows is None or comparison.n_chunk is None or not n:
        return lines
    rows, chunk = _by_time(comparison.rows), _by_time(comparison.chunk)
    times = sorted(rows | chunk)
    lines += [
        f"  {iso_time(time)} row {rows.get(time, 'missing')} | chunk {chunk.get(time, 'missing')}" for time in times
    ]
    return lines + ([f"  and {n - len(times):,} more bars that differ"] if n > len(times) else [])


_OUTCOMES = {
    Verdict.BOTH: "both are equal, and a checksum is damaged",
    Verdict.CHUNK: "the chunk is right",
    Verdict.ROWS: "the rows are right",
    Verdict.NEITHER: "only the bars that are equal in both are kept",
}


def _copy(n_bars: int | None, *, is_proven: bool) -> str:
    if n_bars is None:
        return "missing or unreadable"
    return f"{n_bars:,} bars, " + ("agree with the checksum" if is_proven else "do not agree with the checksum")


def _by_time(bars: Bars) -> dict[int, str]:
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {
        time: f"O {opened:.10g} H {high:.10g} L {low:.10g} C {close:.10g} V {volume:.10g}"
        for time, opened, high, low, close, volume in rows
    }


def repair_text(repaired: RepairedSeries) -> str:
    """Return what was done to a series, in one line."""
    if repaired.left:
        return f"still damaged: {repaired.left[0]}"
    done = []
    if repaired.n_from_rows:
        done.append(f"rebuilt from the rows: {_count(repaired.n_from_rows, 'chunk')}")
    if repaired.n_from_chunks:
        done.append(f"rows written from {_count(repaired.n_from_chunks, 'chunk')}")
    if repaired.lost:
        done.append(f"lost: {_count(repaired.n_lost, 'bar')}")
    return "; ".join(done) or "rebuilt from the rows: what was derived from the bars"


def lost_lines(repaired: RepairedSeries, refetch: Refetch) -> list[str]:
    """Return a line for each span of a series whose bars are lost: whether they can be fetched again, or what to do."""
    lines = [_lost(span, refetch) for span in _split(repaired.lost, refetch)]
    rest = len(lines) - MAX_SPANS
    return lines[:MAX_SPANS] + ([f"and {rest:,} more spans"] if rest > 0 else [])


def _split(spans: Sequence[Span], refetch: Refetch) -> list[Span]:
    """Cut spans where the history of the provider begins."""
    if refetch.since is None:
        return list(spans)
    parts = [(span.start, min(span.end, refetch.since)) for span in spans]
    parts += [(max(span.start, refetch.since), span.end) for span in spans]
    return sorted(Span(start, end) for start, end in parts if start < end)


def _lost(span: Span, refetch: Refetch) -> str:
    what = f"lost {iso_time(span.start)} to {iso_time(span.end)}: "
    if not refetch.title:
        return f"{what}cannot be fetched again; {_BACKUP}"
    if refetch.since is not None and span.start < refetch.since:
        return f"{what}{refetch.title} has no bars before {iso_time(refetch.since // DAY_S * DAY_S)[:10]}; {_BACKUP}"
    return f"{what}{refetch.title} still has it: it is fetched again when it is shown or filled"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
