"""What a check and a repair say to people: what was counted, both sides of a damage, what is lost and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.maintenance.storage import lost_spans
from candledesk.domain.span import Span, subtract_spans
from candledesk.domain.symbols import split_symbol
from candledesk.domain.texts import count_text
from candledesk.domain.times import iso_time
from candledesk.store.market.chunks.proof import Verdict
from candledesk.store.market.row_copies.repair import RowVerdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from candledesk.cache.fetching.provider_limits import ProviderLimits
    from candledesk.domain.bars import Bars
    from candledesk.store.market.chunks.comparison import Comparison
    from candledesk.store.market.integrity.check import DamagedSeries, MarketCheck
    from candledesk.store.market.integrity.repair import RepairedMarket, RepairedSeries
    from candledesk.store.market.row_copies.repair import RowFinding

MAX_FINDINGS = 3  # named of one series
MAX_SPANS = 20  # listed of one series
MAX_FAULTS = 5
INDENT = " " * 8
MAX_ROWS = 20  # of other tables, listed
SALVAGE = "`candledesk doctor --repair` saves what can be read into a new file"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of the doctor: its name, whether it passed, and what was found or done.

    ``details``: lines about each damage; ``has_lost``: whether something was lost in a repair that succeeded.
    """

    name: str
    is_ok: bool
    text: str
    details: tuple[str, ...] = ()
    has_lost: bool = False

    @property
    def mark(self) -> str:
        """The result in a word: ``ok``, ``LOST`` or ``FAIL``."""
        return "LOST" if self.has_lost else "ok" if self.is_ok else "FAIL"

    def to_lines(self) -> list[str]:
        """Return the check as lines of text, the details indented."""
        return [f"{self.mark:4}  {self.name}: {self.text}", *(f"{INDENT}{line}" for line in self.details)]


