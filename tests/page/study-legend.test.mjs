import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { AO, MACD, PIVOTS, RSI, SUPERTREND, VOLUME } from "./study-rows.mjs";
import { legendNote, legendValues } from "../../resources/web/study-legend.js";
import { lookOf, newStudy } from "../../resources/web/study-model.js";
import { columnPaint, paintBelow } from "../../resources/web/study-painter.js";
import { textOn } from "../../resources/web/study-series.js";

const COLOURS = { up: "green", down: "red", "up-volume": "pale green", "down-volume": "pale red" };
const shown = (row, lines, more = {}) => ({ study: newStudy(row, []), aligned: { lines, settled: [true, false] }, values: { shifts: {}, notes: [] }, write: String, colours: COLOURS, ...more });

test("the legend has the values that are drawn at a bar, with a sign for none", () => {
  const one = shown(RSI, { value: [50, NaN] });
  assert.deepEqual(legendValues(one, 0), [["value", "50", "#8f66d9"]]);
  assert.equal(legendValues(one, 1)[0][1], "∅");
  assert.deepEqual(legendValues({ ...one, study: { ...one.study, isShown: false } }, 0), []);
});

test("a displaced line shows the value that is drawn at the bar, also right of the last one", () => {
  const one = shown(RSI, { value: [1, 2] }, { values: { shifts: { value: 25 }, notes: [] } });
  assert.deepEqual([0, 25, 26, 27].map((index) => legendValues(one, index)[0][1]), ["∅", "1", "2", "∅"]);
});

test("the value of a trend has the colour of its direction, and many levels have no values", () => {
  const one = shown(SUPERTREND, { line: [5, 6], direction: [1, -1] });
  assert.deepEqual([0, 1].map((index) => legendValues(one, index)[0][2]), ["green", "red"]);
  assert.deepEqual(legendValues(shown(PIVOTS, {}), 0), []);
});

test("the value of columns has the colour of rising or falling: by their bar, or by their sign", () => {
  const bars = [bar(0, 10, 12, 9, 10), bar(1, 10, 12, 9, 9)];
  const colours = (row, lines, at) => [0, 1].map((index) => legendValues(shown(row, lines, { bars }), index)[at][2]);
  assert.deepEqual(colours(VOLUME, { value: [1, 2] }, 0), ["green", "red"]);
  assert.deepEqual(colours(MACD, { macd: [1, 1], histogram: [-2, 1] }, 2), ["red", "green"]);
  assert.deepEqual(colours(MACD, { macd: [1, 1] }, 0), ["#3b7bf2", "#3b7bf2"]);
  assert.deepEqual(colours(AO, { value: [-1, -2] }, 0), ["green", "red"]);
});

test("the area between the line of a trend and the bodies has the colour of its direction", () => {
  const filled = [];
  const context = { beginPath: () => filled.push([context.fillStyle, []]), lineTo: (x, y) => filled.at(-1)[1].push([x, y]), fill() {} };
  const bars = [bar(0, 8, 12, 8, 12), bar(1, 9, 11, 9, 11), bar(2, 20, 22, 20, 22), bar(3, 20, 24, 20, 24)];
  const one = shown(SUPERTREND, { line: [5, 6, 30, 30], direction: [1, 1, -1, -1] });
  paintBelow({ ...one, context, bars, look: lookOf(SUPERTREND), values: { shifts: {}, profile: [] }, x: (index) => index * 10, y: (value) => value, spacing: 10, first: 0, last: 3 });
  assert.deepEqual(filled, [["green", [[0, 5], [10, 6], [10, 10], [0, 10]]], ["red", [[20, 30], [30, 30], [30, 22], [20, 21]]]]);
});

test("a note says what is wrong, what the API notes, and whether older bars are needed", () => {
  const one = shown(RSI, { value: [1, 2] }, { values: { shifts: {}, notes: ["from 5m bars"] } });
  assert.equal(legendNote(one, 0, ""), "from 5m bars");
  assert.equal(legendNote(one, 1, "busy"), "busy · from 5m bars · needs older bars to settle");
  assert.equal(legendNote(one, 9, ""), "from 5m bars");
});

test("columns are coloured by sign and change, or by their bar", () => {
  const view = (row, lines, bars = []) => ({ ...shown(row, lines), look: lookOf(row), bars });
  const paint = columnPaint(view(MACD, { histogram: [1, 2, 1, -1, -2, -1, -1] }), "histogram");
  const painted = [0, 1, 2, 3, 4, 5, 6].map((index) => paint({ index }));
  assert.deepEqual(painted, [["green", 1], ["green", 1], ["green", 0.55], ["red", 1], ["red", 1], ["red", 0.55], ["red", 0.55]]);
  const volume = columnPaint(view(VOLUME, { value: [1, 1] }, [bar(0, 10, 12, 9, 10), bar(1, 10, 12, 9, 9)]), "value");
  assert.deepEqual([0, 1].map((index) => volume({ index })[0]), ["pale green", "pale red"]);
  const own = view(MACD, { histogram: [1] });
  own.study = { ...own.study, colours: { histogram: "#123456" } };
  assert.deepEqual(columnPaint(own, "histogram")({ index: 0 }), ["#123456", 1]);
});

test("the text of a tag can be read on its colour", () => {
  assert.deepEqual(["#ffffff", "#000000", "rgb(38, 166, 154)", "#8f66d9"].map(textOn), ["#0a0c12", "#ffffff", "#0a0c12", "#0a0c12"]);
});
