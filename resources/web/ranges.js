// The spans of dates behind the buttons under the chart, each from a first bar to the latest one, in the interval they are shown in.

export const RANGES = [
  { name: "1D", words: "1 day", interval: "1m", sessions: 1 },
  { name: "5D", words: "5 days", interval: "5m", sessions: 5 },
  { name: "1M", words: "1 month", interval: "30m", months: 1 },
  { name: "3M", words: "3 months", interval: "1h", months: 3 },
  { name: "6M", words: "6 months", interval: "1d", months: 6 },
  { name: "YTD", words: "This year", interval: "1d", isYear: true },
  { name: "1Y", words: "1 year", interval: "1d", months: 12 },
  { name: "5Y", words: "5 years", interval: "1wk", months: 60 },
  { name: "All", words: "The whole history", interval: "1mo" },
];
const DAY = 86400;
const POLL_MS = 40;
const MAX_LOADS = 20; // of older bars for a range

// When a range begins, in seconds: the last so many sessions, or so many months before the latest bar, or its year, all by the dates of
// the axis; -Infinity for the whole history. `axisTimes`: those of the bars. A first session that is not loaded is an estimate.
export function rangeStart(range, bars, axisTimes) {
  const last = axisTimes.length - 1;
  const shift = axisTimes[last] - bars[last].time; // of the zone, at the latest bar
  if (range.sessions) return sessionsStart(range.sessions, bars, axisTimes);
  if (!range.months && !range.isYear) return -Infinity;
  const latest = new Date(axisTimes[last] * 1000);
  const [year, month, day] = [latest.getUTCFullYear(), latest.getUTCMonth(), latest.getUTCDate()];
  if (range.isYear) return Date.UTC(year, 0, 1) / 1000 - shift;
  const nDays = new Date(Date.UTC(year, month - range.months + 1, 0)).getUTCDate(); // of the first month
  return Date.UTC(year, month - range.months, Math.min(day, nDays)) / 1000 - shift;
}

function sessionsStart(n, bars, axisTimes) {
  let left = n;
  for (let i = bars.length - 1; i > 0; i -= 1) {
    if (Math.floor(axisTimes[i] / DAY) === Math.floor(axisTimes[i - 1] / DAY)) continue;
    left -= 1;
    if (left === 0) return bars[i].time;
  }
  return bars[0].time - Math.ceil((left * 7) / 5) * DAY;
}

// Shows a range of dates of the page's symbol up to the latest bar, in the range's interval.
export async function showRange(page, range) {
  const { symbol } = page.series ?? {};
  if (!symbol) return;
  if (range.interval !== page.interval || page.series.end !== null) await page.openNew(symbol, range.interval);
  const { series } = page;
  if (series.symbol !== symbol || series.interval !== range.interval || series.bars.length === 0) return;
  const start = await loadRange(page, series, range);
  if (page.series !== series) return;
  page.hasMoved = true;
  page.chart.setRange(start, null);
  page.place.step(page.current(), series.facts.isDaily);
}

// Loads older bars until the range is there; resolves to when it begins.
async function loadRange(page, series, range) {
  for (let i = 0; ; i += 1) {
    while (series.isLoading) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const start = rangeStart(range, series.bars, page.chart.axisTimes);
    const [first] = series.bars;
    if (page.series !== series || start >= first.time || series.isDone || series.problem || i === MAX_LOADS) return Math.max(start, first.time);
    await series.loadOlder(Number.isFinite(start) ? first.time - start : 8 * series.facts.span);
  }
}
