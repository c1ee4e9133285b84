import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { beyondText, drawnPrices, isOpenUnknown, oddPieces, oddWords, usualRange } from "../../resources/web/odd.js";

const prices = ({ open, high, low, close }) => [open, high, low, close];
const jump = bar(60, 10, 1e6, 9, 11, "jump");

test("reasons are written in words, and one that is not known as it is", () => {
  assert.equal(oddWords("jump of_tomorrow"), "price far from its neighbours; of_tomorrow");
  assert.equal(oddWords(""), "");
});

test("an open is unknown when it was sent as 0 or taken from the close", () => {
  assert.equal(isOpenUnknown(bar(0, 0, 12, 9, 11)), true);
  assert.equal(isOpenUnknown(bar(0, 0, 0, -2, -1)), false); // a price of 0 beside negative ones
  assert.equal(isOpenUnknown(bar(0, 0, 12, 0, 11)), false); // the low is a price of 0 too
  assert.equal(isOpenUnknown(bar(0, 11, 12, 9, 11, "open_unknown")), true);
  assert.equal(isOpenUnknown(bar(0, 10, 12, 9, 11, "open_unknown")), false);
  assert.equal(isOpenUnknown(bar(0, 11, 12, 9, 11)), false);
});

test("an unknown open is drawn at the close before", () => {
  const unknown = bar(60, 0, 12, 9, 11);
  assert.deepEqual(prices(drawnPrices(unknown, bar(0, 1, 9, 1, 8))), [8, 12, 8, 11]);
  assert.deepEqual(prices(drawnPrices(unknown)), [11, 12, 9, 11]);
  assert.deepEqual(prices(drawnPrices(unknown, bar(0, 1, 9, 1, 8, "jump"))), [11, 12, 9, 11]);
});

test("the wick spans a body that lies outside of high and low", () => {
  assert.deepEqual(prices(drawnPrices(bar(0, 14, 12, 9, 7))), [14, 14, 7, 7]);
  assert.deepEqual(prices(drawnPrices(bar(0))), [10, 12, 9, 11]);
});

test("the price axis is fitted without jumps, and those outside of it are counted", () => {
  assert.deepEqual(usualRange([bar(0), jump, bar(120, 10, 13, 9, 11)], -5, 99), { low: 9, high: 13, nBeyond: 1 });
  assert.deepEqual(usualRange([bar(0), bar(60, 10, 11, 9, 11, "jump")], 0, 1), { low: 9, high: 12, nBeyond: 0 });
  assert.deepEqual(usualRange([bar(0), bar(60, 10, 11, 0.01, 11, "jump")], 0, 1), { low: 9, high: 12, nBeyond: 1 });
});

test("the price axis is left alone without jumps, and with nothing else than jumps", () => {
  assert.equal(usualRange([bar(0)], 0, 0), null);
  assert.equal(usualRange([jump], 0, 0), null);
  assert.equal(usualRange([jump, bar(120)], 1, 1), null);
});

test("what is left out of the scale is said", () => {
  assert.equal(beyondText(0), "");
  assert.match(beyondText(1), /^1 bar far from its neighbours is /);
  assert.match(beyondText(2), /^2 bars far from their neighbours are /);
});

test("flagged bars up to three apart are one run", () => {
  const flags = { 0: "jump", 3: "unit", 7: "jump session" };
  const bars = Array.from({ length: 9 }, (_, i) => bar(60 * i, 10, 12, 9, 11, flags[i] ?? ""));
  assert.deepEqual(oddPieces(bars, 60), [
    { state: "odd", start: 0, end: 240, reason: "2 bars: price far from its neighbours; sent in the other unit of the currency, converted" },
    { state: "odd", start: 420, end: 480, reason: "1 bar: price far from its neighbours; session that the calendar lacks" },
  ]);
});
