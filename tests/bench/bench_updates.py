"""How late updates are: ``python -m tests.bench.bench_updates``. An hour of market time on a simulated clock.

40 followed series, the product's own scheduler (``cache.rounds``) and limiter core at the default rate, a request that
takes a second, four fetch threads. The hour ends ten minutes after the session's close, at which a bar of every series
closes. Printed is how long after a closed bar is available it is asked for and stored. Exit code 1 when a closed bar is
asked for later than 90 s, stored later than 150 s, or later than 30 s for the chart in front (case F18). More than the
rate can bring is reported as well, without a goal.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from statistics import median

from candledesk.cache.rules.planner import Facts
from candledesk.cache.upkeep.schedule import SeriesStatus, UpdateRate, UpdateScheduler
from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.calendar.update_times import LAG_S
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.rate_limiter import LimiterCore, RequestOutcome
from candledesk.providers.yahoo.capabilities import LIMITS
from candledesk.settings import Settings
from tests.cache.conftest import NOW, weekday_calendar

HOUR_S = 3_600
FETCH_S, N_THREADS, STEP_S = 1.0, 4, 0.25
CALENDAR = weekday_calendar()
TODAY = NOW // DAY_S * DAY_S
CLOSE = TODAY + 75_600
START = CLOSE + 600 - HOUR_S
ASKED_S, STORED_S, FRONT_S = 90.0, 150.0, 30.0
MIXES = {
    "4 x 1m, 12 x 5m, 12 x 15m, 8 x 1h, 4 x 1d": {"1m": 4, "5m": 12, "15m": 12, "1h": 8, "1d": 4},
    "40 x 5m": {"5m": 40},
    "40 x 1h": {"1h": 40},
}
OVERLOADS = {"40 x 1m": {"1m": 40}}


@dataclass
class Series:
    """One followed series: what is stored of it, and the closed bars that nobody has asked for."""

    symbol: str
    name: str
    asked: int = START
    stored: int = START
    waiting: list[float] = field(default_factory=list)
    asked_lags: list[float] = field(default_factory=list)
    stored_lags: list[float] = field(default_factory=list)

    def status(self, now: int, *, is_in_front: bool) -> SeriesStatus:
        """Return the series as the database would know it."""
        interval, asked = INTERVALS[self.name], self.asked
        edge = asked // interval.step_s * interval.step_s
        if CLOSE <= asked < CLOSE + 120:  # the last bar is not final yet
            edge = (CLOSE - 1) // interval.step_s * interval.step_s
        rows = [Coverage(Span(TODAY - 30 * DAY_S, edge), CoverageState.HAVE, self.stored)]
        is_forming = interval.is_daily or edge < CLOSE
        state, expires = (CoverageState.PROVISIONAL, asked + 30) if is_forming else (CoverageState.HAVE, None)
        rows.append(Coverage(Span(edge, edge + interval.step_s), state, self.stored, expires))
        facts = Facts(interval, CALENDAR, tuple(rows), None, now, LIMITS[interval.name])
        return SeriesStatus(facts, self.symbol, edge, is_active=True, is_in_front=is_in_front)

    def available(self) -> list[float]:
        """Return when each of the hour's closed bars can be asked for, in seconds from the start."""
        interval = INTERVALS[self.name]
        times = expected_open_times(CALENDAR, interval, Span(START - DAY_S, CLOSE + 1))
        closes = bar_close_times(CALENDAR, interval, times) + LAG_S - START
        return [float(close) for close in closes if 0 < close <= HOUR_S]


