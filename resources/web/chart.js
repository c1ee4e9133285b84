// Lightweight Charts behind a small face: bars in, visible range out; prepending never moves what is on screen.

/* global LightweightCharts */

const EMPTY_SPACE_RIGHT = 4;

function palette() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["ground", "line", "grid", "text", "quiet", "up", "down", "up-volume", "down-volume"].map((name) => [name, colour(name)]));
}

// The index of the last bar that opens at or before `time`, -1 when there is none.
export function indexAt(bars, time) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].time <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export class Chart {
  // `hooks.moved()`: the visible range changed; `hooks.hovered(bar | null)`.
  constructor(element, hooks) {
    this.bars = [];
    this.axisTimes = [];
    this.zone = null;
    this.hooks = hooks;
    this.api = LightweightCharts.createChart(element, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily },
      crosshair: { mode: LightweightCharts.CrosshairMode.Magnet },
      timeScale: { rightOffset: EMPTY_SPACE_RIGHT, barSpacing: 7, minBarSpacing: 0.2, secondsVisible: false, enableConflation: true },
      localization: { locale: "en-GB", timeFormatter: (time) => (this.zone ? this.zone.formatAxis(time) : "") },
      kineticScroll: { touch: true, mouse: false },
    });
    this.candles = this.api.addSeries(LightweightCharts.CandlestickSeries, {});
    this.volume = null;
    this.paint();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    this.api.timeScale().subscribeVisibleLogicalRangeChange(() => this.hooks.moved());
    this.api.subscribeCrosshairMove(({ logical }) => this.hooks.hovered(logical === undefined ? null : (this.bars[logical] ?? null)));
  }

  paint() {
    const colours = (this.colours = palette());
    this.api.applyOptions({
      layout: { background: { type: "solid", color: colours.ground }, textColor: colours.quiet, panes: { separatorColor: colours.line, separatorHoverColor: colours.line } },
      grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
      crosshair: { vertLine: { color: colours.quiet, labelBackgroundColor: colours.quiet }, horzLine: { color: colours.quiet, labelBackgroundColor: colours.quiet } },
      rightPriceScale: { borderColor: colours.line },
      timeScale: { borderColor: colours.line },
    });
    this.candles.applyOptions({
      upColor: colours.up, downColor: colours.down, borderUpColor: colours.up, borderDownColor: colours.down, wickUpColor: colours.up, wickDownColor: colours.down,
    });
    this.draw();
  }

  // Nothing trades in volume where every bar has none (currencies, some indexes): no pane for it then.
  showVolume(isWanted) {
    if (isWanted === (this.volume !== null)) return;
    if (!isWanted) {
      this.api.removeSeries(this.volume);
      this.volume = null;
      return;
    }
    this.volume = this.api.addSeries(LightweightCharts.HistogramSeries, { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false }, 1);
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.15, bottom: 0 } });
    const [prices, volumes] = this.api.panes();
    prices.setStretchFactor(4);
    volumes.setStretchFactor(1);
  }

  // A new series: forget the old one's bars and position.
  reset() {
    this.zone = null;
    this.show([], null, 2);
    this.api.priceScale("right").applyOptions({ autoScale: true });
    this.api.timeScale().applyOptions({ rightOffset: EMPTY_SPACE_RIGHT, barSpacing: 7 });
    this.api.timeScale().scrollToPosition(EMPTY_SPACE_RIGHT, false);
  }

  // Replaces the bars, ascending and unique. What is visible stays, except that a visible last bar stays visible.
  show(bars, zone, decimals) {
    const scale = this.api.timeScale();
    const before = scale.getVisibleLogicalRange();
    const [old, oldTimes] = [this.bars, this.axisTimes];
    if (zone !== this.zone || decimals !== this.decimals) {
      this.zone = zone;
      this.decimals = decimals;
      this.candles.applyOptions({ priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals } });
      scale.applyOptions({ timeVisible: zone !== null && !zone.isDaily });
    }
    this.bars = bars;
    this.axisTimes = zone ? zone.axisTimes(bars) : [];
    if (this.isTailChange(old, oldTimes)) this.update(Math.max(old.length - 1, 0));
    else this.draw();
    if (before && old.length > 0 && bars.length > 0 && before.to < old.length - 1) this.hold(before, old);
  }

  // Keeps the bar at the right edge of the screen where it was; only for a view that is scrolled back.
  hold(before, old) {
    const anchor = Math.min(Math.max(Math.round(before.to), 0), old.length - 1);
    const shift = indexAt(this.bars, old[anchor].time) - anchor;
    const after = this.api.timeScale().getVisibleLogicalRange();
    if (after && Math.abs(after.to - (before.to + shift)) < 1e-6) return;
    this.api.timeScale().setVisibleLogicalRange({ from: before.from + shift, to: before.to + shift });
  }

  isTailChange(old, oldTimes) {
    const n = old.length;
    if (n < 2 || this.bars.length < n || this.bars.length > n + 5) return false;
    return old.every((bar, i) => i === n - 1 || bar === this.bars[i]) && oldTimes[0] === this.axisTimes[0] && oldTimes[n - 1] === this.axisTimes[n - 1];
  }

  candleAt(i) {
    const { open, high, low, close } = this.bars[i];
    return { time: this.axisTimes[i], open, high, low, close };
  }

  volumeAt(i) {
    const { open, close, volume } = this.bars[i];
    return { time: this.axisTimes[i], value: volume ?? 0, color: close >= open ? this.colours["up-volume"] : this.colours["down-volume"] };
  }

  draw() {
    this.candles.setData(this.bars.map((_, i) => this.candleAt(i)));
    this.showVolume(this.bars.some((bar) => bar.volume > 0));
    this.volume?.setData(this.bars.map((_, i) => this.volumeAt(i)));
  }

  update(start) {
    for (let i = start; i < this.bars.length; i += 1) {
      this.candles.update(this.candleAt(i));
      this.volume?.update(this.volumeAt(i));
    }
  }

  setLog(isLog) {
    this.api.priceScale("right").applyOptions({ mode: isLog ? LightweightCharts.PriceScaleMode.Logarithmic : LightweightCharts.PriceScaleMode.Normal });
  }

  goToLatest() {
    this.api.timeScale().scrollToRealTime();
  }

  // What is on screen: fractional bar indexes, and the true opening times of the outermost bars.
  visible() {
    const range = this.api.timeScale().getVisibleLogicalRange();
    if (!range || this.bars.length === 0) return null;
    const clamp = (index) => Math.min(Math.max(index, 0), this.bars.length - 1);
    const [first, last] = [clamp(Math.ceil(range.from)), clamp(Math.floor(range.to))];
    return { from: range.from, to: range.to, firstTime: this.bars[first].time, lastTime: this.bars[last].time, isLatest: range.to >= this.bars.length - 1 };
  }
}
