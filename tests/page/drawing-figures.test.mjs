import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { figuresOf } from "../../resources/web/drawing-figures.js";
import { general } from "../../resources/web/drawing-words.js";
import { priceText } from "../../resources/web/study-numbers.js";

const CASES = JSON.parse(readFileSync(new URL("drawing-figures.json", import.meta.url), "utf-8"));
const VIEW = { width: 800, height: 400 };

const yOf = (isLog) => (price) => (isLog && price > 0 ? 900 - 400 * Math.log10(price) : 400 - 2 * (price - 50));

// Numbers as the file of cases has them.
function rounded(value) {
  if (typeof value === "number") return Math.round(value * 1e6) / 1e6 + 0;
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

for (const [at, { figures, ...one }] of CASES.entries()) {
  test(`drawing ${at}, a ${one.type}, consists of what it consists of in the window`, () => {
    const drawing = { ...one, view: VIEW, y: yOf(one.isLog), priceText: (price) => priceText(price, one.decimals), tick: 10 ** -one.decimals };
    assert.deepEqual(rounded(figuresOf(one.type, drawing)), rounded(figures));
  });
}

test("numbers are as short as they can be", () => {
  const texts = [0.618, 0, 100, 123456.7, 1234567, 0.00001234, -0.5, 1e-4].map((value) => general(value));
  assert.deepEqual(texts, ["0.618", "0", "100", "123457", "1.23457e+06", "1.234e-05", "-0.5", "0.0001"]);
});
