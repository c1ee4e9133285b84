// The indicators of this page: which there are, their values, series, rows of the legend and dialogs.

import { get } from "./api.js";
import { StudyList, StudySettings } from "./study-dialogs.js";
import { StudyLegend, legendNote, legendValues } from "./study-legend.js";
import { isOfRange, isOnPrices, newStudy, parseStudies, readsOthers, studiesText, titleOf } from "./study-model.js";
import { StudySeries } from "./study-series.js";
import { StudyFeed, changedSpans, pathOf, queryOf, unsettledSpan } from "./study-values.js";
import { fromIso } from "./time.js";

const KEY = "candledesk.indicators";
const RANGE_MS = 200; // what is made of the visible range is requested five times a second at most
const STORED_MS = 400; // the chart reads its bars again after bars were stored; values follow
const SEPARATOR_PX = 1; // between panes
const ALL = { from: -Infinity, to: Infinity };
const byId = (id) => document.getElementById(id);

export class Studies {
  // `onError(error)`: the catalogue cannot be read.
  constructor(chart, onError) {
    Object.assign(this, { chart, onError, rows: [], studies: [], drawn: new Map(), bars: [], series: null, hovered: null, tops: "" });
    this.feed = new StudyFeed((key) => this.onValues(key));
    this.legend = new StudyLegend(byId("study-row"), byId("studies-on-prices"), byId("studies-in-panes"), {
      toggle: (key) => this.toggle(key), settings: (key) => this.settings.open(this.find(key)), remove: (key) => this.remove(key),
      wheel: (event) => chart.api.chartElement().dispatchEvent(new WheelEvent(event.type, event)),
    });
    this.list = new StudyList({ rows: () => this.rows, count: (id) => this.studies.filter(({ row }) => row.id === id).length, add: (row) => this.add(row) });
    this.settings = new StudySettings({ others: () => this.studies, check: (study) => this.check(study), preview: (study) => this.replace(study), keep: () => this.remember() });
    byId("indicators-open").addEventListener("click", () => this.openList());
  }

  // Shows the remembered ones; the catalogue is read only when there are any.
  async start() {
    const text = localStorage.getItem(KEY);
    if (!text || text === "[]") return;
    await this.readCatalogue();
    if (this.rows.length > 0) this.setStudies(parseStudies(text, this.rows));
  }

  async readCatalogue() {
    if (this.rows.length > 0) return;
    try {
      this.rows = await get("/api/v1/indicators");
    } catch (error) {
      this.onError(error);
    }
  }

  async openList() {
    await this.readCatalogue();
    if (this.rows.length > 0) this.list.open();
  }

  find(key) {
    return this.studies.find((study) => study.key === key);
  }

  // --- which there are ---

  add(row) {
    this.setStudies([...this.studies, newStudy(row, this.studies)]);
    this.remember();
  }

  remove(key) {
    this.setStudies(this.studies.filter((study) => study.key !== key));
    this.remember();
  }

  toggle(key) {
    const study = this.find(key);
    this.replace({ ...study, isShown: !study.isShown });
    this.remember();
  }

  replace(study) {
    this.setStudies(this.studies.map((one) => (one.key === study.key ? study : one)));
  }

  remember() {
    localStorage.setItem(KEY, studiesText(this.studies));
  }

  setStudies(studies) {
    const before = new Map(this.studies.map((study) => [study.key, study]));
    this.studies = studies;
    for (const key of before.keys()) if (!this.find(key)) this.take(key);
    for (const study of studies) {
      const old = before.get(study.key);
      if (old === study) continue;
      if (old) this.drawn.get(study.key).show(study);
      else this.drawn.set(study.key, new StudySeries(this.chart, study, () => this.placeSoon()));
      if (!old) this.drawn.get(study.key).draw();
      if (study.isShown && (!old?.isShown || JSON.stringify(old.params) !== JSON.stringify(study.params))) this.askAll(study);
    }
    this.legend.show(studies);
    this.tops = "";
    this.placeRows();
    this.showValues();
    this.showUpcoming();
  }

  take(key) {
    this.feed.drop(key);
    const shown = this.drawn.get(key);
    this.drawn.delete(key);
    shown.remove();
  }

  // Resolves to what the API finds wrong with the inputs of a study, "" for nothing.
  async check(study) {
    if (!this.series) return "";
    try {
      await get(pathOf(study), { ...queryOf(study, this.series, { from: 0, to: Infinity }), from: undefined, countback: 1 });
      return "";
    } catch (error) {
      return error.field === "symbol" || error.status === undefined ? "" : error.message;
    }
  }

  // --- values ---

  // Another series is opened; its bars come later.
  open(series) {
    this.series = series;
    this.bars = [];
    this.feed.open(series);
    for (const shown of this.drawn.values()) shown.setValues(this.feed.values(shown.study.key));
    this.showUpcoming();
  }

  // The chart shows bars, from index `start` on other ones than before.
  onShown(start) {
    const { bars } = this.chart;
    const spans = changedSpans(this.bars, bars);
    this.bars = bars;
    for (const shown of this.drawn.values()) shown.draw(start);
    if (bars.length === 0) return;
    for (const study of this.shown()) {
      if (!spans || isOfRange(study)) this.askAll(study);
      else for (const span of spans) this.ask(study, span);
    }
  }

