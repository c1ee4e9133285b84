import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { averageBars, drawnBar, typeColours } from "../../resources/web/chart-types.js";

const COLOURS = { up: "rgb(0, 128, 0)", down: "rgb(200, 0, 0)", accent: "rgb(0, 0, 255)" };

test("averaged bars open in the middle of the one before and keep every wick", () => {
  const [first, second] = averageBars([bar(0, 10, 14, 8, 12), bar(1, 12, 13, 4, 6)]);
  assert.deepEqual(first, { open: 11, high: 14, low: 8, close: 11 });
  assert.deepEqual(second, { open: 11, high: 13, low: 4, close: 8.75 });
});

test("the extremes of an averaged bar include its own open", () => {
  const [, second] = averageBars([bar(0, 100, 100, 100, 100), bar(1, 10, 12, 9, 11)]);
  assert.deepEqual([second.open, second.high, second.low], [100, 100, 9]);
});

test("an unknown open is drawn from the close before, whatever the type", () => {
  const bars = [bar(0, 10, 12, 9, 11), bar(1, 0, 13, 10, 12, "open_unknown")];
  assert.equal(averageBars(bars)[1].close, (11 + 13 + 10 + 12) / 4);
  assert.equal(drawnBar("bars", bars, 1, null).open, 11);
});

test("lines are drawn through the closes, bars by their four prices, Heikin-Ashi by the averaged ones", () => {
  const bars = [bar(0)];
  for (const type of ["line", "area", "baseline"]) assert.deepEqual(drawnBar(type, bars, 0, null), { value: 11 });
  for (const type of ["candles", "hollow", "bars"]) assert.deepEqual(drawnBar(type, bars, 0, null), { open: 10, high: 12, low: 9, close: 11 });
  assert.deepEqual(drawnBar("heikin_ashi", bars, 0, averageBars(bars)), { open: 10.5, high: 12, low: 9, close: 10.5 });
});

test("hollow candles have no body where they rise", () => {
  assert.deepEqual([typeColours("hollow", COLOURS).upColor, typeColours("candles", COLOURS).upColor], ["rgba(0, 0, 0, 0)", COLOURS.up]);
  assert.equal(typeColours("hollow", COLOURS).downColor, COLOURS.down);
  assert.equal(typeColours("area", COLOURS).topColor, "rgba(0, 0, 255, 0.28)");
});
