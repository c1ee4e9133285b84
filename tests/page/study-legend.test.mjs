import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { MACD, PIVOTS, RSI, SUPERTREND, VOLUME } from "./study-rows.mjs";
import { legendNote, legendValues } from "../../resources/web/study-legend.js";
import { lookOf, newStudy } from "../../resources/web/study-model.js";
import { columnPaint } from "../../resources/web/study-painter.js";
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
