import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { Chart, lastPaneToSecond } from "../../resources/web/chart.js";

const days = (first, n) => Array.from({ length: n }, (_, i) => bar(first + i));

// A chart without the library: `range` is what its time scale shows, 10 px a bar on 500 px.
function makeChart(bars, range = { from: 0, to: 50 }) {
  const chart = Object.create(Chart.prototype);
  const scale = {
    getVisibleLogicalRange: () => chart.range,
    setVisibleLogicalRange: (range) => (chart.range = range),
    logicalToCoordinate: (index) => 10 * (index - chart.range.from),
    options: () => ({ barSpacing: 10 }),
    width: () => 500,
  };
  return Object.assign(chart, { bars, axisTimes: bars.map(({ time }) => time), range, api: { timeScale: () => scale }, hooks: {}, isDetached: false });
}

test("the bar at the right edge stays where it was when older bars come", () => {
  const old = days(100, 80);
  const chart = makeChart(old, { from: 10, to: 60.5 });
  chart.bars = [...days(70, 30), ...old];
  chart.hold({ from: 10, to: 60.5 }, old);
  assert.deepEqual(chart.range, { from: 40, to: 90.5 });
});

test("the visible range names the bars at its edges and whether the latest is among them", () => {
  const chart = makeChart(days(100, 80), { from: 10.2, to: 60.5 });
  assert.deepEqual(chart.visible(), { from: 10.2, to: 60.5, firstTime: 111, lastTime: 160, isLatest: false });
  chart.range = { from: -5, to: 79 };
  assert.deepEqual(chart.visible(), { from: -5, to: 79, firstTime: 100, lastTime: 179, isLatest: true });
  chart.isDetached = true;
  assert.equal(chart.visible().isLatest, false);
  assert.equal(makeChart([]).visible(), null);
});

test("a range of time is shown from its first to its last bar, and never fewer than five bars", () => {
  const chart = makeChart(days(100, 80));
  chart.setRange(110, 120);
  assert.deepEqual(chart.range, { from: 9.5, to: 20.5 });
  chart.setRange(110, 111);
  assert.deepEqual(chart.range, { from: 6.5, to: 11.5 });
  chart.setRange(110, null);
  assert.deepEqual(chart.range, { from: 9.5, to: 83 });
});

test("a date is centred, the first bar of all stays near the left edge", () => {
  const chart = makeChart(days(100, 80));
  chart.centre(150);
  assert.deepEqual(chart.range, { from: 25, to: 75 });
  chart.centre(0);
  assert.deepEqual(chart.range, { from: -4, to: 46 });
});

test("zooming keeps the right edge", () => {
  const chart = makeChart(days(100, 80), { from: 30, to: 60 });
  chart.zoom(2);
  assert.deepEqual(chart.range, { from: 0, to: 60 });
  chart.zoom(0.01);
  assert.deepEqual(chart.range, { from: 55, to: 60 });
});

test("only new bars at the right end are appended", () => {
  const old = days(100, 10);
  const isAppended = (bars) => makeChart(bars).isTailChange(old, old.map(({ time }) => time));
  assert.equal(isAppended([...old, bar(110)]), true);
  const moved = makeChart([...old, bar(110)]);
  assert.equal(moved.isTailChange(old, old.map(({ time }) => time + 3600)), false); // the axis has another zone
  assert.equal(moved.isTailChange(old, [...old.slice(0, 9).map(({ time }) => time), 0]), false);
  assert.equal(isAppended([...old.slice(0, 9), bar(109, 10, 12, 9, 7)]), true);
  assert.equal(isAppended([...old.slice(0, 8), bar(108), old[9]]), false);
  assert.equal(isAppended([bar(99), ...old]), false);
  assert.equal(isAppended([...old, ...days(110, 6)]), false);
});

test("the pane of volume comes second, whether or not the panes were drawn yet, and the others keep their order", () => {
  const order = ["prices", "rsi", "macd", "volume"];
  const swapPanes = (first, second) => ([order[first], order[second]] = [order[second], order[first]]);
  lastPaneToSecond({ panes: () => order, swapPanes });
  assert.deepEqual(order, ["prices", "volume", "rsi", "macd"]);
  const alone = ["prices", "volume"];
  lastPaneToSecond({ panes: () => alone, swapPanes: () => assert.fail() });
});