  shown() {
    return this.studies.filter(({ isShown }) => isShown);
  }

  askAll(study) {
    if (isOfRange(study)) this.askRange();
    else this.ask(study, ALL, true);
  }

  ask(study, { from, to }, isNew = false) {
    if (!this.series || this.bars.length === 0) return;
    const end = this.series.end ?? Infinity;
    this.feed.ask(study, { from: Math.max(from, this.bars[0].time), to: Math.min(to, end) }, isNew);
  }

  // What is made of the visible range, a moment after the last of several calls.
  askRange() {
    this.rangeTimer ??= setTimeout(() => {
      this.rangeTimer = null;
      const visible = this.chart.visible();
      if (!visible || !this.series) return;
      const span = `${this.series.symbol} ${this.series.interval} ${visible.firstTime} ${visible.lastTime}`;
      for (const study of this.shown().filter(isOfRange)) this.feed.ask(study, { from: visible.firstTime, to: visible.lastTime + this.series.facts.step }, true);
      this.rangeShown = span;
    }, RANGE_MS);
  }

  onMoved() {
    const visible = this.chart.visible();
    if (visible && this.series && this.shown().some(isOfRange) && this.rangeShown !== `${this.series.symbol} ${this.series.interval} ${visible.firstTime} ${visible.lastTime}`) this.askRange();
    this.placeRows();
    this.showValues();
  }

  // Bars were stored, or more is known of a span: values that they can change are requested again.
  onStored(row) {
    const { series } = this;
    if (!series || row.symbol !== series.symbol) return;
    const isOwn = [series.interval, series.facts.base].includes(row.interval);
    this.stored = { isOwn: isOwn || this.stored?.isOwn, from: Math.min(this.stored?.from ?? Infinity, fromIso(row.from)) };
    this.storedTimer ??= setTimeout(() => this.readStored(series), STORED_MS);
  }

  readStored(series) {
    const { isOwn, from } = this.stored;
    this.stored = this.storedTimer = null;
    if (this.series !== series) return;
    for (const study of this.shown()) {
      if (readsOthers(study)) this.askAll(study);
      else if (isOwn) {
        const span = unsettledSpan(this.feed.values(study.key));
        if (span && from < span.last) this.ask(study, span);
      }
    }
  }

  // After a break of the event stream.
  catchUp() {
    for (const study of this.shown()) this.askAll(study);
  }

  onValues(key) {
    const shown = this.drawn.get(key);
    if (!shown) return;
    shown.setValues(this.feed.values(key));
    this.showUpcoming();
    this.showValues();
    this.tops = ""; // the legend may be higher now
    this.placeRows();
  }

  // The time axis has places for lines that are drawn ahead of the last bar.
  showUpcoming() {
    const times = this.shown().flatMap(({ key }) => this.feed.values(key).upcoming);
    this.chart.setUpcoming([...new Set(times)].sort((a, b) => a - b));
  }

  // --- the legend ---

  // `index` of the bar under the crosshair; null: the latest one, or the last visible one when the latest is not loaded.
  showValues(index = this.hovered) {
    this.hovered = index;
    const { bars } = this.chart;
    const visible = this.chart.isDetached ? this.chart.visible() : null;
    const at = index ?? (visible ? Math.min(Math.floor(visible.to), bars.length - 1) : bars.length - 1);
    for (const [key, shown] of this.drawn) {
      shown.format();
      const { study, aligned, values, write } = shown;
      const row = { study, aligned, bars, values, write, colours: this.chart.colours };
      this.legend.setValues(key, legendValues(row, at), legendNote(row, at, this.feed.problem(key)));
    }
  }

  // After the frame in which the panes were drawn.
  placeSoon() {
    this.placing ??= requestAnimationFrame(() => {
      this.placing = null;
      this.placeRows();
    });
  }

  placeRows() {
    const heights = this.chart.api.panes().map((pane) => pane.getHeight());
    const tops = [...this.drawn].filter(([, { study }]) => !isOnPrices(study)).map(([key, shown]) => {
      const at = shown.pane.paneIndex();
      return [key, heights.slice(0, at).reduce((sum, height) => sum + height + SEPARATOR_PX, 0)];
    });
    const text = JSON.stringify([heights[0], tops]);
    if (text === this.tops) return;
    this.tops = text;
    this.chart.setTopMargin((byId("legend").offsetTop + byId("legend").offsetHeight) / Math.max(heights[0], 1));
    this.legend.place(tops.filter(([key]) => this.legend.rows.has(key)));
  }

  // For scripts and tests.
  state() {
    return this.studies.map((study) => ({
      key: study.key, id: study.row.id, title: titleOf(study), isShown: study.isShown, pane: this.drawn.get(study.key).pane.paneIndex(), problem: this.feed.problem(study.key), isLoading: this.feed.isLoading,
      n: this.feed.values(study.key).time.length, nUnsettled: this.feed.values(study.key).settled.filter((isSettled) => !isSettled).length,
    }));
  }
}
