import assert from "node:assert/strict";
import test from "node:test";

import { nextItem } from "../../resources/web/menu.js";

const TEXTS = ["Candles", "Hollow candles", "Bars", "Baseline"];

test("the arrows go round, Home and End to the ends", () => {
  assert.deepEqual([nextItem("ArrowDown", 3, TEXTS), nextItem("ArrowUp", 0, TEXTS), nextItem("Home", 2, TEXTS), nextItem("End", 0, TEXTS)], [0, 3, 0, 3]);
  assert.equal(nextItem("ArrowDown", -1, TEXTS), 0);
});

test("a letter goes to the next row that begins with it", () => {
  assert.deepEqual([nextItem("b", 0, TEXTS), nextItem("B", 2, TEXTS), nextItem("b", 3, TEXTS)], [2, 3, 2]);
  assert.deepEqual([nextItem("z", 0, TEXTS), nextItem("Enter", 0, TEXTS), nextItem("1", 0, TEXTS)], [null, null, null]);
});
