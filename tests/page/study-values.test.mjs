import assert from "node:assert/strict";
import test from "node:test";

import { bar, seconds, serve } from "./fakes.mjs";
import { RSI, SMA } from "./study-rows.mjs";
import { newStudy } from "../../resources/web/study-model.js";
import { StudyFeed, alignValues, changedSpans, indexFrom, mergeValues, pathOf, queryOf, unsettledSpan } from "../../resources/web/study-values.js";

const SERIES = { symbol: "AAPL", interval: "1d" };
const ALL = { from: 0, to: Infinity };
const answerOf = (time, line, more = {}) => ({ time, settled: time.map(() => true), values: { value: line }, shifts: {}, upcoming: [], ...more });
const NONE = { time: [], settled: [], lines: {}, upcoming: [], notes: [] };
const soon = () => new Promise((resolve) => setImmediate(resolve));

// A server whose answers are given one by one: `answers.shift()(document)`.
function serveLater() {
  const answers = [];
  const requests = serve(() => ({}));
  globalThis.fetch = (address, request) => new Promise((resolve) => {
    requests.push({ address: new URL(address, "http://127.0.0.1"), signal: request.signal });
    answers.push((document) => resolve({ ok: (document.status ?? 200) < 400, status: document.status, json: async () => document }));
  });
  return { requests, answers };
}

test("an answer takes the place of the values in its span and leaves the others", () => {
  const old = mergeValues(NONE, answerOf([1, 2, 3], [10, 20, 30], { upcoming: [4], notes: ["new"] }), ALL);
  const merged = mergeValues(old, answerOf([2], [21], { upcoming: [3] }), { from: 2, to: 3 });
  assert.deepEqual([merged.time, merged.lines.value, merged.upcoming, merged.notes], [[1, 2, 3], [10, 21, 30], [4], ["new"]]);
  const grown = mergeValues(old, answerOf([0], [null]), { from: 0, to: 1 });
  assert.deepEqual([grown.time, grown.lines.value], [[0, 1, 2, 3], [null, 10, 20, 30]]);
  const newer = mergeValues(old, answerOf([3, 4], [31, 40], { upcoming: [5] }), { from: 3, to: Infinity });
  assert.deepEqual([newer.lines.value, newer.upcoming, newer.notes], [[10, 20, 31, 40], [5], []]);
});

test("values stand beside the bars that open at their times", () => {
  const values = { time: [1, 3, 5], settled: [true, false, true], lines: { value: [10, null, 50] } };
  const { lines, settled } = alignValues(values, [bar(0), bar(1), bar(3), bar(4), bar(5)]);
  assert.deepEqual([[...lines.value], settled], [[NaN, 10, NaN, NaN, 50], [true, true, false, true, true]]);
});

test("only what is new or changed is missing after the bars of the chart changed", () => {
  const old = [bar(10), bar(11), bar(12)];
  assert.equal(changedSpans([], old), null);
  assert.equal(changedSpans(old, [bar(30)]), null);
  assert.deepEqual(changedSpans(old, old), []);
  assert.deepEqual(changedSpans(old, [bar(8), bar(9), ...old]), [{ from: 8, to: 10 }]);
  assert.deepEqual(changedSpans(old, [...old, bar(13)]), [{ from: 13, to: Infinity }]);
  assert.deepEqual(changedSpans(old, [old[0], bar(11, 1, 2, 1, 2), old[2]]), [{ from: 11, to: Infinity }]);
  assert.deepEqual(changedSpans(old, [bar(9), ...old.slice(0, 2), bar(12)]), [{ from: 9, to: 10 }, { from: 12, to: Infinity }]);
});

test("what older history could still change is from the first to the last unsettled value", () => {
  assert.equal(unsettledSpan({ time: [1, 2], settled: [true, true] }), null);
  assert.deepEqual(unsettledSpan({ time: [1, 2, 3, 4], settled: [true, false, true, true] }), { from: 2, last: 2, to: 3 });
  assert.deepEqual(unsettledSpan({ time: [1, 2], settled: [false, false] }), { from: 1, last: 2, to: Infinity });
});

