import assert from "node:assert/strict";
import test from "node:test";

import { INTERVALS } from "../../resources/web/candles.js";
import { canonicalName, factsOf, typedName } from "../../resources/web/intervals.js";

const DAY = 86400;

test("each length has one name", () => {
  const names = { "1m": "1m", "60m": "1h", "90m": "90m", "120m": "2h", "24h": "1d", "1440m": "1d", "2d": "2d", "53wk": "53wk", "12mo": "1y", "120mo": "10y", "10y": "10y" };
  for (const [given, name] of Object.entries(names)) assert.equal(canonicalName(given), name, given);
});

test("what is no interval has no name", () => {
  for (const text of ["", "m", "0m", "05m", "1441m", "25h", "367d", "54wk", "13mo", "18mo", "121mo", "11y", "1.5h", "-1d", "1H", "1w", " 1d"]) {
    assert.equal(canonicalName(text), null, text);
  }
});

test("typing a bare number means minutes, upper case means days, weeks, months and years", () => {
  const names = { 15: "15m", 60: "1h", "3D": "3d", W: "1wk", "2w": "2wk", M: "1mo", "6M": "6mo", "12M": "1y", Y: "1y", "2H": "2h", " 1d ": "1d", "5m": "5m" };
  for (const [typed, name] of Object.entries(names)) assert.equal(typedName(typed), name, typed);
  for (const typed of ["", "m", "d", "x", "7x", "1 d", "0"]) assert.equal(typedName(typed), null, typed);
});

test("the intervals of the table have canonical names and their own row", () => {
  for (const [name, row] of Object.entries(INTERVALS)) {
    assert.equal(canonicalName(name), name);
    assert.equal(factsOf(name), row);
    if (row.base) assert.equal(row.step % INTERVALS[row.base].step, 0, name);
  }
});

test("an intraday multiple is derived from the divisor whose bars reach back farthest, then from the coarsest", () => {
  const bases = { "2h": "1h", "3h": "1h", "45m": "15m", "150m": "15m", "10m": "5m", "3m": "1m", "6m": "2m", "7m": "1m" };
  for (const [name, base] of Object.entries(bases)) assert.equal(factsOf(name).base, base, name);
  assert.equal(factsOf("2h").step, 7200);
  assert.equal(factsOf("2h").reach, 7200);
  assert.equal(factsOf("2h").isDaily, undefined);
});

test("a portion of a multiple is not longer than its base reaches back", () => {
  assert.equal(factsOf("2h").span, 130 * DAY);
  assert.equal(factsOf("23h").span, 729 * DAY);
});

test("days, weeks, months and years are derived from days and may open long before them", () => {
  for (const [name, days, isMonthly] of [["2d", 2, false], ["3wk", 21, false], ["2mo", 59, true], ["1y", 365, true]]) {
    const facts = factsOf(name);
    assert.deepEqual([facts.step, facts.base, facts.isDaily, facts.isMonthly], [days * DAY, "1d", true, isMonthly], name);
    assert.ok(facts.reach >= facts.step, name);
  }
  assert.equal(factsOf("10y").span, 100 * 365.25 * DAY);
});

test("a name that is not canonical has no row", () => {
  for (const name of ["", "120m", "7x", null]) assert.equal(factsOf(name), null, String(name));
});
