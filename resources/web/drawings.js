// Draws the stored drawings of a series in the panes of the chart, for reading only. Points come from the server as times of the bars
// of the interval and prices as the candles have them; what drawings show of bars (a VWAP, a profile, what became of a position) it
// computes too.

import { get } from "./api.js";
import { figuresOf, fixedPoint, goesOn, hidesLabels, isComputed, isKnown } from "./drawing-figures.js";
import { boxOf, isWithin, seenEntries } from "./drawing-geometry.js";
import { KeptPicture, paintFigure } from "./drawing-painter.js";
import { indexOf, knownBars, placesOf } from "./drawing-places.js";
import { preference } from "./preferences.js";
import { priceText } from "./study-numbers.js";
import { textOn } from "./study-series.js";
import { toIso } from "./time.js";

const PATH = "/api/v1/drawings";
const FIRST_MS = 400;
const VALUES_MS = 200; // older bars come in steps
const STORED_MS = 400; // bars are stored in many small steps
const LABEL_PX = 400; // how far a label may reach beyond the points of its drawing
const PRICE = "price";

export class Drawings {
  constructor({ chart }) {
    Object.assign(this, { chart, panes: new Map(), wait: FIRST_MS });
    this.forget(null);
    chart.addToPanes((pane) => this.primitiveOf(pane));
    chart.api.subscribeCrosshairMove(({ point, paneIndex }) => this.point(point, paneIndex));
  }

  // Nothing is known of the drawings of a series.
  forget(series) {
    clearTimeout(this.valuesTimer);
    Object.assign(this, { series, pointedAt: null, isRead: false, drawings: [], values: {}, counts: null, known: null, valuesTimer: null, askedFrom: null, turn: null, valuesTurn: null });
  }

  // --- reading ---

  open(series) {
    this.forget(series);
  }

  // They are read once there are bars to draw on, with the first chart of the page a moment later: its bars come first.
  onBars(series) {
    if (this.isRead) {
      if (this.askedFrom !== null && this.chart.bars[0]?.time < this.askedFrom) this.readValuesSoon(VALUES_MS);
      return;
    }
    this.isRead = true;
    setTimeout(() => series === this.series && this.read(series), this.wait);
    this.wait = 0;
  }

  onEvent(name, row) {
    const { series } = this;
    if (!series || !row?.symbol) return;
    if (name === "drawing" && row.symbol === series.symbol) this.read(series);
    const isOfSeries = series.symbol.split("/").includes(row.symbol);
    if ((name === "bars_stored" || name === "coverage_changed") && isOfSeries) this.readValuesSoon(STORED_MS);
  }

  catchUp() {
    if (this.series) this.read(this.series);
  }

  queryOf({ symbol, interval, adjust }) {
    return { symbol, interval, adjust: adjust === "splits" ? undefined : adjust };
  }

  // An answer to an older request than the last one is dropped, here and below.
  async read(series) {
    const turn = (this.turn = {});
    const found = await get(PATH, this.queryOf(series)).catch(() => null);
    if (!found || turn !== this.turn) return;
    this.drawings = found.drawings.filter((one) => one.id in found.places && !one.chart && isKnown(one.type))
      .map(({ id, type, text, pane, points }) => ({ id, type, text: text ?? "", pane, stored: points.map(({ t }) => t), ...found.places[id] }));
    this.redraw();
    await this.readValues(series);
  }

  // What is drawn of bars, or depends on bars that are not loaded: after the drawings themselves, and again when bars change.
  get needsValues() {
    const { bars } = this.chart;
    const isOut = ({ t }) => t < bars[0].time || t > bars.at(-1).time;
    return bars.length > 0 && this.drawings.some(({ type, points }) => isComputed(type) || points.some(isOut));
  }

  readValuesSoon(wait) {
    const { series } = this;
    this.valuesTimer ??= setTimeout(() => {
      this.valuesTimer = null;
      if (series === this.series) this.readValues(series);
    }, wait);
  }

  async readValues(series) {
    if (!this.needsValues) return;
    const from = (this.askedFrom = this.chart.bars[0].time);
    const turn = (this.valuesTurn = {});
    const span = { from: toIso(from), to: series.end === null ? undefined : toIso(series.end) };
    const found = await get(PATH, { ...this.queryOf(series), ...span }).catch(() => null);
    if (!found || turn !== this.valuesTurn) return;
    Object.assign(this, { values: found.values, counts: found.counts, known: null });
    this.redraw();
  }

  // --- panes ---

  redraw() {
    for (const { requestUpdate } of this.panes.values()) requestUpdate?.();
  }

  // The primitive of a pane: {id, series(), decimals()}.
  primitiveOf(pane) {
    const state = { drawn: [], pane };
    const picture = new KeptPicture();
    const draw = (target) => target.useBitmapCoordinateSpace((scope) => picture.draw(scope, this.keyOf(pane), (context) => {
      state.drawn = this.paint(context, scope.mediaSize, pane);
    }));
    const views = [{ zOrder: () => "top", renderer: () => ({ draw }) }];
    const tags = (of) => this.drawings.filter((one) => of(one)).map((one) => this.tagOf(one, pane));
    return {
      attached: ({ requestUpdate }) => this.panes.set(pane.id, Object.assign(state, { requestUpdate })),
      detached: () => this.panes.get(pane.id) === state && this.panes.delete(pane.id),
      paneViews: () => views,
      priceAxisViews: () => tags((one) => one.type === "horizontal_line" && one.pane === pane.id),
      timeAxisViews: () => (pane.id === PRICE ? tags((one) => one.type === "vertical_line") : []),
      updateAllViews: () => {},
    };
  }

