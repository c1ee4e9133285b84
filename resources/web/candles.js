// Reads candles: a range in seconds becomes ISO-8601 `from` and `to`, and every page of the answer is read.

import { get } from "./api.js";
import { toIso } from "./time.js";

const DAY = 86400;
const PIECE_S = 3; // a longer wait is cut into requests: a browser opens six connections to one host, for all its pages
const YEAR = 365.25 * DAY;

// `span`: seconds that hold some 300 bars of a stock; `base`: the interval it is derived from; `reach`: a derived bar may open this long
// before the bars it is made of.
export const INTERVALS = {
  "1m": { step: 60, span: 4 * DAY },
  "2m": { step: 120, span: 6 * DAY },
  "5m": { step: 300, span: 8 * DAY },
  "15m": { step: 900, span: 18 * DAY },
  "30m": { step: 1800, span: 35 * DAY, base: "15m", reach: 1800 },
  "1h": { step: 3600, span: 65 * DAY },
  "90m": { step: 5400, span: 59 * DAY },
  "4h": { step: 14400, span: 220 * DAY, base: "1h", reach: 14400 },
  "1d": { step: DAY, span: 450 * DAY, isDaily: true, reach: DAY },
  "1wk": { step: 7 * DAY, span: 6 * YEAR, isDaily: true, base: "1d", reach: 7 * DAY },
  "1mo": { step: 28 * DAY, span: 26 * YEAR, isDaily: true, isMonthly: true, base: "1d", reach: 31 * DAY },
  "3mo": { step: 90 * DAY, span: 78 * YEAR, isDaily: true, isMonthly: true, base: "1d", reach: 92 * DAY },
};

function rowsOf(columns) {
  const { time, open, high, low, close, volume, final, odd } = columns;
  return time.map((at, i) => ({ time: at, open: open[i], high: high[i], low: low[i], close: close[i], volume: volume[i], final: final[i], odd: odd[i] }));
}

// One page of an answer; a wait for bars is asked again until its time is over, unless the answer came early: then it is final.
async function askPage(query, signal, onRequest) {
  for (let left = query.timeout ?? 0; ; left -= PIECE_S) {
    const begun = performance.now();
    onRequest();
    const answer = await get("/api/v1/candles", { ...query, timeout: query.timeout && Math.min(left, PIECE_S) }, signal);
    const isCut = answer.gaps.length > 0 && performance.now() - begun > (PIECE_S - 0.1) * 1000;
    if (query.fill !== "wait" || left <= PIECE_S || !isCut) return answer;
  }
}

// The candles of `range` ({from, to} in seconds, `to` left out: until now). `fill`: "wait", "async" or "none"; `limit`: only the
// first so many, else all pages. `onRequest()` is called for each request. Answers {bars, gaps, complete, answer}: `answer` is
// the last page's without its candles.
export async function getCandles({ symbol, interval, adjust }, range, { fill, timeout, limit, signal, onRequest = () => {} }) {
  const query = { symbol, interval, adjust: adjust === "splits" ? undefined : adjust, from: toIso(range.from), to: range.to === undefined ? undefined : toIso(range.to), fill, timeout, limit, prefetch: fill === "wait" ? "true" : undefined, format: "columns" };
  const [bars, gaps] = [[], []];
  for (let cursor; ; ) {
    const { candles, ...answer } = await askPage({ ...query, cursor }, signal, onRequest);
    bars.push(...rowsOf(candles));
    gaps.push(...answer.gaps);
    if (!answer.next || limit !== undefined) return { bars, gaps, complete: gaps.length === 0, answer };
    cursor = answer.next;
  }
}

// Merges bars by their opening time: a newer bar replaces the older one. Returns the same array when nothing changed.
export function mergeBars(old, fresh) {
  if (fresh.length === 0) return old;
  if (old.length === 0 || fresh.at(-1).time < old[0].time) return [...fresh, ...old];
  if (fresh[0].time > old.at(-1).time) return [...old, ...fresh];
  const byTime = new Map(old.map((bar) => [bar.time, bar]));
  let isNew = false;
  for (const bar of fresh) {
    const before = byTime.get(bar.time);
    if (before && Object.keys(bar).every((key) => before[key] === bar[key])) continue;
    isNew = true;
    byTime.set(bar.time, bar);
  }
  return isNew ? [...byTime.values()].sort((a, b) => a.time - b.time) : old;
}

// The index of the last bar that opens at or before `time`, -1 when there is none.
export function indexAt(bars, time) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].time <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Returns the function that formats a price with the instrument's decimals and thousands separators, for the axis and the legend.
export function priceFormatter(decimals) {
  return new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format;
}