class Market:
    """The simulated hour."""

    def __init__(self, mix: dict[str, int], scrolls_each_s: float | None) -> None:
        """Follow the series of ``mix``, the first of them in front; a chart is scrolled every ``scrolls_each_s``."""
        settings = Settings()
        rate, burst = settings.requests_per_minute, settings.request_burst
        self.scheduler = UpdateScheduler(UpdateRate(settings.update_floor_s, rate))
        self.limiter = LimiterCore(rate, burst, settings.breaker_pause_s)
        names = [name for name, count in mix.items() for _ in range(count)]
        self.series = {(f"S{row:02}", name): Series(f"S{row:02}", name) for row, name in enumerate(names)}
        self.front = next(iter(self.series))
        self.scrolls_each_s = scrolls_each_s
        self.queue: list[tuple[int, int, object]] = []
        self.in_flight: list[tuple[float, float, object]] = []
        self.n_requests = self.n_arrived = 0

    def run(self) -> None:
        """Let the hour go by."""
        coming = {key: series.available() for key, series in self.series.items()}
        next_round, next_scroll, elapsed = 0.0, self.scrolls_each_s or float("inf"), 0.0
        while elapsed < HOUR_S:
            for key, series in self.series.items():
                while coming[key] and coming[key][0] <= elapsed:
                    series.waiting.append(coming[key].pop(0))
            if elapsed >= next_scroll:
                self.enqueue(0, None)
                next_scroll += self.scrolls_each_s or 0.0
            self.finish(elapsed)
            if elapsed >= next_round:
                next_round = elapsed + self.run_round(elapsed)
            self.send(elapsed)
            elapsed += STEP_S
        for series in self.series.values():
            series.asked_lags += [elapsed - at for at in series.waiting]
            series.stored_lags += [elapsed - at for at in series.waiting]

    def enqueue(self, priority: int, task: object) -> None:
        """Wait for the limiter, as ``Limiter.acquire`` orders its waiters."""
        self.n_arrived += 1
        self.queue.append((priority, self.n_arrived, task))

    def run_round(self, elapsed: float) -> float:
        """Start what is due; return the pause until the next round."""
        now = START + int(elapsed)
        rows = [series.status(now, is_in_front=key == self.front) for key, series in self.series.items()]
        found = self.scheduler.plan(rows, elapsed, is_alone=not any(row[0] == 0 for row in self.queue))
        for task in found.tasks:
            self.scheduler.begin(task, now, elapsed)
            self.enqueue(1, task)
        return found.pause_s

    def send(self, elapsed: float) -> None:
        """Let requests leave, the most urgent first."""
        while self.queue and len(self.in_flight) < N_THREADS:
            first = min(self.queue, key=lambda row: row[:2])
            if self.limiter.wait_s(elapsed, first[0]) > 0:
                return
            self.limiter.take(elapsed)
            self.queue.remove(first)
            self.in_flight.append((elapsed + FETCH_S, elapsed, first[2]))
            self.n_requests += 1

    def finish(self, elapsed: float) -> None:
        """Store what has been answered."""
        for row in [row for row in self.in_flight if row[0] <= elapsed]:
            self.in_flight.remove(row)
            self.limiter.report(elapsed, 1, RequestOutcome.ANSWERED)
            _, sent, task = row
            if task is None:
                continue
            series, now = self.series[task.symbol, task.interval.name], START + int(elapsed)
            series.asked, series.stored = START + int(sent), now
            served = [at for at in series.waiting if at <= sent]
            series.waiting = [at for at in series.waiting if at > sent]
            series.asked_lags += [sent - at for at in served]
            series.stored_lags += [elapsed - at for at in served]
            self.scheduler.history(task.key).end(now, elapsed, is_answered=True)


@dataclass(frozen=True)
class Lags:
    """Seconds from a closed bar's being available: the worst and the median, and of the chart in front the worst."""

    n_bars: int
    n_requests: int
    asked_worst: float
    stored_worst: float
    stored_median: float
    front_worst: float


def simulate(mix: dict[str, int], scrolls_each_s: float | None = None) -> Lags:
    """Return how late the closed bars of an hour are."""
    market = Market(mix, scrolls_each_s)
    market.run()
    asked = [lag for series in market.series.values() for lag in series.asked_lags]
    stored = [lag for series in market.series.values() for lag in series.stored_lags]
    front = market.series[market.front].stored_lags
    return Lags(len(stored), market.n_requests, max(asked), max(stored), median(stored), max(front))


def main() -> int:
    """Print a line for each mix; return the exit code."""
    is_missed = False
    heads = ("bars", "requests", "asked worst", "stored worst", "median", "in front")
    tell("40 followed series, an hour of market time, 24 requests a minute; seconds after a closed bar is available")
    tell(f"{'series':62}" + "".join(f"{head:>14}" for head in heads))
    for name, mix in {**MIXES, **OVERLOADS}.items():
        for scrolls, words in ((None, ""), (20.0, ", a chart is scrolled")):
            lags = simulate(mix, scrolls)
            is_late = lags.asked_worst > ASKED_S or lags.stored_worst > STORED_S or lags.front_worst > FRONT_S
            is_missed |= is_late and name in MIXES and scrolls is None
            figures = (lags.n_bars, lags.n_requests, lags.asked_worst, lags.stored_worst)
            tell(
                f"{name + words:62}" + "".join(f"{x:>14.0f}" for x in (*figures, lags.stored_median, lags.front_worst))
            )
    verdict = (
        "missed"
        if is_missed
        else "reached; 40 x 1m is more than the rate can bring: each bar is late, none is left out"
    )
    tell(f"asked <= {ASKED_S:.0f}, stored <= {STORED_S:.0f}, in front <= {FRONT_S:.0f}: {verdict}")
    return int(is_missed)


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
