import assert from "node:assert/strict";
import test from "node:test";

import { bar } from "./fakes.mjs";
import { RSI, SMA } from "./study-rows.mjs";
import { Chart } from "../../resources/web/chart.js";
import { newStudy } from "../../resources/web/study-model.js";
import { Studies } from "../../resources/web/studies.js";

const BARS = [bar(100), bar(200), bar(300)];
const PROFILE = { ...SMA, id: "volume_profile" };
const store = (interval, from, symbol = "AAPL") => ({ symbol, interval, from: new Date(from * 1000).toISOString() });

// The indicators of a chart without the page; `asked` are [key, from, to, isNew] of what is requested.
function makeStudies(rows, { settled = [true, true, true] } = {}) {
  const asked = [];
  const studies = rows.reduce((found, row) => [...found, newStudy(row, found)], []);
  return Object.assign(Object.create(Studies.prototype), {
    asked, studies, bars: [], drawn: new Map(),
    chart: { bars: [], visible: () => ({ firstTime: 100, lastTime: 300 }), setUpcoming: (times) => (asked.upcoming = times) },
    series: { symbol: "AAPL", interval: "4h", end: null, facts: { base: "1h", step: 100 } },
    feed: { ask: ({ key }, { from, to }, isNew) => asked.push([key, from, to, isNew]), values: () => ({ time: [100, 200, 300], settled, upcoming: [500, 400] }) },
  });
}

function showBars(studies, bars, start = 0) {
  studies.chart.bars = bars;
  studies.onShown(start);
  return studies.asked.splice(0);
}

function later(work) {
  const timers = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (call) => timers.push(call);
  work();
  globalThis.setTimeout = real;
  timers.forEach((call) => call());
  return timers.length;
}

test("all values are requested of a new series, then only those of new and changed bars, and none of hidden studies", () => {
  const studies = makeStudies([SMA, RSI]);
  studies.studies[1].isShown = false;
  assert.deepEqual(showBars(studies, BARS), [["sma-1", 100, Infinity, true]]);
  assert.deepEqual(showBars(studies, [bar(50), ...BARS]), [["sma-1", 50, 100, false]]);
  assert.deepEqual(showBars(studies, [...studies.bars]), []);
  assert.deepEqual(showBars(studies, [...studies.bars, bar(400)], 4), [["sma-1", 400, Infinity, false]]);
});

test("after a jump to a date, values are requested up to the end of what is loaded", () => {
  const studies = makeStudies([SMA]);
  studies.series.end = 350;
  assert.deepEqual(showBars(studies, BARS), [["sma-1", 100, 350, true]]);
});

test("stored bars let values be requested that they can settle, once for several events", () => {
  const studies = makeStudies([SMA], { settled: [false, false, true] });
  showBars(studies, BARS);
  assert.equal(later(() => [store("4h", 50), store("1h", 60), store("1d", 0), store("4h", 0, "MSFT")].forEach((row) => studies.onStored(row))), 1);
  assert.deepEqual(studies.asked, [["sma-1", 100, 300, false]]);
});

test("newer bars settle nothing, and settled values are not requested again", () => {
  const studies = makeStudies([SMA], { settled: [false, false, true] });
  showBars(studies, BARS);
  later(() => studies.onStored(store("4h", 300)));
  assert.deepEqual(studies.asked, []);
  const settled = makeStudies([SMA]);
  showBars(settled, BARS);
  later(() => settled.onStored(store("4h", 0)));
  assert.deepEqual(settled.asked, []);
});

test("what is made of the visible range follows it, a moment later, and every store of its symbol", () => {
  const studies = makeStudies([PROFILE]);
  studies.placeRows = studies.showValues = () => {};
  assert.equal(later(() => showBars(studies, BARS)), 1);
  assert.deepEqual(studies.asked.splice(0), [["volume_profile-1", 100, 400, true]]);
  assert.equal(later(() => studies.onMoved()), 0); // nothing moved
  studies.chart.visible = () => ({ firstTime: 200, lastTime: 300 });
  assert.equal(later(() => [0, 1, 2].forEach(() => studies.onMoved())), 1);
  assert.deepEqual(studies.asked.splice(0), [["volume_profile-1", 200, 400, true]]);
});

test("the time axis has the places that the calendar expects next, ascending", () => {
  const studies = makeStudies([SMA, RSI]);
  studies.showUpcoming();
  assert.deepEqual(studies.asked.upcoming, [400, 500]);
});

test("places of upcoming bars lie after the last bar, and a bar takes the place that was kept for it", () => {
  let data = null;
  const zone = { axisTimes: (bars) => bars.map(({ time }) => time + 7) };
  const chart = Object.assign(Object.create(Chart.prototype), { bars: BARS, axisTimes: [107, 207, 307], zone, future: { setData: (points) => (data = points) } });
  chart.setUpcoming([300, 400, 500]);
  assert.deepEqual(data, [{ time: 407 }, { time: 507 }]);
  chart.bars = [...BARS, bar(400)];
  chart.setUpcoming(chart.upcoming);
  assert.deepEqual([data, chart.upcoming], [[{ time: 507 }], [500]]);
  chart.bars = [];
  chart.setUpcoming(chart.upcoming);
  assert.deepEqual(data, []);
});