  // The topmost box under the pointer, which is at a point of a pane (none: it is elsewhere), shows the labels that it hides else.
  point(at, paneIndex) {
    const under = [...this.panes.values()].find(({ pane }) => pane.series().getPane().paneIndex() === paneIndex);
    const found = at && under?.drawn.findLast(({ type, points }) => hidesLabels(type) && isWithin([at.x, at.y], boxOf(points)));
    this.pointedAt = found?.id ?? null; // the library paints the drawings again after each move
  }

  // What was drawn last, for scripts and tests.
  get drawn() {
    return [...this.panes.values()].flatMap(({ drawn }) => drawn);
  }

  onPreference(name) {
    if (name !== "points") return;
    this.known = null;
    this.redraw();
  }

  // Where bars are, until others are loaded or known.
  get bars() {
    const { bars, upcoming } = this.chart;
    if (this.known?.bars !== bars || this.known.upcoming !== upcoming) {
      const times = [...bars.map(({ time }) => time), ...upcoming];
      this.known = { bars, upcoming, curves: new Map(), isByTime: preference("points") === "time", ...knownBars(times, bars.length, this.series, this.counts) };
    }
    return this.known;
  }

  // What the picture of a pane depends on; all axes are linear or logarithmic, so that three prices show how one lies.
  keyOf(pane) {
    const { chart } = this;
    const isEmpty = !this.series || chart.bars.length === 0;
    const x = isEmpty ? () => NaN : chart.pixelsOf();
    const ys = isEmpty ? [] : [1, 2, 4].map((price) => pane.series().priceToCoordinate(price));
    return [this.drawings, this.values, this.pointedAt, isEmpty ? null : this.bars, x(0), x(1), ...ys, pane.decimals(), chart.mode.isLog];
  }

  paint(context, mediaSize, pane) {
    const { chart, series } = this;
    if (!series || chart.bars.length === 0) return [];
    const drawn = [];
    const view = { ...mediaSize, x: chart.pixelsOf() };
    for (const one of this.drawings) {
      if (one.pane !== pane.id && !one.style.panes) continue;
      const shown = this.place(one, pane, view);
      if (!shown) continue;
      const figures = figuresOf(one.type, shown);
      for (const figure of figures) paintFigure(context, figure, chart.fontFamily);
      drawn.push({ id: one.id, type: one.type, pane: pane.id, points: shown.points, figures });
    }
    return drawn;
  }

  // A drawing with what its figures are made of, null when nothing of it can be seen.
  place(one, pane, view) {
    const { chart } = this;
    const indexes = one.points.map((point) => indexOf(point, this.bars));
    const xs = indexes.map(view.x);
    const fixed = fixedPoint(one.type, one.style, view);
    if (!fixed && (xs.some(Number.isNaN) || (!goesOn(one.type, one.style) && (Math.max(...xs) < -LABEL_PX || Math.min(...xs) > view.width + LABEL_PX)))) return null;
    const y = (price) => pane.series().priceToCoordinate(price) ?? NaN;
    const prices = one.points.map(({ p }) => p);
    const points = fixed ? [fixed] : xs.map((x, i) => [x, prices[i] === null ? 0 : y(prices[i])]);
    if (points.some(([, at]) => Number.isNaN(at))) return null;
    const decimals = pane.decimals();
    const { note = "", volume = null, rows = [] } = this.values[one.id] ?? {};
    return {
      points, prices, indexes, times: one.stored, style: one.style, view, y, priceText: (price) => priceText(price, decimals), tick: 10 ** -decimals,
      isLog: chart.mode.isLog, text: pane.id === one.pane ? one.text : "", plan: one.plan, note, volume, curves: this.curvesOf(one, view, y),
      isActive: one.id === this.pointedAt,
      rows: rows.map(({ low, high, share, in_value_area: isInside }) => [y(low), y(high), share, isInside]),
    };
  }

  // The curves of a VWAP between the sides of the pane, in pixels.
  curvesOf({ id, type }, { width, x }, y) {
    const values = this.values[id];
    if (type !== "anchored_vwap" || !values?.time.length) return {};
    const { curves } = this.bars;
    if (!curves.has(values)) curves.set(values, placesOf(values.time, this.chart.bars));
    const { index, at } = curves.get(values);
    const spacing = x(1) - x(0);
    const seen = seenEntries(index, -x(0) / spacing, (width - x(0)) / spacing);
    return Object.fromEntries(["vwap", "upper", "lower"].filter((name) => name in values).map((name) => [name, seen.map((i) => [x(index[i]), y(values[name][at[i]])])]));
  }

  // --- labels on the axes ---

  tagOf(one, pane) {
    const colour = one.style.color.slice(0, 7); // opaque
    const { chart } = this;
    const [point] = one.points;
    const isPrice = one.type === "horizontal_line";
    const coordinate = () => (chart.bars.length === 0 ? null : isPrice ? pane.series().priceToCoordinate(point.p) : chart.xOf(indexOf(point, this.bars))) ?? -1;
    const end = () => (isPrice ? pane.series().getPane().getHeight() : chart.scale.width());
    return {
      coordinate, text: () => (isPrice ? pane.label(point.p) : this.timeLabel(point)), textColor: () => textOn(colour), backColor: () => colour,
      visible: () => coordinate() >= 0 && coordinate() < end(), tickVisible: () => false,
    };
  }

  // The time of the bar that it lies on.
  timeLabel(point) {
    const { bars, upcoming, zone } = this.chart;
    const at = Math.round(indexOf(point, this.bars));
    return zone ? zone.format(bars[at]?.time ?? upcoming[at - bars.length] ?? point.t) : "";
  }
}
