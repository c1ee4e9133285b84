// Intervals by name: those of the table, and any other multiple of a minute, hour, day, week, month or year, which the cache derives.

import { INTERVALS } from "./candles.js";

const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const LONGEST_SPAN = 100 * 365.25 * DAY;
const MAX_COUNT = { m: 1440, h: 24, d: 366, wk: 53, mo: 120, y: 10 };
const MONTH_DAYS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]; // of the first so many months
const REACH_DAYS = { "1m": 29, "1h": 729 }; // how far back the provider has the base; other intraday ones: 59 days
const TYPED = { "": "m", H: "h", D: "d", W: "wk", w: "wk", WK: "wk", M: "mo", MO: "mo", Y: "y" };

// The one name of a length ("120m" is "2h", "12mo" is "1y"), null when there is none.
export function canonicalName(text) {
  const [, digits, unit] = /^([1-9]\d{0,3})(m|h|d|wk|mo|y)$/.exec(text) ?? [];
  const n = Number(digits);
  if (!unit || n > MAX_COUNT[unit] || (unit === "mo" && n > 12 && n % 12)) return null;
  if (unit === "mo" && n % 12 === 0) return `${n / 12}y`;
  if (unit !== "m" && unit !== "h") return text;
  const minutes = unit === "h" ? n * 60 : n;
  if (minutes === 1440) return "1d";
  return minutes % 60 ? `${minutes}m` : `${minutes / 60}h`;
}

// The name of what a person types: a bare number is minutes, upper-case D, W, M, Y are days, weeks, months, years ("3D", "W", "12M").
export function typedName(text) {
  const [, digits, unit] = /^(\d*)([A-Za-z]*)$/.exec(text.trim()) ?? [];
  if (unit === undefined || (!digits && !/^[HDWMY]$/.test(unit))) return null;
  return canonicalName(`${digits || 1}${TYPED[unit] ?? unit.toLowerCase()}`);
}

// The row of an interval (see INTERVALS), computed for those not in the table; null for a name that is not canonical.
export function factsOf(name) {
  if (INTERVALS[name]) return INTERVALS[name];
  if (!name || canonicalName(name) !== name) return null;
  const n = parseInt(name, 10);
  const unit = name.slice(String(n).length);
  if (unit === "m" || unit === "h") return intradayFacts(n * (unit === "m" ? MINUTE : HOUR));
  const step = { d: n, wk: 7 * n, mo: MONTH_DAYS[n], y: 365 * n }[unit] * DAY;
  const reach = { d: 2 * n + 14, wk: 7 * (n + 1), mo: 31 * n, y: 366 * n }[unit] * DAY;
  const span = Math.min((450 / 300) * 200 * step, LONGEST_SPAN);
  return { step, span, isDaily: true, isMonthly: unit === "mo" || unit === "y", base: "1d", reach };
}

function intradayFacts(step) {
  const fetched = Object.entries(INTERVALS).filter(([, row]) => !row.isDaily && !row.base && step % row.step === 0);
  const days = (name) => REACH_DAYS[name] ?? 59;
  const [base, facts] = fetched.sort(([a, x], [b, y]) => days(b) - days(a) || y.step - x.step)[0]; // the one that reaches back farthest
  const span = Math.min((facts.span * step) / facts.step, days(base) * DAY);
  return { step, span, base, reach: step };
}
