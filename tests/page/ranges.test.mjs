import assert from "node:assert/strict";
import test from "node:test";

import { bar, seconds } from "./fakes.mjs";
import { RANGES, rangeStart } from "../../resources/web/ranges.js";

const DAY = 86400;
const NEW_YORK = -5 * 3600;
const find = (name) => RANGES.find((range) => range.name === name);
const at = (texts) => texts.map((text) => bar(seconds(text)));
const start = (name, bars, shift = 0) => new Date(rangeStart(find(name), bars, bars.map(({ time }) => time + shift)) * 1000).toISOString();

test("months are counted back from the latest bar by its own date", () => {
  const bars = at(["2026-11-25T00:00:00Z", "2026-11-27T00:00:00Z"]);
  assert.equal(start("6M", bars), "2026-05-27T00:00:00.000Z");
  assert.equal(start("1Y", bars), "2025-11-27T00:00:00.000Z");
  assert.equal(start("YTD", bars), "2026-01-01T00:00:00.000Z");
});

test("a month that is shorter begins the range on its last day", () => {
  assert.equal(start("1M", at(["2026-03-31T00:00:00Z"])), "2026-02-28T00:00:00.000Z");
  assert.equal(start("6M", at(["2028-08-31T00:00:00Z"])), "2028-02-29T00:00:00.000Z");
});

test("intraday ranges begin at midnight at the exchange", () => {
  assert.equal(start("1M", at(["2026-11-27T20:30:00Z"]), NEW_YORK), "2026-10-27T05:00:00.000Z");
  assert.equal(start("1M", at(["2026-11-28T03:30:00Z"]), NEW_YORK), "2026-10-27T05:00:00.000Z"); // still the 27th there
});

test("days are sessions: the first bar of the last so many", () => {
  const bars = at(["2026-11-24T14:30:00Z", "2026-11-24T20:59:00Z", "2026-11-25T14:30:00Z", "2026-11-25T20:59:00Z", "2026-11-27T14:30:00Z", "2026-11-27T17:59:00Z"]);
  assert.equal(start("1D", bars, NEW_YORK), "2026-11-27T14:30:00.000Z");
  assert.equal(rangeStart({ sessions: 2 }, bars, bars.map(({ time }) => time + NEW_YORK)), bars[2].time);
});

test("sessions that are not loaded are an estimate before the first bar", () => {
  const bars = at(["2026-11-27T14:30:00Z", "2026-11-27T17:59:00Z"]);
  assert.equal(rangeStart(find("5D"), bars, bars.map(({ time }) => time)), bars[0].time - 7 * DAY);
});

test("all of the history has no beginning of its own", () => {
  assert.equal(rangeStart(find("All"), at(["2026-11-27T00:00:00Z"]), [0]), -Infinity);
});
