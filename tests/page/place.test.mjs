import assert from "node:assert/strict";
import test from "node:test";

import { openAddress, seconds } from "./fakes.mjs";
import { Place, readPlace } from "../../resources/web/place.js";

const FROM = seconds("2026-11-02T14:30:00Z");
const TO = seconds("2026-11-03T20:00:00Z");

function read(hash) {
  openAddress(hash);
  return readPlace();
}

test("the address names symbol, interval and range", () => {
  const range = { from: FROM, to: TO };
  assert.deepEqual(read("#symbol=AAPL&interval=1h&from=2026-11-02T14:30:00Z&to=2026-11-03T20:00:00Z"), { symbol: "AAPL", interval: "1h", range });
});

test("without an interval, or with one that does not exist, the interval is 1d", () => {
  assert.deepEqual(read(""), { symbol: null, interval: "1d", range: null });
  assert.equal(read("#symbol=AAPL&interval=7x").interval, "1d");
  assert.equal(read("#interval=120m").interval, "2h");
});

test("a range without an end reaches to the latest bar", () => {
  assert.deepEqual(read("#from=2026-11-02T14:30:00Z").range, { from: FROM, to: null });
});

test("a range that is no range is ignored", () => {
  assert.equal(read("#from=soon&to=2026-11-03").range, null);
  assert.equal(read("#from=2026-11-03&to=2026-11-02").range, null);
  assert.equal(read("#from=2026-11-03&to=soon").range, null);
});

test("what is written is read again, a daily range as dates", () => {
  const steps = openAddress("");
  const place = { symbol: "EURUSD=X", interval: "1h", range: { from: FROM, to: TO } };
  new Place().step(place, false);
  assert.deepEqual(readPlace(), place);
  new Place().settle({ ...place, range: { from: FROM, to: null } }, true);
  assert.deepEqual(steps.at(-1), ["replace", "#symbol=EURUSD%3DX&interval=1h&from=2026-11-02"]);
});

test("a step is kept in the history, and the same address is no step", () => {
  const steps = openAddress("");
  const place = { symbol: "AAPL", interval: "1d", range: null };
  new Place().step(place, true);
  new Place().step(place, true);
  assert.deepEqual(steps, [["push", "#symbol=AAPL&interval=1d"]]);
});

test("moving the chart replaces the address once it rests", async () => {
  const steps = openAddress("");
  const place = new Place();
  const follow = (symbol) => place.follow(() => ({ symbol, interval: "1d", range: null }), true);
  follow("AAPL");
  follow("MSFT");
  assert.deepEqual(steps, []);
  while (steps.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(steps, [["replace", "#symbol=MSFT&interval=1d"]]);
});
