// The values of indicators from the API: only what is missing is requested, at most two requests at a time, and answers to older
// requests are dropped. Nothing is requested of the provider for them.

import { get } from "./api.js";
import { toIso } from "./time.js";

const OWN = "own:"; // how the ids of own indicators begin

const MAX_IN_FLIGHT = 2;
const NOTHING = { time: [], settled: [], lines: {}, shifts: {}, upcoming: [], notes: [], profile: [] };

// Values with those of an answer in place of all in [from, to); `to` is Infinity for an answer up to the latest bar.
export function mergeValues(old, answer, { from, to }) {
  const [first, last] = [indexFrom(old.time, from), indexFrom(old.time, to)];
  const join = (before, fresh) => [...before.slice(0, first), ...fresh, ...before.slice(last)];
  const isNewest = last === old.time.length;
  return {
    time: join(old.time, answer.time),
    settled: join(old.settled, answer.settled),
    lines: Object.fromEntries(Object.entries(answer.values).map(([name, line]) => [name, join(old.lines[name] ?? [], line)])),
    shifts: answer.shifts,
    upcoming: isNewest ? answer.upcoming : old.upcoming,
    notes: isNewest ? (answer.notes ?? []) : old.notes,
    profile: answer.profile ?? [],
  };
}

// The index of the first of ascending times at or after `time`.
export function indexFrom(times, time) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The values beside bars: by output an array with an entry for each bar, NaN for none; a bar without a value counts as settled.
export function alignValues(values, bars) {
  const lines = Object.fromEntries(Object.keys(values.lines).map((name) => [name, new Float64Array(bars.length).fill(NaN)]));
  const settled = new Array(bars.length).fill(true);
  let at = 0;
  bars.forEach(({ time }, i) => {
    while (at < values.time.length && values.time[at] < time) at += 1;
    if (values.time[at] !== time) return;
    settled[i] = values.settled[at];
    for (const [name, line] of Object.entries(lines)) line[i] = values.lines[name][at] ?? NaN;
  });
  return { lines, settled };
}

// The spans that are missing after the bars of a chart changed; null: all of them.
export function changedSpans(old, bars) {
  if (old.length === 0 || bars.length === 0) return null;
  const shift = indexFrom(bars.map(({ time }) => time), old[0].time);
  if (bars[shift]?.time !== old[0].time) return null;
  const spans = shift > 0 ? [{ from: bars[0].time, to: old[0].time }] : [];
  let at = 0;
  while (at < old.length && bars[at + shift] === old[at]) at += 1;
  if (at < old.length || shift + at < bars.length) spans.push({ from: Math.min(old[at]?.time ?? Infinity, bars[shift + at]?.time ?? Infinity), to: Infinity });
  return spans;
}

// The span of values that older history could still change, and the time of the last one; null when there are none.
export function unsettledSpan({ time, settled }) {
  const last = settled.lastIndexOf(false);
  if (last < 0) return null;
  return { from: time[settled.indexOf(false)], last: time[last], to: last + 1 < time.length ? time[last + 1] : Infinity };
}

function union(one, other) {
  return one && other ? { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) } : (one ?? other);
}

export function queryOf(study, { symbol, interval }, span) {
  const query = { symbol, interval, from: toIso(span.from) };
  if (Number.isFinite(span.to)) query.to = toIso(span.to);
  if (!study.row.id.startsWith(OWN)) return { ...query, ...study.params };
  const params = Object.entries(study.params).map(([name, value]) => `${name}=${value}`);
  return { ...query, params: params.join(",") };
}

// Where the values of a study are; own indicators share a route.
export function pathOf(study) {
  return `/api/v1/indicators/${study.row.id.replace(OWN, "own/")}`;
}

// `onValues(key)`: values, or the problem of an indicator, changed.
export class StudyFeed {
  constructor(onValues) {
    Object.assign(this, { onValues, series: null, states: new Map() });
  }

  // Forgets all values: another series is shown.
  open(series) {
    for (const state of this.states.values()) state.abort?.abort();
    this.states.clear();
    this.series = series;
  }

  values(key) {
    return this.states.get(key)?.values ?? NOTHING;
  }

  problem(key) {
    return this.states.get(key)?.problem ?? "";
  }

  get isLoading() {
    return [...this.states.values()].some((state) => state.abort || state.missing);
  }

  drop(key) {
    this.states.get(key)?.abort?.abort();
    this.states.delete(key);
  }

  // Requests the values of a span. `isNew`: in place of all there are; these are kept until the first answer.
  ask(study, span, isNew = false) {
    const state = this.states.get(study.key) ?? { values: NOTHING, problem: "", missing: null, lost: null, abort: null };
    this.states.set(study.key, state);
    if (isNew) {
      state.abort?.abort();
      Object.assign(state, { abort: null, missing: null, lost: null, isReplaced: true });
    }
    Object.assign(state, { study, missing: union(union(state.missing, state.lost), span), lost: null });
    this.pump();
  }

  pump() {
    for (const [key, state] of this.states) {
      const nInFlight = [...this.states.values()].filter(({ abort }) => abort).length;
      if (nInFlight >= MAX_IN_FLIGHT) return;
      if (state.missing && !state.abort) this.send(key, state);
    }
  }

  async send(key, state) {
    const { series } = this;
    const span = state.missing;
    const abort = new AbortController();
    Object.assign(state, { missing: null, abort });
    let [answer, problem] = [null, ""];
    try {
      answer = await get(pathOf(state.study), queryOf(state.study, series, span), abort.signal);
    } catch (error) {
      problem = error.message === "Failed to fetch" ? "CandleDesk does not respond" : error.message;
    }
    if (state.abort !== abort || this.states.get(key) !== state) return; // a later request took its place
    state.abort = null;
    state.problem = problem;
    state.lost = problem ? span : null; // requested again with the next span
    if (answer) {
      state.values = mergeValues(state.isReplaced ? NOTHING : state.values, answer, state.isReplaced ? { from: -Infinity, to: Infinity } : span);
      state.isReplaced = false;
    }
    this.onValues(key);
    this.pump();
  }
}