test("a time is found among ascending ones", () => {
  assert.deepEqual([0, 1, 2, 9].map((time) => indexFrom([1, 3], time)), [0, 0, 1, 2]);
});

test("a request names the series, the span and each parameter", () => {
  const study = { ...newStudy(SMA, []), params: { length: 5, source: "hl2" } };
  assert.deepEqual(queryOf(study, SERIES, { from: seconds("2026-01-02"), to: Infinity }), { symbol: "AAPL", interval: "1d", from: "2026-01-02T00:00:00Z", length: 5, source: "hl2" });
  assert.equal(queryOf(study, SERIES, { from: 0, to: 60 }).to, "1970-01-01T00:01:00Z");
});

test("an own indicator has its parameters in one, at an address of its own", () => {
  const study = { row: { id: "own:distance" }, params: { length: 7, mode: "fast" } };
  assert.equal(pathOf(study), "/api/v1/indicators/own/distance");
  assert.equal(queryOf(study, SERIES, { from: 0, to: 60 }).params, "length=7,mode=fast");
  assert.equal(pathOf({ row: { id: "rsi" } }), "/api/v1/indicators/rsi");
});

test("two requests are in flight at most, one for each indicator, and what is asked meanwhile goes with the next", async () => {
  const { requests, answers } = serveLater();
  const feed = new StudyFeed(() => {});
  feed.open(SERIES);
  const studies = [newStudy(SMA, []), newStudy(RSI, []), { ...newStudy(SMA, []), key: "sma-2" }];
  for (const study of studies) feed.ask(study, { from: 100, to: 200 }, true);
  feed.ask(studies[0], { from: 50, to: 60 });
  feed.ask(studies[0], { from: 300, to: Infinity });
  assert.deepEqual([requests.length, feed.isLoading], [2, true]);
  answers[0](answerOf([100], [1]));
  await soon();
  assert.equal(requests.length, 3);
  assert.equal(requests[2].address.searchParams.get("from"), "1970-01-01T00:00:50Z");
  assert.equal(requests[2].address.searchParams.get("to"), null);
});

test("an answer to an older request than the latest is dropped", async () => {
  const { requests, answers } = serveLater();
  const told = [];
  const feed = new StudyFeed((key) => told.push(key));
  feed.open(SERIES);
  const study = newStudy(SMA, []);
  feed.ask(study, ALL, true);
  feed.ask({ ...study, params: { length: 50, source: "close" } }, ALL, true);
  assert.equal(requests[0].signal.aborted, true);
  answers[0](answerOf([1], [1]));
  await soon();
  assert.deepEqual([told, feed.values(study.key).time], [[], []]);
  answers[1](answerOf([2], [2]));
  await soon();
  assert.deepEqual([told, feed.values(study.key).lines.value], [[study.key], [2]]);
  feed.ask(study, ALL, true);
  feed.open({ ...SERIES, symbol: "MSFT" });
  answers[2](answerOf([3], [3]));
  await soon();
  assert.deepEqual([told.length, feed.values(study.key).time], [1, []]);
});

test("what failed is said and is part of the next request; the values stay", async () => {
  const { requests, answers } = serveLater();
  const feed = new StudyFeed(() => {});
  feed.open(SERIES);
  const study = newStudy(SMA, []);
  feed.ask(study, { from: 100, to: Infinity }, true);
  answers[0](answerOf([100], [1]));
  await soon();
  feed.ask(study, { from: 50, to: 100 });
  answers[1]({ status: 503, detail: "busy" });
  await soon();
  assert.deepEqual([feed.problem(study.key), feed.values(study.key).time], ["busy", [100]]);
  feed.ask(study, { from: 100, to: Infinity });
  assert.equal(requests[2].address.searchParams.get("from"), "1970-01-01T00:00:50Z");
  answers[2](answerOf([50, 100], [5, 1]));
  await soon();
  assert.deepEqual([feed.problem(study.key), feed.values(study.key).time], ["", [50, 100]]);
});
