import assert from "node:assert/strict";
import test from "node:test";

import { seenEntries } from "../../resources/web/drawing-geometry.js";
import { indexOf, knownBars, placesOf } from "../../resources/web/drawing-places.js";

const [HOUR, DAY] = [3600, 86_400];
const TIMES = [0, HOUR, 2 * HOUR, 10 * HOUR]; // a closed night before the last one
const HOURS = { interval: "1h", facts: { step: HOUR } };
const indexIn = (point, times = TIMES, series = HOURS, counts = null) => indexOf(point, knownBars(times, times.length, series, counts));

test("a point lies on the bar that opens at its time, or that holds it", () => {
  assert.deepEqual([0, HOUR, 1.5 * HOUR, 10 * HOUR].map((t) => indexIn({ t, until: t + 60 })), [0, 1, 1, 3]);
});

test("a point of a longer bar lies on the first bar within it", () => {
  assert.equal(indexIn({ t: 4 * HOUR, until: 12 * HOUR }), 3);
  assert.equal(indexIn({ t: -5 * HOUR, until: HOUR }), 0);
});

test("by time a point of a finer interval lies within its bar as its time does", () => {
  const place = (point, times, series) => indexOf(point, { ...knownBars(times, times.length, series, null), isByTime: true });
  assert.deepEqual([0, HOUR + 900, 10 * HOUR + 2700].map((t) => place({ t, until: t + 900 }, TIMES, HOURS)), [-0.375, 0.875, 3.375]);
  assert.equal(place({ t: HOUR, until: 2 * HOUR }, TIMES, HOURS), 1, "of this interval");
  assert.equal(place({ t: 4 * HOUR, until: 12 * HOUR }, TIMES, HOURS), 3, "of a longer one");
  const days = { interval: "1d", facts: { step: DAY, isDaily: true } };
  const noon = { t: DAY, until: 2 * DAY, exact: [DAY + 12 * HOUR, DAY + 13 * HOUR] };
  assert.ok(Math.abs(place(noon, [0, DAY, 2 * DAY], days) - (1 + 1 / 48)) < 1e-9);
  assert.equal(indexOf(noon, knownBars([0, DAY, 2 * DAY], 3, days, null)), 1, "without the choice at its centre");
});

test("a point in closed hours lies between its neighbours, one beyond the bars by their spacing", () => {
  assert.equal(indexIn({ t: 6 * HOUR, until: 6 * HOUR + 60 }), 2.5);
  assert.ok(indexIn({ t: 20 * HOUR, until: 21 * HOUR }) > 3);
  assert.ok(indexIn({ t: -10 * HOUR, until: -9 * HOUR }) < 0);
  assert.ok(Number.isNaN(indexIn({ t: 0, until: 60 }, [])));
});

test("a point of a day within a month lies on its bar to the month's end", () => {
  const months = { interval: "1mo", facts: { step: 28 * DAY, isDaily: true, isMonthly: true } };
  const times = [0, 31 * DAY];
  assert.deepEqual([30 * DAY, 61 * DAY, 61 * DAY + 31 * DAY].map((t) => indexIn({ t, until: t + DAY }, times, months)), [0, 1, 1 + 61 / 31]);
});

test("bars outside of those that are loaded are where the server counted them", () => {
  const counts = { reference: HOUR, time: [-100 * HOUR, -99 * HOUR, 50 * HOUR], position: [-9, -8, 7] };
  const place = (t) => indexIn({ t, until: t + HOUR }, TIMES, HOURS, counts);
  assert.deepEqual([-100, -99, 50].map((n) => place(n * HOUR)), [-8, -7, 8]);
  assert.equal(place(-49.5 * HOUR), -3.5, "between two that are several bars apart by the share of the time");
  assert.ok(place(-200 * HOUR) < -8);
  assert.equal(indexIn({ t: 50 * HOUR, until: 51 * HOUR }, TIMES, HOURS, { ...counts, reference: 7 }), indexIn({ t: 50 * HOUR, until: 51 * HOUR }), "of other bars they are nothing");
});

test("a curve has a point at each bar that has a value", () => {
  const bars = [2, 3, 5, 6].map((n) => ({ time: n * HOUR }));
  assert.deepEqual(placesOf([1, 2, 4, 5, 6].map((n) => n * HOUR), bars), { index: [0, 2, 3], at: [1, 3, 4] });
});

test("of a curve that is seen and one point beyond each side, at most 150 and the last one are drawn", () => {
  const indexes = Array.from({ length: 1000 }, (_, i) => i);
  assert.deepEqual(seenEntries(indexes, 10, 13), [9, 10, 11, 12, 13, 14]);
  const many = seenEntries(indexes, -5, 2000);
  assert.ok(many.length <= 151);
  assert.deepEqual([many[0], many.at(-1)], [0, 999]);
});
