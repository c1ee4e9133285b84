import assert from "node:assert/strict";
import test from "node:test";

import { bar, openDocument } from "./fakes.mjs";
import { Page } from "../../resources/web/page.js";

const BARS = [bar(100), bar(200), bar(300)];

// A page that shows `series` on a chart of which `visible` is on screen, without the library and the server.
function makePage({ visible = null, ...series } = {}) {
  const byId = openDocument();
  const calls = [];
  const chart = { visible: () => visible, setRange: (...range) => calls.push(["range", ...range]), resetView: () => calls.push(["reset"]), centre: (time) => calls.push(["centre", time]) };
  const facts = { isDaily: true, base: "1h", span: 300 };
  const page = Object.assign(Object.create(Page.prototype), {
    chart, hasMoved: false, byId, calls,
    strip: { load: () => calls.push(["strip"]) },
    place: { step: () => calls.push(["step"]) },
    series: { symbol: "AAPL", interval: "4h", bars: BARS, end: null, edge: 0, facts, ...series },
  });
  page.open = async (place) => calls.push(["open", place.range]);
  return page;
}

test("a range that is loaded is shown without loading it again", () => {
  const page = makePage();
  assert.equal(page.showLoaded({ from: 100, to: null }), true);
  assert.deepEqual([page.calls, page.hasMoved], [[["range", 100, null]], true]);
  assert.equal(page.showLoaded(null), true);
  assert.deepEqual([page.calls.at(-1), page.hasMoved], [["reset"], false]);
});

test("a range that is not loaded whole is not shown so", () => {
  assert.equal(makePage().showLoaded({ from: 99, to: 200 }), false);
  const detached = makePage({ end: 350 });
  assert.deepEqual([null, { from: 100, to: null }, { from: 100, to: 351 }, { from: 100, to: 350 }].map((range) => detached.showLoaded(range)), [false, false, false, true]);
  assert.equal(makePage({ bars: [] }).showLoaded(null), false);
});

test("the address names a range only once the chart was moved, and no end at the latest bar", () => {
  const page = makePage({ visible: { firstTime: 100, lastTime: 300, isLatest: true } });
  assert.equal(page.current().range, null);
  page.hasMoved = true;
  assert.deepEqual(page.current(), { symbol: "AAPL", interval: "4h", range: { from: 100, to: null } });
  page.chart.visible = () => ({ firstTime: 100, lastTime: 200, isLatest: false });
  assert.deepEqual(page.current().range, { from: 100, to: 200 });
});

test("a date that is loaded is centred, another one is loaded with half a screen on both sides", async () => {
  const page = makePage();
  page.chart.nVisible = 50;
  await page.goToDate(200);
  assert.deepEqual(page.calls, [["step"], ["centre", 200]]);
  await page.goToDate(-1000);
  assert.deepEqual(page.calls.at(-1), ["open", { from: -1025, to: -975 }]);
  const detached = makePage({ end: 350 });
  detached.chart.nVisible = 50;
  await detached.goToDate(350);
  assert.deepEqual(detached.calls.at(-1), ["centre", 350]);
  await detached.goToDate(351);
  assert.deepEqual(detached.calls.at(-1), ["open", { from: 326, to: 376 }]);
});

test("stored bars of the series or of its base are read once for several events", () => {
  const page = makePage();
  const timers = [];
  globalThis.setTimeout = (work) => timers.push(work);
  const store = (interval, from, to, symbol = "AAPL") => page.onStored({ symbol, interval, from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() });
  store("4h", 100, 200);
  store("1h", 50, 120);
  store("1d", 0, 999);
  store("4h", 0, 999, "MSFT");
  assert.deepEqual([page.stored, timers.length, page.calls], [{ from: 50, to: 200 }, 1, [["strip"], ["strip"]]]);
});

test("the legend shows the bar under the crosshair, else the latest, or the last visible one after a jump to a date", () => {
  const page = makePage();
  const shown = [];
  page.legend = { show: (_series, ...bars) => shown.push(bars.slice(0, 2)) };
  page.showLegend(BARS[1]);
  page.showLegend(null);
  page.series.end = 350;
  page.chart.visible = () => ({ lastTime: 200 });
  page.showLegend(null);
  page.series.bars = [];
  page.series.end = null;
  page.showLegend(null);
  assert.deepEqual(shown, [[BARS[1], BARS[0]], [BARS[2], BARS[1]], [BARS[1], BARS[0]], [undefined, undefined]]);
});

test("the note at the oldest bar is seen only there, with the start of history before anything else", () => {
  const note = (from, series) => {
    const page = makePage({ startText: "Start of history", ...series });
    page.showEdge({ from });
    return page.byId.edge.hidden ? null : page.byId.edge.textContent;
  };
  assert.equal(note(0, { isDone: true }), null);
  assert.equal(note(-1, {}), null);
  assert.equal(note(-1, { isDone: true, isLoading: true }), "Start of history");
  assert.equal(note(-1, { isLoading: true, problem: "offline" }), "Loading older bars…");
  assert.equal(note(-1, { problem: "offline" }), "offline");
});
