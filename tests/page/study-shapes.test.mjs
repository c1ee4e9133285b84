import assert from "node:assert/strict";
import test from "node:test";

import { areasOf, clamped, columnsOf, extentOf, levelRuns, runsOf, verticesOf } from "../../resources/web/study-shapes.js";

const aligned = (line, settled = line.map(() => true)) => ({ lines: { value: Float64Array.from(line) }, settled });
const screen = (first, last, spacing = 10) => ({ first, last, spacing, x: (index) => index * spacing });

test("wide bars have a column each, with one more on each side of the screen", () => {
  const columns = columnsOf(aligned([1, 2, 3, 4, 5]), "value", screen(2, 2));
  assert.deepEqual(columns.map(({ x, last }) => [x, last]), [[10, 2], [20, 3], [30, 4]]);
});

test("a displaced line is drawn at its bar plus the displacement, also beyond the last bar and before the first", () => {
  const columns = columnsOf(aligned([1, 2, 3]), "value", screen(0, 9), 4);
  assert.deepEqual(columns.map(({ x, last }) => [x, last]), [[40, 1], [50, 2], [60, 3]]);
  assert.deepEqual(columnsOf(aligned([1, 2, 3]), "value", screen(0, 2), -1).map(({ x }) => x), [-10, 0, 10]);
});

test("narrow bars are gathered by pixel with every extreme, their last value, and settled only together", () => {
  const columns = columnsOf(aligned([5, 9, 1, 4, NaN, 7], [true, true, false, true, true, true]), "value", screen(0, 5, 0.25));
  assert.deepEqual(columns.map(({ least, greatest, last, isSettled, index }) => [least, greatest, last, isSettled, index]), [[5, 9, 9, true, 1], [1, 7, 7, false, 5]]);
});

test("a line is interrupted where it has no value, and joins where its colour changes", () => {
  const columns = [1, 2, NaN, 3, 4, 5].map((value, i) => ({ least: value, key: i < 5 ? "a" : "b" }));
  const keys = (breaks) => runsOf(columns, ({ key }) => key, breaks).map((run) => [run.key, run.columns.map(({ least }) => least)]);
  assert.deepEqual(keys(false), [["a", [1, 2]], ["a", [3, 4]], ["b", [4, 5]]]);
  assert.deepEqual(keys(true), [["a", [1, 2]], ["a", [3, 4]], ["b", [5]]]); // a trend that turns
});

test("the area between two lines ends at their crossing and begins there with the other colour", () => {
  const points = [{ x: 0, top: 0, bottom: 10, apart: 10 }, { x: 10, top: 10, bottom: 0, apart: -10 }];
  assert.deepEqual(areasOf(points), [
    { isAbove: true, outline: [[0, 0], [5, 5], [5, 5], [0, 10]] },
    { isAbove: false, outline: [[5, 5], [10, 10], [10, 0], [5, 5]] },
  ]);
  assert.deepEqual(areasOf([points[0], null, points[1]]), []);
  const touching = [{ x: 0, top: 5, bottom: 5, apart: 0 }, points[1]];
  assert.deepEqual(areasOf(touching).map(({ isAbove }) => isAbove), [false]);
});

test("a level is one piece as long as it keeps its value and stays settled", () => {
  const columns = [[NaN, true], [5, true], [5, true], [5, false], [6, false], [NaN, true], [6, true]].map(([last, isSettled]) => ({ last, isSettled }));
  assert.deepEqual(levelRuns(columns), [{ start: 1, end: 3 }, { start: 3, end: 4 }, { start: 4, end: 5 }, { start: 6, end: 7 }]);
});

test("the turning points of a zig zag are its values", () => {
  assert.deepEqual(verticesOf(Float64Array.of(NaN, 3, NaN, 1)), [[1, 3], [3, 1]]);
});

test("an axis shows what is drawn on the screen, and fixed levels only beside it", () => {
  const outputs = [{ name: "value", shift: 0 }];
  assert.deepEqual(extentOf(aligned([9, 2, 3, NaN, -4]), outputs, { first: 1, last: 3 }), { low: 2, high: 3 });
  assert.deepEqual(extentOf(aligned([9, 2, 3]), outputs, { first: 1, last: 3 }, [0, 70]), { low: 0, high: 70 });
  assert.deepEqual(extentOf(aligned([9, 2, 3]), [{ name: "value", shift: 5 }], { first: 5, last: 5 }), { low: 9, high: 9 });
  assert.equal(extentOf(aligned([NaN]), outputs, { first: 0, last: 0 }, [0]), null);
});

test("pixels far outside of a pane are kept near it", () => {
  assert.deepEqual([clamped(-1e9, 100), clamped(50, 100), clamped(1e9, 100)], [-4000, 50, 4100]);
});
