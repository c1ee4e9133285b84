import assert from "node:assert/strict";
import test from "node:test";

import { indexOf } from "../../resources/web/drawings.js";

const HOUR = 3600;
const TIMES = [0, HOUR, 2 * HOUR, 10 * HOUR]; // a closed night before the last one

test("a point lies on the bar that opens at its time, or that holds it", () => {
  assert.deepEqual([0, HOUR, 1.5 * HOUR, 10 * HOUR].map((t) => indexOf({ t, until: t + 60 }, TIMES, HOUR)), [0, 1, 1, 3]);
});

test("a point of a longer bar lies on the first bar within it", () => {
  assert.equal(indexOf({ t: 4 * HOUR, until: 12 * HOUR }, TIMES, HOUR), 3);
  assert.equal(indexOf({ t: -5 * HOUR, until: HOUR }, TIMES, HOUR), 0);
});

test("a point in closed hours lies between its neighbours, one beyond the bars by their spacing", () => {
  assert.equal(indexOf({ t: 6 * HOUR, until: 6 * HOUR + 60 }, TIMES, HOUR), 2.5);
  assert.ok(indexOf({ t: 20 * HOUR, until: 21 * HOUR }, TIMES, HOUR) > 3);
  assert.ok(indexOf({ t: -10 * HOUR, until: -9 * HOUR }, TIMES, HOUR) < 0);
  assert.ok(Number.isNaN(indexOf({ t: 0, until: 60 }, [], HOUR)));
});
