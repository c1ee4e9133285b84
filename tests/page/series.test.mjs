import assert from "node:assert/strict";
import test from "node:test";

import { bar, columns, seconds, serve, setNow } from "./fakes.mjs";
import { addKnownSymbol } from "../../resources/web/known-symbols.js";
import { Series } from "../../resources/web/series.js";

const DAY = 86400;
const NOW = "2026-11-02T00:00:00Z";
const SPAN = 450 * DAY; // of one portion of daily bars
const realTimeout = globalThis.setTimeout;

// A server of one symbol with a bar a day since `first`; `gapsOf(query)` names gaps, `start` the start of history.
function serveDays(first, { gapsOf = () => [], start, symbols = [] } = {}) {
  setNow(NOW);
  globalThis.setTimeout = () => {}; // nothing is tried again in a test
  const requests = serve((path, query) => {
    if (path === "/api/v1/symbols") return symbols;
    const [from, to] = [query.from, query.to ?? NOW].map(seconds);
    const bars = [];
    for (let day = Math.max(Math.ceil(from / DAY) * DAY, first); day < to; day += DAY) bars.push(bar(day));
    return { candles: columns(bars), gaps: gapsOf(query), timezone: "UTC", price_decimals: 2, start };
  });
  return () => requests.filter(({ path }) => path === "/api/v1/candles").map(({ query }) => query);
}

async function open(symbol, range = null) {
  const series = new Series(symbol, "1d", { onBars: () => {}, onState: () => {} });
  await series.open(range);
  globalThis.setTimeout = realTimeout;
  return series;
}

const gap = (from, to, more = {}) => ({ from, to, reason: "HTTP 500", retry_at: null, ...more });

test("a symbol that is not in the cache is waited for at once, without a look at stored bars", async () => {
  const requests = serveDays(0);
  const series = await open("NEW");
  assert.deepEqual(requests().map(({ fill }) => fill), ["wait"]);
  assert.deepEqual([series.bars.length, series.edge, series.end, series.isLoading], [450, seconds(NOW) - SPAN, null, false]);
});

test("stored bars are shown first, and nothing is fetched when they cover the range", async () => {
  addKnownSymbol("STORED");
  const requests = serveDays(seconds("2001-01-01"));
  const series = await open("STORED");
  assert.deepEqual(requests().map(({ fill }) => fill), ["none"]);
  assert.equal(series.bars.length, 16 * 450);
});

test("stored bars beyond a gap are not joined to the newer ones", async () => {
  addKnownSymbol("TORN");
  serveDays(0, { gapsOf: ({ fill }) => (fill === "none" ? [gap("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z")] : []) });
  const series = await open("TORN");
  assert.equal(series.bars[0].time, seconds("2020-02-01"));
  assert.equal(series.edge, seconds("2020-02-01"));
});

test("a first portion with few bars is followed by older ones until there are enough", async () => {
  const requests = serveDays(0, { gapsOf: () => [] });
  const few = new Series("NEW", "1d", { onBars: () => {}, onState: () => {} });
  few.facts = { ...few.facts, span: 60 * DAY };
  await few.open();
  globalThis.setTimeout = realTimeout;
  assert.deepEqual([few.bars.length, requests().length], [240, 4]);
});

test("older bars are asked for left of what is loaded, two screens of them", async () => {
  const requests = serveDays(0);
  const series = await open("NEW");
  await series.show({ from: 49, to: 400, firstTime: 0, lastTime: 600 * DAY });
  const [, older] = requests();
  assert.equal(seconds(older.to), seconds(NOW) - SPAN);
  assert.equal(seconds(older.to) - seconds(older.from), 1200 * DAY);
  assert.equal(series.bars.length, 1650);
});

test("nothing is asked for while the screen is far from the oldest bar", async () => {
  const requests = serveDays(0);
  const series = await open("NEW");
  await series.show({ from: 50, to: 400, firstTime: 0, lastTime: 600 * DAY });
  assert.equal(requests().length, 1);
});

test("the search goes on through a stretch without bars, ever farther", async () => {
  const requests = serveDays(seconds(NOW) - SPAN);
  const series = await open("NEW");
  await series.loadOlder(0);
  const spans = requests().slice(1).map(({ from, to }) => (seconds(to) - seconds(from)) / SPAN);
  assert.deepEqual(spans.slice(0, 4), [1, 2, 4, 8]);
  assert.ok(series.isDone);
  assert.equal(series.startText, "Start of history: nothing older is known");
});

test("the start of history ends the search", async () => {
  const first = seconds("2025-01-01");
  const requests = serveDays(first, { start: { time: first, kind: "listing", reason: "listed 1 Jan 2025" } });
  const series = await open("YOUNG");
  await series.loadOlder(0);
  const n = requests().length;
  await series.loadOlder(0);
  assert.deepEqual([series.isDone, requests().length, series.startText], [true, n, "Start of history: listed 1 Jan 2025"]);
});

