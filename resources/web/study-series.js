// One indicator on the chart: a series without a line of its own, which gives pane, axis and autoscale, and a primitive that paints.

/* global LightweightCharts */

import { drawnOutputs, isOnPrices, lookOf } from "./study-model.js";
import { numberDecimals, numberWriter, priceText } from "./study-numbers.js";
import { paintAbove, paintBelow, valueColour } from "./study-painter.js";
import { alignValues } from "./study-values.js";
import { clamped, extentOf } from "./study-shapes.js";

const PANE_WEIGHT = 1.2; // beside 4 of the prices
const SCALED = new Set(["line", "columns", "crosses"]);
const NO_LINES = { lines: {}, settled: [] };
const AXIS = { autoScale: true, mode: 0, invertScale: false, scaleMargins: { top: 0.2, bottom: 0.1 } }; // else a new pane has what was last set elsewhere
const OPTIONS = { lineVisible: false, pointMarkersVisible: false, crosshairMarkerVisible: false, lastValueVisible: false, priceLineVisible: false };

export class StudySeries {
  // `onDrawn()`: the pane was drawn, so it may have another place.
  constructor(chart, study, onDrawn) {
    Object.assign(this, { chart, study, onDrawn, values: { shifts: {}, profile: [] }, aligned: NO_LINES, writer: null });
    const isPrice = isOnPrices(study);
    this.line = chart.api.addSeries(LightweightCharts.LineSeries, { ...OPTIONS, autoscaleInfoProvider: () => this.autoscale() }, isPrice ? 0 : chart.api.panes().length);
    if (!isPrice) {
      this.pane.setStretchFactor(PANE_WEIGHT);
      this.line.priceScale().applyOptions(AXIS);
    }
    const view = (zOrder, paint) => ({ zOrder: () => zOrder, renderer: () => ({ draw: (target) => target.useBitmapCoordinateSpace((scope) => this.paint(scope, paint)) }) });
    const views = [view("bottom", paintBelow), view("normal", paintAbove)];
    this.tags = [];
    this.line.attachPrimitive({ attached: ({ requestUpdate }) => (this.requestUpdate = requestUpdate), paneViews: () => views, priceAxisViews: () => this.tags, updateAllViews: () => this.onDrawn() });
    if (!isPrice) chart.onPane(study.key, this.line, () => numberDecimals(this.extent()), (value) => this.write(value));
    this.show(study);
  }

  get pane() {
    return this.line.getPane();
  }

  get look() {
    return lookOf(this.study.row);
  }

  remove() {
    this.chart.removeSeries(this.line);
  }

  // Another look of the same indicator.
  show(study) {
    this.study = study;
    this.tagged = this.study.isShown ? drawnOutputs(study).filter(({ plot }) => SCALED.has(plot)).map(({ name }) => name) : [];
    this.tags = this.tagged.map((name) => this.tag(name));
    this.requestUpdate();
  }

  setValues(values) {
    this.values = values;
    this.align();
    this.draw();
    this.requestUpdate();
  }

  align() {
    const { bars } = this.chart;
    if (this.alignedTo !== bars || this.alignedValues !== this.values) this.aligned = this.values.lines ? alignValues(this.values, bars) : NO_LINES;
    [this.alignedTo, this.alignedValues] = [bars, this.values];
  }

  // Gives the axis a value at each bar: the closes on the prices, so that percent count from the same bar, else the first line.
  draw(start = 0) {
    this.align();
    const { axisTimes, bars } = this.chart;
    const lines = this.study.row.outputs.map(({ name }) => this.aligned.lines[name]).filter(Boolean);
    const valueAt = (i) => (isOnPrices(this.study) ? bars[i].close : lines.map((line) => line[i]).find((value) => !Number.isNaN(value)));
    const pointAt = (time, i) => (Number.isFinite(valueAt(i)) ? { time, value: valueAt(i) } : { time });
    if (start === 0) this.line.setData(axisTimes.map(pointAt));
    else for (let i = start; i < bars.length; i += 1) this.line.update(pointAt(axisTimes[i], i));
    this.format();
  }

  // What the axis has to show; computed once for a screen.
  extent() {
    const range = this.chart.scale.getVisibleLogicalRange();
    if (!range || !this.study.isShown) return null;
    const { aligned, study } = this;
    const known = this.fitted;
    if (known?.aligned === aligned && known.study === study && known.from === range.from && known.to === range.to) return known.extent;
    this.fitted = { aligned, study, from: range.from, to: range.to, extent: this.findExtent(range) };
    return this.fitted.extent;
  }

