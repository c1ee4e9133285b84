import assert from "node:assert/strict";
import test from "node:test";

import { MACD, ROWS, RSI, SMA, SUPERTREND, VOLUME } from "./study-rows.mjs";
import { PRICES, colourOf, drawnOutputs, isDrawable, lineText, matching, newStudy, parseStudies, sourcesOf, studiesText, titleOf, wordsOf } from "../../resources/web/study-model.js";

const ids = (found) => found.map(([group, rows]) => [group, rows.map(({ id }) => id)]);

test("the list is by group, and every word of a search is found in title, short title, id or group", () => {
  assert.deepEqual(ids(matching(ROWS, "")), [["Averages", ["sma"]], ["Oscillators", ["rsi", "macd"]], ["Trend", ["supertrend"]], ["Volume", ["volume"]], ["Levels", ["pivot_points"]]]);
  assert.deepEqual(ids(matching(ROWS, "Moving  AVERAGE")), [["Averages", ["sma"]]]);
  assert.deepEqual(ids(matching(ROWS, "oscillators strength")), [["Oscillators", ["rsi"]]]);
  assert.deepEqual(matching(ROWS, "moving strength"), []);
});

test("an indicator that this page cannot draw is not offered, one without a look of its own is", () => {
  const strange = { ...SMA, id: "strange", title: "Strange", outputs: [{ name: "value", plot: "rings" }] };
  assert.equal(isDrawable(strange), false);
  assert.deepEqual(matching([strange], ""), []);
  assert.deepEqual(ids(matching([{ ...SMA, id: "mine", title: "Mine" }], "")), [["Other", ["mine"]]]);
});

test("a study is added with its defaults, a key of its own, and for one line a free colour", () => {
  const first = newStudy(SMA, []);
  assert.deepEqual([first.key, first.params, titleOf(first), colourOf(first, "value")], ["sma-1", { length: 9, source: "close" }, "SMA 9 close", "#3b7bf2"]);
  const second = newStudy(SMA, [first]);
  assert.deepEqual([second.key, colourOf(second, "value")], ["sma-2", "#d9740b"]);
  assert.equal(newStudy(SMA, [second]).key, "sma-1");
  assert.deepEqual(newStudy(MACD, [first]).colours, {});
  const crosses = { ...SMA, id: "sar", outputs: [{ name: "value", plot: "crosses" }] };
  const zigzag = { ...SMA, id: "zigzag", outputs: [{ name: "value", plot: "zigzag" }, { name: "known_time", plot: "none" }] };
  assert.deepEqual([crosses, zigzag].map((row) => colourOf(newStudy(row, [first, second]), "value")), ["#8f66d9", "#8f66d9"]);
  assert.deepEqual(newStudy(SUPERTREND, [{ ...second, colours: { value: "#7f8694" } }]).colours, {}); // it has two colours
  const volume = newStudy(VOLUME, []);
  assert.deepEqual(drawnOutputs(volume).map(({ name }) => name), ["value"]); // the average is off at first
});

test("the last colour of a look is that of all outputs that follow", () => {
  const study = newStudy(SUPERTREND, []);
  assert.equal(colourOf(study, "direction"), colourOf(study, "line"));
  assert.equal(colourOf({ ...study, colours: { line: "#123456" } }, "line"), "#123456");
  assert.deepEqual(drawnOutputs(study).map(({ name }) => name), ["line"]);
});

test("a line is a source by its indicator, output and the parameters that differ", () => {
  const study = newStudy(MACD, []);
  assert.equal(lineText(study, "macd"), "macd");
  assert.equal(lineText({ ...study, params: { fast: 5, source: "ema:length=3" } }, "signal"), "macd.signal:fast=5,source=(ema:length=3)");
  const [first, second] = [newStudy(SMA, []), { ...newStudy(RSI, []), params: { length: 5, source: "close" } }];
  assert.deepEqual(sourcesOf(first, [first, second, newStudy(SUPERTREND, [])], "hl2"), [...PRICES, "rsi:length=5", "supertrend"]);
});

test("what is remembered is read back, and what is not valid is left out", () => {
  const study = { ...newStudy(SMA, []), params: { length: 50, source: "rsi" }, colours: { value: "#00ff00" }, width: 3, isShown: false };
  assert.deepEqual(parseStudies(studiesText([study, newStudy(RSI, [])]), ROWS), [study, newStudy(RSI, [])]);
  const documents = [{ key: "a", id: "sma", params: { length: "9", source: 5 }, colours: { value: "red", other: "#00ff00" }, off: ["value", "x"], width: 9 }, { key: "a", id: "rsi" }, { key: "<b>", id: "sma" }, { key: "b", id: "none" }, null, 7];
  assert.deepEqual(parseStudies(JSON.stringify(documents), ROWS), [{ ...newStudy(SMA, []), key: "a", off: ["value"] }]);
  for (const text of [null, "{", "7", "{}"]) assert.deepEqual(parseStudies(text, ROWS), []);
});

test("a parameter's name is shown in words", () => {
  assert.deepEqual(["smooth_k", "length", "macd"].map(wordsOf), ["Smooth K", "Length", "MACD"]);
});
