import assert from "node:assert/strict";
import test from "node:test";

import { fittedRange, fixed, numberWriter, priceText, volumeText } from "../../resources/web/study-numbers.js";

test("numbers are rounded by their exact value, and the middle of two goes to the even one", () => {
  assert.deepEqual([0.125, 0.375, 2.5, 3.5, 10.125, -0.125].map((value) => fixed(value, value === 2.5 || value === 3.5 ? 0 : 2)), ["0.12", "0.38", "2", "4", "10.12", "−0.12"]);
  assert.deepEqual([fixed(1.005, 2), fixed(1.115, 2), fixed(-0.001, 2), fixed(12, 0)], ["1.00", "1.11", "−0.00", "12"]);
});

test("thousands are set apart, and only before the point", () => {
  assert.deepEqual([priceText(1234567.12345, 4), priceText(-1234.5, 2), priceText(999, 0), priceText(1000, 0)], ["1,234,567.1235", "−1,234.50", "999", "1,000"]);
});

test("volumes are shortened with two decimals of their unit", () => {
  assert.deepEqual([0, 999, 1000, -185_330_000, 2.5e9, 3e12].map(volumeText), ["0", "999", "1.00K", "−185.33M", "2.50B", "3.00T"]);
});

test("a pane of its own writes as many decimals as tell its values apart", () => {
  assert.equal(numberWriter({ low: 0, high: 100 }, false)(55.555), "55.55");
  assert.equal(numberWriter({ low: 0, high: 0.02 }, false)(0.0123456), "0.0123");
  assert.equal(numberWriter({ low: -200_000, high: 0 }, false)(-1500), "−1.50K");
  assert.equal(numberWriter({ low: 0, high: 10 }, true)(7), "7");
  assert.equal(numberWriter(null, false)(1), "1.00");
});

test("a range without height is shown with a margin", () => {
  const { low, high } = fittedRange(50, 50);
  assert.ok(low < 50 && high > 50);
});