def read_lines(lines: Iterable[str]) -> list[CheckLine]:
    """Return the checks whose ``to_lines`` are given one after the other."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(INDENT) and found:
            found[-1][1].append(line.removeprefix(INDENT))
        else:
            found.append((line, []))
    return [_read(line, tuple(details)) for line, details in found]


def _read(line: str, details: tuple[str, ...]) -> CheckLine:
    mark, _, rest = line.partition("  ")
    name, _, text = rest.lstrip().partition(": ")
    return CheckLine(name, is_ok=mark != "FAIL", text=text, details=details, has_lost=mark == "LOST")


@dataclass(frozen=True, slots=True)
class Refetch:
    """Whether lost bars of a series can be fetched again: from whom, and the spans that nobody can send again."""

    provider: str
    gone: tuple[Span, ...]


RefetchOf = Callable[["DamagedSeries"], Refetch]


def make_refetch(
    limits: ProviderLimits, titles: Mapping[str, str], imports: Mapping[int, Sequence[Span]], now: int
) -> RefetchOf:
    """Return the ``Refetch`` of any series. ``titles``: by provider id; ``imports``: imported spans by series."""

    def find(series: DamagedSeries) -> Refetch:
        spans = lost_spans(limits, series.symbol, series.interval, imports.get(series.series_id, ()), now)
        return Refetch(titles.get(split_symbol(series.symbol)[0], "the provider"), tuple(spans))

    return find


def describe_check(file: str, n_bytes: int, check: MarketCheck) -> list[CheckLine]:
    """Return what a check found: of the file, and of each damaged series."""
    if check.faults:
        text = f"damaged, {check.faults[0]}; {SALVAGE}"
        return [CheckLine("database", is_ok=False, text=text, details=check.faults[1:MAX_FAULTS])]
    rows = [describe_rows(check.rows, is_repaired=False)] if check.rows else []
    exact = f"{check.n_series - len(check.damaged)} of {check.n_series} series exact"
    text = f"{file}, {n_bytes:,} bytes, integrity ok, {checked_text(check)}, {exact}"
    series = (_describe_damaged(one) for one in check.damaged)
    return [CheckLine("database", is_ok=True, text=text), *rows, *series]


def describe_rows(rows: Sequence[RowFinding], *, is_repaired: bool) -> CheckLine:
    """Return what was found, or done, where rows of the small tables are not equal to their copies."""
    n_lost = sum(row.verdict in {RowVerdict.NEITHER, RowVerdict.LAST} for row in rows)
    text = f"{len(rows):,} damaged " + ("entry" if len(rows) == 1 else "entries")
    if is_repaired:
        text += f"; {len(rows) - n_lost:,} restored" + (f", {n_lost:,} not proven" if n_lost else "")
    else:
        text += "; `candledesk doctor --repair` restores them from their copies"
    details = tuple(str(row) for row in rows[:MAX_ROWS])
    return CheckLine("other tables", is_ok=is_repaired, text=text, details=details, has_lost=is_repaired and n_lost > 0)


def _describe_damaged(series: DamagedSeries) -> CheckLine:
    text = f"{summary_text(series)}; `candledesk doctor --repair` writes the proven copy over the other"
    return CheckLine(_name(series), is_ok=False, text=text, details=tuple(comparison_lines(series)))


def describe_repaired(repaired: RepairedMarket, refetch_of: RefetchOf) -> list[CheckLine]:
    """Return what was done to rows of the small tables and to each series."""
    rows = [describe_rows(repaired.rows, is_repaired=True)] if repaired.rows else []
    return [*rows, *(describe_repair(one, refetch_of) for one in repaired.series)]


def describe_repair(repaired: RepairedSeries, refetch_of: RefetchOf) -> CheckLine:
    """Return what was done to a series, with both sides of its damage, and what was lost."""
    series = repaired.series
    lost = lost_lines(repaired, refetch_of(series)) if repaired.lost else []
    text = repair_text(repaired)
    if series.findings or series.fault:
        text += f", for {summary_text(series)}"
    details = (*comparison_lines(series), *lost)
    return CheckLine(_name(series), is_ok=not repaired.left, text=text, details=details, has_lost=bool(lost))


def _name(series: DamagedSeries) -> str:
    return f"chunks of {series.symbol} {series.interval}"


def checked_text(check: MarketCheck) -> str:
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
        done.append(f"rebuilt from the rows: {count_text(repaired.n_from_rows, 'chunk')}")
    if repaired.n_from_chunks:
        done.append(f"rows written from {count_text(repaired.n_from_chunks, 'chunk')}")
    if repaired.lost:
        done.append(f"lost: {count_text(repaired.n_lost, 'bar')}")
    return "; ".join(done) or "rebuilt from the rows: what was derived from the bars"


def lost_lines(repaired: RepairedSeries, refetch: Refetch) -> list[str]:
    """Return a line for each span of a series whose bars are lost: whether they can be fetched again, or what to do."""
    lines = [_lost(span, refetch, is_askable=is_askable) for span, is_askable in _split(repaired.lost, refetch)]
    rest = len(lines) - MAX_SPANS
    return lines[:MAX_SPANS] + ([f"and {rest:,} more spans"] if rest > 0 else [])


def _split(spans: Sequence[Span], refetch: Refetch) -> list[tuple[Span, bool]]:
    """Cut spans into those that can be fetched again (true) and those that cannot, ascending."""
    askable = subtract_spans(spans, refetch.gone)
    gone = subtract_spans(spans, askable)
    return sorted([(span, True) for span in askable] + [(span, False) for span in gone])


def _lost(span: Span, refetch: Refetch, *, is_askable: bool) -> str:
    what = f"lost {iso_time(span.start)} to {iso_time(span.end)}: "
    if is_askable:
        return f"{what}{refetch.provider} still has it; it is fetched again when it is shown or filled"
    return f"{what}cannot be fetched again; restore it from a backup (`candledesk backup --list`)"