  findExtent(range) {
    const screen = { first: Math.ceil(range.from), last: Math.floor(range.to) };
    const isPrice = isOnPrices(this.study);
    const outputs = drawnOutputs(this.study).filter(({ plot }) => SCALED.has(plot) || !isPrice).map(({ name, plot }) => ({ name, plot, shift: this.values.shifts[name] ?? 0 }));
    const zero = outputs.some(({ plot }) => plot === "columns") ? [0] : [];
    return extentOf(this.aligned, outputs, screen, isPrice ? zero : [...zero, ...this.study.row.levels]);
  }

  autoscale() {
    const extent = this.extent();
    if (!extent || (isOnPrices(this.study) && this.chart.mode.isLog && extent.low <= 0)) return null;
    return { priceRange: { minValue: extent.low, maxValue: extent.high } };
  }

  // The function that writes values as the axis does.
  get write() {
    if (isOnPrices(this.study)) return (value) => priceText(value, this.chart.decimals ?? 2);
    return numberWriter(this.extent(), this.study.row.id === "volume");
  }

  // The axis of a pane of its own writes values as the legend does: labels of one width, so that the plot keeps its own.
  format() {
    if (isOnPrices(this.study)) return;
    const { write } = this;
    const sample = write(1);
    if (this.sample === sample) return;
    this.sample = sample;
    this.line.applyOptions({ priceFormat: { type: "custom", formatter: write, minMove: 1e-8 } });
  }

  // --- painting ---

  paint({ context, bitmapSize, horizontalPixelRatio, verticalPixelRatio }, paint) {
    const { chart, study } = this;
    const range = chart.scale.getVisibleLogicalRange();
    if (!study.isShown || !range || chart.bars.length === 0) return;
    const toY = this.pixelsOf();
    if (!toY) return;
    const [left, spacing] = [chart.xOf(0) * horizontalPixelRatio, chart.scale.options().barSpacing * horizontalPixelRatio];
    const { width, height } = bitmapSize;
    context.save();
    paint({
      context, width, height, ratio: horizontalPixelRatio, spacing, study, look: this.look, aligned: this.aligned, values: this.values, bars: chart.bars,
      decimals: chart.decimals, colours: chart.colours, isLatest: !chart.isDetached, font: chart.fontFamily, first: Math.floor(range.from), last: Math.ceil(range.to),
      x: (index) => left + index * spacing,
      y: (value) => clamped(toY(value) * verticalPixelRatio, height),
    });
    context.restore();
  }

  // The function from a value to its pixel, null while the axis has none. All axes but the logarithmic one are linear.
  pixelsOf() {
    const extent = this.extent() ?? { low: 0, high: 1 };
    const [low, high] = extent.high > extent.low ? [extent.low, extent.high] : [extent.low, extent.low + 1];
    const ends = [this.line.priceToCoordinate(low), this.line.priceToCoordinate(high)];
    if (ends.includes(null)) return null;
    if (isOnPrices(this.study) && this.chart.mode.isLog) return (value) => this.line.priceToCoordinate(value) ?? NaN;
    return (value) => ends[0] + ((value - low) / (high - low)) * (ends[1] - ends[0]);
  }

  // --- the tag of the last value on the axis ---

  latest(name) {
    const line = this.aligned.lines[name] ?? [];
    return this.chart.isDetached || line.length === 0 ? NaN : line[line.length - 1];
  }

  // Lines that coincide have one tag.
  isFirstTag(name) {
    const text = this.write(this.latest(name));
    return this.tagged.find((other) => this.write(this.latest(other)) === text) === name;
  }

  tag(name) {
    const last = () => this.latest(name);
    const output = this.study.row.outputs.find((one) => one.name === name);
    const colour = () => {
      const { bars, colours } = this.chart;
      return valueColour({ study: this.study, aligned: this.aligned, bars, colours }, output, bars.length - 1);
    };
    return {
      coordinate: () => this.line.priceToCoordinate(last()) ?? -100,
      text: () => this.write(last()),
      textColor: () => textOn(colour()),
      backColor: colour,
      visible: () => !Number.isNaN(last()) && this.isFirstTag(name) && !(isOnPrices(this.study) && this.chart.mode.isPercent), // that axis counts percent
      tickVisible: () => false,
    };
  }
}

// The colour of text that can be read on another one, given as "#rrggbb" or "rgb(r, g, b)".
export function textOn(colour) {
  const parts = colour[0] === "#" ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) : colour.match(/\d+/g).map(Number);
  const [red, green, blue] = parts.map((part) => ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#0a0c12" : "#ffffff";
}
