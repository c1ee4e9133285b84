import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { closeOf, countdownText } from "../../resources/web/countdown.js";

const HOUR = 3600;
const DAY = 86400;
const SESSIONS = [{ from: 1000, to: 1000 + 6.5 * HOUR }];
const forming = (time) => ({ ...bar(time), final: false });

test("the time left is written with as many parts as it needs", () => {
  assert.deepEqual([0, 59, 299.9, HOUR, HOUR + 299, DAY - 1, 2 * DAY + 3 * HOUR].map(countdownText), ["00:00", "00:59", "04:59", "1:00:00", "1:04:59", "23:59:59", "2d 03h"]);
});

test("an intraday bar closes at the end of its step, the last one with the session", () => {
  const facts = { step: HOUR };
  assert.equal(closeOf(forming(1000), facts, SESSIONS, 1500), 1000 + HOUR);
  assert.equal(closeOf(forming(1000 + 6 * HOUR), facts, SESSIONS, 1000 + 6 * HOUR), SESSIONS[0].to);
});

test("a bar that is over has no countdown, nor one outside of a session", () => {
  assert.equal(closeOf(forming(1000), { step: HOUR }, SESSIONS, 1000 + HOUR), null);
  assert.equal(closeOf(forming(1000 + 6 * HOUR), { step: HOUR }, SESSIONS, SESSIONS[0].to), null);
  assert.equal(closeOf(forming(1000), { step: HOUR }, [], 1500), null);
  assert.equal(closeOf(undefined, { step: HOUR }, SESSIONS, 1500), null);
});

test("a daily bar closes with its session unless it is final, a longer one has no countdown", () => {
  const daily = { step: DAY, isDaily: true };
  assert.equal(closeOf(forming(0), daily, SESSIONS, 1500), SESSIONS[0].to);
  assert.equal(closeOf(bar(0), daily, SESSIONS, 1500), null);
  assert.equal(closeOf(forming(0), { step: 7 * DAY, isDaily: true }, SESSIONS, 1500), null);
});
