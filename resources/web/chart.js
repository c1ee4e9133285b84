// Wraps Lightweight Charts: bars in, visible range out; adding older bars never moves what is on screen.

/* global LightweightCharts */

import { indexAt, priceFormatter } from "./candles.js";
import { addPrices, averageBars, drawnBar, typeColours } from "./chart-types.js";
import { drawnPrices, isJump, usualRange } from "./odd.js";
import { priceText, volumeText } from "./study-numbers.js";
import { palette } from "./theme.js";

const EMPTY_SPACE_RIGHT = 4;
const BAR_SPACING = 7;
const MIN_BARS = 5;
const LATEST_MS = 400;
const [MARGIN_TOP, MOST_MARGIN] = [0.2, 0.5]; // of the pane of prices
// A new pane begins with what was last set on the axis of prices: log, percent and upside down are of the prices alone.
const PLAIN_AXIS = { autoScale: true, mode: 0, invertScale: false, scaleMargins: { top: 0.15, bottom: 0 } };
const MAX_APPENDED = 5; // up to this many new bars at the right end are appended; for more the data are set anew

// Moves the last pane below that of the prices; by swaps, because moveTo() refuses panes that no frame has drawn yet.
export function lastPaneToSecond(api) {
  for (let at = api.panes().length - 1; at > 1; at -= 1) api.swapPanes(at, at - 1);
}

