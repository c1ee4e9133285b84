// Where the points of drawings lie among the bars of the chart: the rules of the window.

const DAY = 86_400;

// The longest calendar time of one bar in seconds, long holidays between its sessions included.
function longestOf(name, { step, isDaily }) {
  if (!isDaily || step === DAY) return step;
  const n = parseInt(name, 10);
  return { d: 2 * n + 14, wk: 7 * (n + 1), mo: 31 * n, y: 366 * n }[name.slice(String(n).length)] * DAY;
}

// The bars whose index is known, ascending: those that are loaded, those to come, and outside of them those of `counts`, which the
// server counted from the bar at `reference` (null: none). `times`: of loaded bars and of those to come; `nBars`: how many are loaded.
export function knownBars(times, nBars, { interval, facts }, counts) {
  const index = times.map((_, i) => i);
  const known = { times, index, step: facts.step, longest: longestOf(interval, facts), isMonthly: Boolean(facts.isMonthly) };
  const average = times.length > 1 ? (times.at(-1) - times[0]) / (times.length - 1) : facts.step;
  Object.assign(known, { average: Math.max(average, 1) });
  const at = counts ? times.slice(0, nBars).indexOf(counts.reference) : -1;
  if (at < 0) return known;
  const counted = counts.time.map((time, i) => [time, counts.position[i] + at]);
  const left = counted.filter(([time]) => time < times[0]);
  const right = counted.filter(([time]) => time > times.at(-1));
  known.times = [...left.map(([time]) => time), ...times, ...right.map(([time]) => time)];
  known.index = [...left.map(([, place]) => place), ...index, ...right.map(([, place]) => place)];
  return known;
}

// The fractional index of the bar that was drawn in, of which `t` and `until` are the span: that bar; else the bar that holds its time
// (coarser interval); else the first bar within it (finer interval); else a share of the way, by time, between the bars beside it.
// `isByTime` of the bars: a point of a finer interval lies within the bar that holds it by its time, not at the centre.
export function indexOf(point, bars) {
  const { t, until } = point;
  const { times, index, step, longest, isMonthly, average } = bars;
  const last = times.length - 1;
  if (last < 0) return NaN;
  if (t < times[0]) return until > times[0] ? index[0] : index[0] + (t - times[0]) / average;
  if (t >= times[last]) {
    const length = isMonthly ? longest : step;
    return t < times[last] + length ? index[last] + fromCentre(point, times[last], length, bars) : index[last] + (t - times[last]) / average;
  }
  const slot = lastAt(times, t);
  const [begin, then] = [times[slot], times[slot + 1]];
  const nBars = index[slot + 1] - index[slot];
  const even = index[slot] + (nBars * (t - begin)) / Math.max(then - begin, 1);
  if (nBars > 1) return even;
  const length = Math.min(longest, then - begin);
  if (t < begin + length) return index[slot] + fromCentre(point, begin, length, bars);
  return then < until ? index[slot + 1] : even;
}

// How far right of the centre of the bar that holds it a point lies, in bars; what its own bar has outside of that one does not count.
function fromCentre({ t, until, exact = [t, until] }, begin, length, { isByTime, step }) {
  if (!isByTime || exact[1] - exact[0] >= step) return 0;
  return (exact[0] - begin + Math.min(exact[1] - begin, length)) / Math.max(2 * length, 1) - 0.5;
}

// The place of the last of ascending times at or before `time`, of which there must be one.
function lastAt(times, time) {
  let [low, high] = [0, times.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  return low;
}

// The indexes of those values of ascending `times` that are of loaded bars, and which these are: {index, at}.
export function placesOf(times, bars) {
  const [index, at] = [[], []];
  let bar = 0;
  times.forEach((time, i) => {
    while (bar < bars.length && bars[bar].time < time) bar += 1;
    if (bars[bar]?.time !== time) return;
    index.push(bar);
    at.push(i);
  });
  return { index, at };
}
