import assert from "node:assert/strict";
import test from "node:test";

import { bar, serve } from "./fakes.mjs";
import { CoverageStrip, STATES, describePiece } from "../../resources/web/coverage.js";

const BARS = [bar(600), bar(660), bar(780), bar(840)];

// A strip over a chart of 10 px a bar whose first bar stands at 100 px, without the canvas.
function makeStrip(pieces, bars = BARS, width = 300) {
  const strip = Object.create(CoverageStrip.prototype);
  const chart = { bars, scale: { width: () => width }, xOf: (index) => 100 + 10 * index };
  return Object.assign(strip, { chart, pieces, odd: { bars: null, pieces: [] }, series: { facts: { step: 60 } }, drawn: [] });
}

const place = (...pieces) => makeStrip(pieces).place().map(({ piece, left, right }) => [piece.state, left, right]);

test("a piece covers the bars that open within it", () => {
  assert.deepEqual(place({ state: "provisional", start: 660, end: 840 }), [["provisional", 105, 125]]);
});

test("a gap between two bars is still seen", () => {
  assert.deepEqual(place({ state: "missing", start: 720, end: 780 }), [["missing", 113, 117]]);
  assert.deepEqual(place({ state: "known_empty", start: 720, end: 780 }), []);
});

test("what is left of the first bar reaches to the edge of the screen unless it is stored", () => {
  assert.deepEqual(place({ state: "missing", start: 0, end: 600 }), [["missing", 0, 95]]);
  assert.deepEqual(place({ state: "have", start: 0, end: 600 }), []);
  assert.deepEqual(place({ state: "have", start: 0, end: 900 }), [["have", 95, 135]]);
});

test("only the piece next to the first bar is drawn on its left", () => {
  const far = { state: "refused", start: 0, end: 300 };
  assert.deepEqual(place(far, { state: "missing", start: 300, end: 600 }), [["missing", 0, 95]]);
});

test("pieces end at the edges of the screen", () => {
  assert.deepEqual(makeStrip([{ state: "failed", start: 600, end: 900 }], BARS, 120).place().map(({ right }) => right), [120]);
  assert.deepEqual(makeStrip([{ state: "failed", start: 600, end: 900 }], []).place(), []);
});

test("flagged bars are a piece of their own", () => {
  const flagged = [...BARS.slice(0, 3), bar(840, 10, 12, 9, 11, "jump")];
  assert.deepEqual(makeStrip([], flagged).place().map(({ piece, left, right }) => [piece.state, left, right]), [["odd", 125, 135]]);
});

test("under the pointer what can be fetched comes before what is drawn over it", () => {
  const strip = makeStrip([]);
  const draw = (state, left, right) => ({ piece: { state }, left, right });
  strip.drawn = [draw("have", 0, 100), draw("missing", 40, 44), draw("odd", 40, 60)];
  assert.deepEqual([20, 42, 45, 50, 102].map((x) => strip.pieceAt(x)?.state), ["have", "missing", "missing", "odd", undefined]);
});

test("the coverage of a ratio, which has none of its own, is not asked for", async () => {
  serve(() => assert.fail("nothing is to be asked"));
  const strip = makeStrip([]);
  Object.assign(strip, { series: { symbol: "AAPL/MSFT", interval: "1d", bars: BARS, facts: { step: 60 } } });
  await strip.read();
  assert.deepEqual(strip.pieces, []);
});

test("gaps that failed are shown as failed, not as missing too", async () => {
  const span = (state, from, to) => ({ state, from: `1970-01-01T00:${from}:00Z`, to: `1970-01-01T00:${to}:00Z` });
  const [failed, have, gap] = [span("failed", 10, 11), span("have", 11, 12), span("", 12, 13)];
  serve(() => ({ spans: [failed, have], gaps: [{ ...failed, state: undefined }, gap] }));
  const strip = makeStrip([]);
  Object.assign(strip, { series: { symbol: "AAPL", interval: "1m", bars: BARS, facts: { step: 60 } }, draw: () => {} });
  await strip.read();
  assert.deepEqual(strip.pieces.map(({ state, start, end }) => [state, start, end]), [["have", 660, 720], ["missing", 720, 780], ["failed", 600, 660]]);
});

test("a piece says its reason, the last check and the next one", () => {
  const failed = { state: "failed", reason: "HTTP 500", fetched_at: "2026-11-02T10:00:00Z", expires_at: "2026-11-02T11:00:00Z" };
  const [reason, last, next, hint, ...rest] = describePiece(failed);
  assert.deepEqual([reason, hint, rest], ["HTTP 500", "click to fetch", []]);
  assert.match(last, /^last checked 2 Nov 2026.*10:00$/);
  assert.match(next, /^next check 2 Nov 2026.*11:00$/);
});

test("what is stored has no next check, and a reason that repeats the title is left out", () => {
  assert.deepEqual(describePiece({ state: "have", reason: "", expires_at: "2026-11-02T11:00:00Z" }), []);
  assert.deepEqual(describePiece({ state: "refused", reason: STATES.refused.toLowerCase() }), []);
});
