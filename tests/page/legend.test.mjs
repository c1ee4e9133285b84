import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { legendRows } from "../../resources/web/legend.js";

const ZONE = { format: () => "Mon 2 Nov 2026" };
const row = (shown, name) => shown.find(([key]) => key === name);
const change = (shown) => shown.at(-2);

test("a bar is shown with its time, prices, change and volume", () => {
  const shown = legendRows({ ...bar(0), volume: 1_234_567 }, bar(-60, 1, 9, 1, 8), 2, ZONE);
  assert.deepEqual(shown, [
    ["", "Mon 2 Nov 2026", "key"],
    ["O", "10.00", "up"], ["H", "12.00", "up"], ["L", "9.00", "up"], ["C", "11.00", "up"],
    ["", "+3.00 (+37.50%)", "up"],
    ["Vol", "1.23M", ""],
  ]);
});

test("a fall is marked by its sign and colour", () => {
  assert.deepEqual(change(legendRows(bar(0), bar(-60, 1, 20, 1, 20), 2, ZONE)), ["", "−9.00 (−45.00%)", "down"]);
});

test("a close that does not change is no fall", () => {
  assert.deepEqual(change(legendRows(bar(0), bar(-60), 2, ZONE)), ["", "+0.00 (+0.00%)", "up"]);
});

test("the first bar changes from its own open", () => {
  assert.deepEqual(change(legendRows(bar(0), undefined, 2, ZONE)), ["", "+1.00 (+10.00%)", "up"]);
});

test("there is no percentage of a price at or below zero", () => {
  assert.deepEqual(change(legendRows(bar(0), bar(-60, 1, 1, -37, -37), 2, ZONE)), ["", "+48.00", "up"]);
});

test("an unknown open and a volume of 0 are not shown", () => {
  const shown = legendRows({ ...bar(0, 0), volume: 0 }, bar(-60), 2, ZONE);
  assert.equal(row(shown, "O")[1], "–");
  assert.equal(row(shown, "Vol"), undefined);
});