test("stored bars from before the look-back are shown too, without a request to the provider", async () => {
  const stored = seconds("2024-01-01");
  const start = { time: seconds(NOW) - SPAN, kind: "lookback", reason: "look-back" };
  const requests = serveDays(stored, { start });
  const series = await open("KEPT");
  await series.loadOlder(0); // finds the first of them
  assert.equal(series.storedFrom, stored);
  await series.loadOlder(400 * DAY);
  assert.equal(series.bars[0].time, stored);
  assert.deepEqual(new Set(requests().slice(1).map(({ fill }) => fill)), new Set(["none"]));
});

test("gaps before the start of history are no problem", async () => {
  const start = { time: seconds("2026-01-01"), kind: "listing", reason: "listed" };
  serveDays(0, { start, gapsOf: () => [gap("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z")] });
  assert.equal((await open("YOUNG")).problem, "");
  serveDays(0, { start, gapsOf: () => [gap("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")] });
  assert.equal((await open("YOUNG")).problem, "some bars are missing: HTTP 500");
});

test("older bars join the loaded ones only beyond the newest gap, and are not asked for before its next try", async () => {
  const torn = gap("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z", { retry_at: "2026-11-02T00:00:30Z" });
  const requests = serveDays(0, { gapsOf: ({ to }) => (to ? [torn] : []) });
  const series = await open("NEW");
  await series.loadOlder(0);
  assert.equal(series.bars[0].time, seconds("2025-02-01"));
  assert.equal(series.edge, seconds("2025-02-01"));
  const n = requests().length;
  await series.loadOlder(0);
  assert.equal(requests().length, n);
  setNow("2026-11-02T00:00:31Z");
  globalThis.setTimeout = () => {};
  await series.loadOlder(0);
  globalThis.setTimeout = realTimeout;
  assert.equal(requests().length, n + 1);
});

test("a date far back is loaded with its surroundings alone, and grows to the present", async () => {
  const requests = serveDays(0);
  const at = seconds("2001-09-11");
  const series = await open("NEW", { from: at - 10 * DAY, to: at + 10 * DAY });
  assert.equal(requests().length, 1);
  assert.deepEqual([series.bars[0].time, series.end], [at - 10 * DAY - SPAN / 2, at + 10 * DAY + SPAN / 2]);
  const last = series.bars.length - 1;
  await series.show({ from: last - 300, to: last, firstTime: 0, lastTime: 300 * DAY });
  assert.equal(series.end, at + 10 * DAY + 2.0 * 300 * DAY + SPAN / 2);
  assert.equal(series.bars.length, last + 1 + 600);
});

test("newer bars join the loaded ones only before the oldest gap", async () => {
  const torn = gap("2003-01-01T00:00:00Z", "2003-02-01T00:00:00Z");
  serveDays(0, { gapsOf: ({ from }) => (seconds(from) > seconds("2002-01-01") ? [torn] : []) });
  const at = seconds("2001-09-11");
  const series = await open("NEW", { from: at - 10 * DAY, to: at + 10 * DAY });
  globalThis.setTimeout = () => {};
  await series.loadNewer(0);
  globalThis.setTimeout = realTimeout;
  assert.deepEqual([series.bars.at(-1).time, series.end], [seconds("2002-12-31"), seconds("2003-01-01")]);
});

test("stored bars are read again where the page shows them, and nowhere else", async () => {
  const requests = serveDays(0);
  const series = await open("NEW");
  const edge = seconds(NOW) - SPAN;
  await series.refresh(0, edge);
  assert.equal(requests().length, 1);
  await series.refresh(edge - DAY, edge + 1);
  assert.equal(requests().length, 2);
  assert.equal(seconds(requests()[1].from), edge);
  assert.equal(requests()[1].fill, "none");
  await series.refresh(edge + 10 * DAY, edge + 11 * DAY); // a bar may open a day before the bars it is made of
  assert.deepEqual(["from", "to"].map((end) => (seconds(requests()[2][end]) - edge) / DAY), [9, 12]);
});

test("a closed series takes no bars and reports nothing", async () => {
  serveDays(0);
  let n = 0;
  const series = new Series("NEW", "1d", { onBars: () => (n += 1), onState: () => {} });
  const opening = series.open();
  series.close();
  await opening;
  assert.deepEqual([series.bars, n, series.problem], [[], 0, ""]);
});

test("a server that does not respond is said, and asked again only after a while", async () => {
  setNow(NOW);
  serve(() => new TypeError("Failed to fetch"));
  const series = await open("NEW");
  assert.equal(series.problem, "CandleDesk does not respond");
  assert.equal(series.pauseUntil, seconds(NOW) + 3);
});
