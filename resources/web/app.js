// The entry point: builds the page, binds the keys, and offers the page's state to scripts and tests as `window.candledesk`.

import { INTERVALS } from "./candles.js";
import { Countdown } from "./countdown.js";
import { GoToDate, IntervalEntry, Sheet } from "./dialogs.js";
import { Drawings } from "./drawings.js";
import { Empty } from "./empty.js";
import { Keys } from "./keys.js";
import { Page, prepare } from "./page.js";

const ZOOM = 1.2;
const SYMBOLS_MS = 150; // the script of the chart keeps the processor busy: what is requested before it, the server answers meanwhile
const byId = (id) => document.getElementById(id);

function buildIntervals(page) {
  const open = (name) => page.openNew(page.series?.symbol ?? byId("symbol").value, name);
  const other = document.createElement("button");
  Object.assign(other, { type: "button", id: "other-interval", hidden: true });
  byId("intervals").replaceChildren(...Object.keys(INTERVALS).map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => open(name));
    return button;
  }), other);
  return new IntervalEntry(open);
}

function buildKeys(page, goToDate, interval) {
  const { chart, choices, controls, jobs } = page;
  const moving = (move) => () => {
    page.onUserInput();
    move();
  };
  const keys = new Keys([
    [["ArrowLeft", "ArrowRight"], "one bar", moving(() => chart.pan(-1)), moving(() => chart.pan(1))],
    [["Ctrl+ArrowLeft", "Ctrl+ArrowRight"], "one page", moving(() => chart.page(-1)), moving(() => chart.page(1))],
    [["Plus", "Minus"], "zoom", moving(() => chart.zoom(1 / ZOOM)), moving(() => chart.zoom(ZOOM))],
    [["Ctrl+ArrowUp", "Ctrl+ArrowDown"], "zoom", moving(() => chart.zoom(1 / ZOOM)), moving(() => chart.zoom(ZOOM))],
    [["Home", "End"], "first and latest bar", moving(() => page.goToFirst()), moving(() => page.goToLatest())],
    [["0"], "all loaded bars", moving(() => chart.fit())],
    [["Slash"], "indicators", () => page.studies.openList()],
    [["Alt+KeyG"], "go to date", () => goToDate.show()],
    [["Alt+KeyR"], "reset the view", () => controls.reset()],
    [["Alt+KeyL"], "logarithmic price axis", () => controls.toggleLog()],
    [["Alt+KeyP"], "percent", () => controls.togglePercent()],
    [["Alt+KeyI"], "price axis upside down", () => chart.invert()],
    [["Alt+KeyS"], "save a picture", () => choices.savePicture()],
    [["Alt+KeyC"], "save the candles on screen as CSV", () => choices.saveCandles()],
    [["Alt+KeyK"], "chart type", () => choices.menus.type.open()],
    [["Alt+KeyJ"], "jobs", () => jobs.toggle()],
    [["Alt+KeyT"], "dark, light, or as the system", () => page.theme.switch()],
    [["Alt+Enter"], "full screen", () => controls.toggleFullscreen()],
    [["Question"], "this sheet", () => sheet.show()],
  ], { onLetter: () => page.search.begin(), onDigit: (digit) => interval.begin(digit) });
  const sheet = new Sheet(keys);
}

function bindGoToDate(page) {
  const dialog = new GoToDate((time) => page.goToDate(time));
  dialog.bind(() => {
    const visible = page.chart.visible();
    if (!page.series || !visible) return null;
    const { start } = page.series;
    return { first: start ? Math.max(start.time, page.series.storedFrom ?? start.time) : null, shown: (visible.firstTime + visible.lastTime) / 2, reason: start?.reason ?? "" };
  });
  return dialog;
}

function stateOf(page) {
  const { series } = page;
  return {
    symbol: series?.symbol, interval: series?.interval, isLoading: series?.isLoading ?? false, isDone: series?.isDone ?? false, isLatest: series?.end === null,
    problem: series?.problem ?? "", start: series?.start ?? null, edge: series?.edge ?? null, requests: series?.nRequests ?? 0, link: page.status.link,
    isLeader: page.events?.isLeader ?? false, type: page.chart.type, zone: page.zone?.name ?? null, adjust: series?.adjust, countdown: page.layers.find(Countdown)?.text ?? "",
  };
}

// `read()` answers the page, null until its chart is built.
function publicState(read) {
  const of = (work, otherwise) => () => (read() ? work(read()) : otherwise);
  return Object.freeze({
    bars: of((page) => page.series?.bars.map((bar) => ({ ...bar })) ?? [], []),
    visibleRange: of((page) => page.chart.visible(), null),
    coverage: of((page) => page.strip.drawn.map(({ piece, left, right }) => ({ state: piece.state, from: piece.from, to: piece.to, left, right })), []),
    drawings: of((page) => page.layers.find(Drawings).drawn, []),
    studies: of((page) => page.studies.state(), []),
    picture: of((page) => page.chart.snapshot().toDataURL(), ""),
    axes: of((page) => page.chart.api.panes().map((pane) => {
      const { mode, invertScale } = pane.priceScale("right").options();
      return { mode, invertScale };
    }), []),
    state: of(stateOf, { isLoading: true, isDone: false, problem: "", requests: 0, link: "", isLeader: false }),
  });
}

// Resolves when the script of the chart has run or cannot be loaded.
function loadLibrary() {
  const script = document.createElement("script");
  script.src = "/assets/lightweight-charts.js";
  document.head.append(script);
  return new Promise((resolve) => ["load", "error"].forEach((name) => script.addEventListener(name, resolve)));
}

async function start() {
  let page = null;
  window.candledesk = publicState(() => page);
  const prepared = await prepare();
  await Promise.race([prepared?.symbols, new Promise((resolve) => setTimeout(resolve, SYMBOLS_MS))]); // then the bars are requested
  await loadLibrary();
  if (typeof LightweightCharts === "undefined") {
    new Empty(null).show("The chart script is missing", "CandleDesk found no trusted copy of Lightweight Charts. Install it again with `make setup`.");
    return;
  }
  page = new Page();
  performance.mark("chart-built");
  const interval = buildIntervals(page);
  buildKeys(page, bindGoToDate(page), interval);
  page.start(prepared);
}

start();