export class Chart {
  // `hooks.moved()`: the visible range changed; `hooks.hovered(bar | null, index)`; `hooks.scaled(n)`: so many bars lie beyond the price
  // axis; `hooks.shown(start)`: the bars from an index on were drawn anew.
  constructor(element, hooks, type = "candles") {
    Object.assign(this, { element, hooks, type, primitives: [], paneMakers: [], ofPanes: new Map(), averaged: null, bars: [], axisTimes: [], zone: null, volume: null, future: null, upcoming: [], hasJumps: false, isDetached: false, axisWidth: 0, motion: null });
    this.mode = { isLog: false, isPercent: false };
    this.fontFamily = getComputedStyle(document.body).fontFamily;
    this.api = LightweightCharts.createChart(element, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 12, fontFamily: this.fontFamily }, // credited in the footer
      crosshair: { mode: LightweightCharts.CrosshairMode.Magnet },
      timeScale: { rightOffset: EMPTY_SPACE_RIGHT, barSpacing: BAR_SPACING, minBarSpacing: 0.05, secondsVisible: false, enableConflation: true },
      localization: { locale: "en-GB", timeFormatter: (time) => (this.zone ? this.zone.formatAxis(time) : "") },
      kineticScroll: { touch: true, mouse: false },
    });
    this.prices = this.makePrices();
    this.paint();
    this.scale.subscribeVisibleLogicalRangeChange(() => {
      this.placeBase();
      this.hooks.moved();
    });
    this.scale.subscribeSizeChange(() => {
      this.keepAxisWidth();
      this.hooks.moved();
    });
    this.api.subscribeCrosshairMove(({ logical }) => this.hooks.hovered(logical === undefined ? null : (this.bars[logical] ?? null), logical ?? null));
  }

  get scale() {
    return this.api.timeScale();
  }

  paint() {
    const colours = (this.colours = palette());
    const line = { color: colours.quiet, labelBackgroundColor: colours.tag };
    this.api.applyOptions({
      layout: { background: { type: "solid", color: colours.ground }, textColor: colours.quiet, panes: { separatorColor: colours.line, separatorHoverColor: colours.line } },
      grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
      crosshair: { vertLine: line, horzLine: line },
      rightPriceScale: { borderColor: colours.line },
      timeScale: { borderColor: colours.line },
    });
    this.prices.applyOptions(typeColours(this.type, colours));
    this.draw();
  }

  makePrices() {
    return addPrices(this.api, this.type, { autoscaleInfoProvider: (original) => this.fitPrices(original()) });
  }

  // Draws the prices another way; the place, the axis and what is attached to the prices stay.
  setType(type) {
    if (type === this.type) return;
    const old = this.prices;
    Object.assign(this, { type, averaged: null, base: null });
    this.prices = this.makePrices();
    this.prices.applyOptions({ ...this.priceOptions(), ...typeColours(type, this.colours) });
    this.draw();
    for (const primitive of this.primitives) {
      old.detachPrimitive(primitive);
      this.prices.attachPrimitive(primitive);
    }
    this.api.removeSeries(old); // last, so that the pane is never empty
    this.prices.setSeriesOrder(0);
  }

  // Attaches a primitive of the library to the prices, whatever way they are drawn.
  addToPrices(primitive) {
    this.primitives.push(primitive);
    this.prices.attachPrimitive(primitive);
  }

  // Attaches a primitive to the series of each pane, also of those that come later: what `make(pane)` returns. `pane`: {id, series(),
  // decimals(), label(value)} with "price", "volume" or the key of an indicator as its id; `decimals()`: of a price or value in a text;
  // `label()`: as the axis writes it.
  addToPanes(make) {
    this.paneMakers.push(make);
    const decimals = () => this.decimals ?? 2;
    this.addToPrices(make({ id: "price", series: () => this.prices, decimals, label: (price) => this.priceLabel(price) }));
  }

  // `series` is the first one of a new pane.
  onPane(id, series, decimals, label) {
    this.ofPanes.set(series, this.paneMakers.map((make) => make({ id, series: () => series, decimals, label })));
    for (const primitive of this.ofPanes.get(series)) series.attachPrimitive(primitive);
  }

  // In percent of the close of the first bar on screen, or the price itself, as the axis counts.
  priceLabel(price) {
    const base = this.mode.isPercent && this.bars[Math.max(Math.ceil(this.scale.getVisibleLogicalRange()?.from ?? 0), 0)]?.close;
    return base ? `${priceText((price / base - 1) * 100, 2)}%` : priceText(price, this.decimals ?? 2);
  }

  // With its pane when it is the last one there. Its primitives are detached first, for the library does not do it.
  removeSeries(series) {
    for (const primitive of this.ofPanes.get(series) ?? []) series.detachPrimitive(primitive);
    this.ofPanes.delete(series);
    this.api.removeSeries(series);
  }

  // The axis grows with its labels and never shrinks, or the bars at the left edge would move.
  keepAxisWidth() {
    const axis = this.api.priceScale("right");
    if (axis.width() <= this.axisWidth) return;
    this.axisWidth = axis.width();
    axis.applyOptions({ minimumWidth: this.axisWidth });
  }

  priceOptions() {
    const isLatest = !this.isDetached;
    const priceFormat = { type: "custom", formatter: priceFormatter(this.decimals ?? 2), minMove: 10 ** -(this.decimals ?? 2) };
    return { priceFormat, priceLineVisible: isLatest, lastValueVisible: isLatest };
  }

  // No volume pane where every bar has no volume (currencies, some indexes).
  showVolume(isWanted) {
    if (isWanted === (this.volume !== null)) return;
    if (!isWanted) {
      this.removeSeries(this.volume);
      this.volume = null;
      return;
    }
    this.volume = this.api.addSeries(LightweightCharts.HistogramSeries, { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false }, this.api.panes().length);
    lastPaneToSecond(this.api);
    this.volume.priceScale().applyOptions(PLAIN_AXIS);
    this.onPane("volume", this.volume, () => 0, volumeText);
    const [prices, volumes] = this.api.panes();
    prices.setStretchFactor(4);
    volumes.setStretchFactor(1);
  }

  // Removes the bars; resets the position too, unless the same series is shown at another place.
  clear(isSame = false) {
    this.show([], isSame ? this.zone : null, isSame ? this.decimals : 2);
    if (isSame) return;
    this.axisWidth = 0;
    this.api.priceScale("right").applyOptions({ minimumWidth: 0 });
    this.setAuto(true);
    this.resetView();
  }

  resetView() {
    this.scale.applyOptions({ rightOffset: EMPTY_SPACE_RIGHT, barSpacing: BAR_SPACING });
    this.scale.scrollToPosition(EMPTY_SPACE_RIGHT, false);
  }

  // Replaces the bars, ascending and unique. What is visible stays, except that a visible last bar stays visible; with
  // `isDetached` the last bar is not the present one, and stays where it is too.
  show(bars, zone, decimals, isDetached = false) {
    const before = this.scale.getVisibleLogicalRange();
    const [old, oldTimes] = [this.bars, this.axisTimes];
    if (zone !== this.zone || decimals !== this.decimals) {
      Object.assign(this, { zone, decimals });
      this.prices.applyOptions(this.priceOptions());
      this.scale.applyOptions({ timeVisible: zone !== null && !zone.isDaily });
    }
    this.bars = bars;
    this.averaged = null;
    this.hasJumps = bars.some(isJump);
    this.axisTimes = zone ? zone.axisTimes(bars) : [];
    const isHeld = before && old.length > 0 && bars.length > 0 && (this.isDetached || before.to < old.length - 1);
    const wasDetached = this.isDetached;
    this.isDetached = isDetached;
    if (isDetached !== wasDetached) this.prices.applyOptions(this.priceOptions());
    this.setUpcoming(this.upcoming); // before new bars take the places of upcoming ones
    const start = this.isTailChange(old, oldTimes) ? old.length - 1 : 0;
    if (start > 0) this.update(start);
    else this.draw();
    this.hooks.shown(start);
    if (isHeld) this.hold(before, old);
  }

  // Keeps the bar at the right edge of the screen where it was.
  hold(before, old) {
    const anchor = Math.min(Math.max(Math.round(before.to), 0), old.length - 1);
    const shift = indexAt(this.bars, old[anchor].time) - anchor;
    const after = this.scale.getVisibleLogicalRange();
    if (after && Math.abs(after.to - (before.to + shift)) < 1e-6) return;
    this.scale.setVisibleLogicalRange({ from: before.from + shift, to: before.to + shift });
  }

  // Gives the time axis places after the last bar: `times` are when the bars open that the calendar expects next.
  setUpcoming(times) {
    const last = this.bars.at(-1);
    this.upcoming = last && this.zone ? times.filter((time) => time > last.time) : [];
    if (this.upcoming.length === 0 && !this.future) return;
    this.future ??= this.api.addSeries(LightweightCharts.LineSeries, { lastValueVisible: false, priceLineVisible: false });
    const places = this.upcoming.length ? this.zone.axisTimes([last, ...this.upcoming.map((time) => ({ time }))]).slice(1) : [];
    this.future.setData(places.filter((time) => time > this.axisTimes.at(-1)).map((time) => ({ time })));
  }

  isTailChange(old, oldTimes) {
    const n = old.length;
    if (n < 2 || this.bars.length < n || this.bars.length > n + MAX_APPENDED) return false;
    return old.every((bar, i) => i === n - 1 || bar === this.bars[i]) && oldTimes[0] === this.axisTimes[0] && oldTimes[n - 1] === this.axisTimes[n - 1];
  }

  priceAt(i) {
    if (this.type === "heikin_ashi") this.averaged ??= averageBars(this.bars);
    return { time: this.axisTimes[i], ...drawnBar(this.type, this.bars, i, this.averaged) };
  }

  volumeAt(i) {
    const { volume } = this.bars[i];
    const { open, close } = drawnPrices(this.bars[i], this.bars[i - 1]);
    return { time: this.axisTimes[i], value: volume ?? 0, color: close >= open ? this.colours["up-volume"] : this.colours["down-volume"] };
  }

  draw() {
    this.prices.setData(this.bars.map((_, i) => this.priceAt(i)));
    this.placeBase();
    this.showVolume(this.bars.some((bar) => bar.volume > 0));
    this.volume?.setData(this.bars.map((_, i) => this.volumeAt(i)));
  }

  // A baseline stands at the close of the first bar on screen.
  placeBase() {
    const range = this.type === "baseline" ? this.scale.getVisibleLogicalRange() : null;
    const price = range && this.bars[Math.max(Math.ceil(range.from), 0)]?.close;
    if (!price || price === this.base) return;
    this.base = price;
    this.prices.applyOptions({ baseValue: { type: "price", price } });
  }

  update(start) {
    for (let i = start; i < this.bars.length; i += 1) {
      this.prices.update(this.priceAt(i));
      this.volume?.update(this.volumeAt(i));
    }
  }

  // --- the price axis ---

  // Fits the price axis without bars far from their neighbours, so that one of them does not flatten the others.
  fitPrices(info) {
    const visible = this.hasJumps && info ? this.scale.getVisibleLogicalRange() : null;
    const range = visible && usualRange(this.bars, Math.ceil(visible.from), Math.floor(visible.to));
    this.hooks.scaled(range?.nBeyond ?? 0);
    return range ? { ...info, priceRange: { minValue: range.low, maxValue: range.high } } : info;
  }

  setMode(isLog, isPercent) {
    const { Logarithmic, Normal, Percentage } = LightweightCharts.PriceScaleMode;
    this.mode = { isLog, isPercent };
    this.api.priceScale("right").applyOptions({ mode: isPercent ? Percentage : isLog ? Logarithmic : Normal });
  }

  // Keeps a share of the pane of prices free at its top, so that the legend covers no bars.
  setTopMargin(share) {
    const top = Math.min(Math.max(share, MARGIN_TOP), MOST_MARGIN);
    const scale = this.api.priceScale("right");
    if (Math.abs(scale.options().scaleMargins.top - top) > 0.01) scale.applyOptions({ scaleMargins: { top, bottom: 0.1 } });
  }

  setAuto(isAuto) {
    this.api.priceScale("right").applyOptions({ autoScale: isAuto });
  }

  get isAuto() {
    return this.api.priceScale("right").options().autoScale;
  }

  invert() {
    const scale = this.api.priceScale("right");
    scale.applyOptions({ invertScale: !scale.options().invertScale });
  }

  // --- the time axis ---

  // The library's own animation ends early when the chart changes meanwhile.
  goToLatest() {
    const begin = this.scale.scrollPosition();
    const start = performance.now();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const move = (time) => {
      const part = isStill ? 1 : Math.min(Math.max(time - start, 0) / LATEST_MS, 1);
      this.scale.scrollToPosition(begin + (EMPTY_SPACE_RIGHT - begin) * (1 - (1 - part) ** 3), false);
      this.motion = part < 1 ? requestAnimationFrame(move) : null;
    };
    this.stop();
    this.motion = requestAnimationFrame(move);
  }

  // Stops the animation.
  stop() {
    if (this.motion) cancelAnimationFrame(this.motion);
    this.motion = null;
  }

  pan(nBars) {
    this.scale.scrollToPosition(this.scale.scrollPosition() + nBars, false);
  }

  page(direction) {
    const range = this.scale.getVisibleLogicalRange();
    if (range) this.pan(direction * Math.max(1, Math.round(0.9 * (range.to - range.from))));
  }

  // Fewer or more bars on screen; the right edge stays.
  zoom(factor) {
    const range = this.scale.getVisibleLogicalRange();
    if (range) this.scale.setVisibleLogicalRange({ from: range.to - Math.max(MIN_BARS, (range.to - range.from) * factor), to: range.to });
  }

  fit() {
    this.scale.fitContent();
  }

  // Puts the bars from time `from` to time `to` on screen; without `to` up to the latest bar.
  setRange(from, to) {
    if (this.bars.length === 0) return;
    const last = to === null ? this.bars.length - 1 + EMPTY_SPACE_RIGHT : Math.max(indexAt(this.bars, to), 0) + 0.5;
    const first = indexAt(this.bars, from - 1) + 0.5;
    this.scale.setVisibleLogicalRange({ from: Math.min(first, last - MIN_BARS), to: last });
  }

  // Puts the first bar at or after `time` in the middle, with the spacing as it is; the first of all stays near the left edge.
  centre(time) {
    const n = this.nVisible;
    const middle = Math.min(indexAt(this.bars, time - 1) + 1, this.bars.length - 1);
    const from = Math.max(middle - n / 2, -EMPTY_SPACE_RIGHT);
    this.scale.setVisibleLogicalRange({ from, to: from + n });
  }

  // The latest bar at its usual place, with the spacing as it is.
  toEnd() {
    this.scale.scrollToPosition(EMPTY_SPACE_RIGHT, false);
  }

  get nVisible() {
    return Math.max(this.scale.width() / this.scale.options().barSpacing, MIN_BARS);
  }

  // The pixel of a fractional index; the library's own answers 0 for those.
  xOf(index) {
    return this.pixelsOf()(index);
  }

  // The function from an index to its pixel as the bars lie now.
  pixelsOf() {
    const [left, spacing] = [this.scale.logicalToCoordinate(0), this.scale.options().barSpacing];
    return (index) => left + index * spacing;
  }

  snapshot() {
    return this.api.takeScreenshot(true); // with what is painted above the series
  }

  // What is on screen: fractional bar indexes, and the true opening times of the outermost bars.
  visible() {
    const range = this.scale.getVisibleLogicalRange();
    if (!range || this.bars.length === 0) return null;
    const clamp = (index) => Math.min(Math.max(index, 0), this.bars.length - 1);
    const [first, last] = [clamp(Math.ceil(range.from)), clamp(Math.floor(range.to))];
    return { from: range.from, to: range.to, firstTime: this.bars[first].time, lastTime: this.bars[last].time, isLatest: !this.isDetached && range.to >= this.bars.length - 1 };
  }
}
