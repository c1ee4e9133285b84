import assert from "node:assert/strict";
import test from "node:test";

import { bar, columns, serve } from "./fakes.mjs";
import { getCandles, indexAt, mergeBars, priceFormatter } from "../../resources/web/candles.js";

const times = (bars) => bars.map(({ time }) => time);

test("older and newer bars are joined at both ends", () => {
  const old = [bar(30), bar(40)];
  assert.deepEqual(times(mergeBars(old, [bar(10), bar(20)])), [10, 20, 30, 40]);
  assert.deepEqual(times(mergeBars(old, [bar(50)])), [30, 40, 50]);
  assert.deepEqual(times(mergeBars([], [bar(50)])), [50]);
});

test("a bar that changed replaces its former self, and bars in between find their place", () => {
  const merged = mergeBars([bar(10), bar(30)], [bar(20), bar(30, 10, 12, 9, 7)]);
  assert.deepEqual(times(merged), [10, 20, 30]);
  assert.equal(merged[2].close, 7);
  assert.deepEqual(times(mergeBars([bar(20), bar(40)], [bar(10), bar(30)])), [10, 20, 30, 40]);
  assert.deepEqual(times(mergeBars([bar(20), bar(40)], [bar(30), bar(50)])), [20, 30, 40, 50]);
});

test("the array stays the same when nothing changed", () => {
  const old = [bar(10), bar(20)];
  assert.equal(mergeBars(old, []), old);
  assert.equal(mergeBars(old, [bar(10), bar(20)]), old);
});

test("the index at a time is that of the last bar that opens by then", () => {
  const bars = [bar(10), bar(20), bar(30)];
  assert.deepEqual([9, 10, 19, 20, 30, 99].map((time) => indexAt(bars, time)), [-1, 0, 0, 1, 2, 2]);
  assert.equal(indexAt([], 5), -1);
});

test("prices have the instrument's decimals and separated thousands", () => {
  assert.equal(priceFormatter(2)(12345.678), "12,345.68");
  assert.equal(priceFormatter(0)(742000), "742,000");
  assert.equal(priceFormatter(5)(1.0793), "1.07930");
});

test("every page of an answer is read", async () => {
  const pages = { undefined: { candles: columns([bar(0), bar(60)]), gaps: [], next: "b" }, b: { candles: columns([bar(120)]), gaps: [{ reason: "offline" }], timezone: "UTC" } };
  const requests = serve((_path, { cursor }) => pages[cursor]);
  let n = 0;
  const found = await getCandles({ symbol: "AAPL", interval: "1m" }, { from: 0 }, { fill: "wait", timeout: 20, onRequest: () => (n += 1) });
  assert.deepEqual(found.bars, [bar(0), bar(60), bar(120)]);
  assert.deepEqual([found.complete, found.gaps.length, found.answer.timezone, n], [false, 1, "UTC", 2]);
  assert.deepEqual(requests[0].query, { symbol: "AAPL", interval: "1m", from: "1970-01-01T00:00:00Z", fill: "wait", timeout: "3", prefetch: "true", format: "columns" });
});

// Answers like a server: a wait for bars that do not come takes as long as it may.
async function waitFor(gapsOf) {
  let now = 0;
  const { performance } = globalThis;
  Object.defineProperty(globalThis, "performance", { value: { now: () => now }, configurable: true, writable: true });
  const requests = serve((_path, query) => {
    const { gaps, took } = gapsOf(requests.length, Number(query.timeout));
    now += took * 1000;
    return { candles: columns([]), gaps, next: null };
  });
  const found = await getCandles({ symbol: "AAPL", interval: "1m" }, { from: 0 }, { fill: "wait", timeout: 8 });
  Object.defineProperty(globalThis, "performance", { value: performance, configurable: true, writable: true });
  return [requests.map(({ query }) => query.timeout), found.complete];
}

test("a long wait is cut into requests of three seconds, as long as bars are missing", async () => {
  const gaps = [{ reason: "not fetched yet" }];
  assert.deepEqual(await waitFor((_n, timeout) => ({ gaps, took: timeout })), [["3", "3", "2"], false]);
  assert.deepEqual(await waitFor((n, timeout) => (n < 2 ? { gaps, took: timeout } : { gaps: [], took: 1 })), [["3", "3"], true]);
});

test("an answer that comes early is final, whatever is missing", async () => {
  assert.deepEqual(await waitFor(() => ({ gaps: [{ reason: "refused" }], took: 1 })), [["3"], false]);
});

test("a limit reads one page only, and nothing is prefetched unless the bars are waited for", async () => {
  const requests = serve(() => ({ candles: columns([bar(0)]), gaps: [], next: "b" }));
  const found = await getCandles({ symbol: "AAPL", interval: "1m" }, { from: 0, to: 60 }, { fill: "none", limit: 1 });
  assert.deepEqual([found.bars.length, found.complete, requests.length], [1, true, 1]);
  assert.equal(requests[0].query.prefetch, undefined);
  assert.equal(requests[0].query.to, "1970-01-01T00:01:00Z");
});
