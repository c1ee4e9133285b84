// The page: one series on the chart, kept in step with the address, the legend, the status line and the jobs.

import { ApiError } from "./api.js";
import { BackfillForm } from "./backfill.js";
import { INTERVALS, indexAt, priceFormatter } from "./candles.js";
import { Chart } from "./chart.js";
import { Choices } from "./choices.js";
import { CoverageStrip } from "./coverage.js";
import { Controls } from "./controls.js";
import { Empty } from "./empty.js";
import { EventFeed } from "./events.js";
import { Jobs } from "./jobs.js";
import { Layers } from "./layers.js";
import { Legend } from "./legend.js";
import { addKnownSymbol, loadKnownSymbols, spellSymbol } from "./known-symbols.js";
import { beyondText } from "./odd.js";
import { Place, readPlace } from "./place.js";
import { preference, zoneName } from "./preferences.js";
import { SymbolSearch } from "./search.js";
import { Series } from "./series.js";
import { signIn } from "./sign-in.js";
import { Status } from "./status.js";
import { Studies } from "./studies.js";
import { Theme } from "./theme.js";
import { Zone, fromIso } from "./time.js";

const EVENTS_SETTLE_MS = 120;
const FOLLOW_MS = 60_000;
const JOBS_MS = 1000; // the list of jobs is read after the first bars
const EXAMPLES = ["AAPL", "BTC-USD", "7203.T", "EURUSD=X"];
const byId = (id) => document.getElementById(id);

// Requests what needs no chart yet: the symbols in the cache and the first bars. Null without a token.
export async function prepare() {
  if (!(await signIn()).isSignedIn) return null;
  const symbols = loadKnownSymbols().catch(() => []);
  const { symbol, interval, range } = readPlace();
  const series = symbol ? new Series(symbol, interval, {}) : null;
  series?.begin(range && { from: range.from, to: range.to ?? Infinity });
  return { symbols, series };
}

export class Page {
  constructor() {
    this.series = null;
    this.events = null;
    this.zone = null;
    this.interval = "1d";
    this.pending = null; // puts the requested range on screen as bars arrive, until the user moves the chart
    this.hasMoved = false;
    this.status = new Status();
    const onError = (error) => this.status.showFault(error.message, () => this.showState());
    this.jobs = new Jobs({ onError });
    this.backfill = new BackfillForm({ onStarted: () => this.jobs.reload(), onError });
    this.chart = new Chart(byId("chart"), {
      moved: () => this.onMoved(), hovered: (bar, index) => this.showLegend(bar, index), scaled: (n) => this.showBeyond(n), shown: (start) => this.studies.onShown(start),
    }, preference("type"));
    this.studies = new Studies(this.chart, onError);
    this.controls = new Controls(this.chart);
    this.legend = new Legend({ symbol: byId("legend-symbol"), where: byId("legend-where"), name: byId("legend-name"), values: byId("legend-values"), flag: byId("legend-flag") });
    this.strip = new CoverageStrip(byId("strip"), byId("strip-tip"), this.chart, { onError, onStarted: () => this.jobs.toggle(true) });
    this.search = new SymbolSearch(byId("symbol-form"), byId("symbol"), byId("symbols"), (symbol) => this.openNew(symbol, this.interval));
    this.empty = new Empty((symbol) => this.openNew(symbol, this.interval));
    this.theme = new Theme(byId("theme"), () => this.repaint());
    this.place = new Place();
    this.choices = new Choices(this);
    this.layers = new Layers(this);
    byId("latest").addEventListener("click", () => this.goToLatest());
    for (const name of ["pointerdown", "wheel"]) byId("chart").addEventListener(name, () => this.onUserInput(), { capture: true, passive: true });
    addEventListener("popstate", () => this.onAddress());
    setInterval(() => document.hidden || this.series?.follow(), FOLLOW_MS);
  }

  // `prepared`: what `prepare` answered.
  async start(prepared) {
    if (!prepared) {
      this.empty.show("This page needs a new address", "Each address signs in one browser, once. `candledesk address` prints a new one, and the window's menu opens one.");
      return;
    }
    this.prepared = prepared.series;
    if (!this.prepared) this.defaultSymbol = (await prepared.symbols)[0]?.symbol;
    const opening = this.followAddress();
    this.listen();
    this.studies.start();
    setTimeout(() => this.jobs.load().catch(() => {}), JOBS_MS); // the event stream says what is wrong
    await opening;
  }

  // --- which series ---

  // Follows the address that was opened in this tab, perhaps with a new code: CandleDesk was restarted.
  async onAddress() {
    if ((await signIn()).isChanged) location.reload();
    else await this.followAddress();
  }

  async followAddress() {
    const place = readPlace();
    this.interval = place.interval;
    const { series } = this;
    if (series && place.symbol === series.symbol && place.interval === series.interval && this.showLoaded(place.range)) return;
    place.symbol ??= this.defaultSymbol;
    if (place.symbol) {
      await this.open(place);
      return;
    }
    this.markInterval();
    this.empty.show("Type a symbol to begin", "Any ticker of the provider. Bars are fetched once and stored.", EXAMPLES);
  }

  // Moves to a range that is loaded already; false when it is not.
  showLoaded(range) {
    const { bars, end } = this.series;
    if (bars.length === 0 || (range === null && end !== null)) return false;
    if (range !== null && (range.from < bars[0].time || (end !== null && (range.to === null || range.to > end)))) return false;
    this.hasMoved = range !== null;
    if (range === null) this.chart.resetView();
    else this.chart.setRange(range.from, range.to);
    return true;
  }

  async openNew(text, interval) {
    const symbol = spellSymbol(text);
    this.interval = interval;
    this.markInterval();
    if (!symbol) return;
    const place = { symbol, interval, range: null };
    this.place.step(place, false);
    byId("chart").focus();
    await this.open(place);
  }

  // Shows a place: {symbol, interval, range}; `arrange()` puts the requested part on screen, by default the range.
  async open({ symbol, interval, range }, arrange = null) {
    this.series?.close();
    this.chart.stop();
    const isSame = this.series?.symbol === symbol && this.series.interval === interval;
    this.interval = interval;
    this.markInterval();
    this.search.show(symbol);
    this.backfill.follow(symbol, interval);
    this.empty.hide();
    document.title = `${symbol} ${interval} – CandleDesk`;
    this.zone = isSame ? this.zone : null;
    this.hasMoved = range !== null;
    this.pending = arrange ?? (range ? () => this.chart.setRange(range.from, range.to) : () => this.chart.toEnd());
    this.studies.open(null);
    this.chart.clear(isSame);
    const series = this.newSeries(symbol, interval);
    this.series = series;
    this.studies.open(series);
    this.strip.open(series);
    this.layers.call("open", series);
    this.showLegend(null);
    if (!range) this.place.settle({ symbol, interval, range }, false);
    await series.open(range && { from: range.from, to: range.to ?? Infinity });
    if (this.series !== series) return;
    if (series.bars.length === 0) this.explainEmpty(series);
    this.pending = null;
    this.strip.load();
    this.onMoved();
    await series.follow();
  }

  // The prepared one is used once.
  newSeries(symbol, interval) {
    const { prepared } = this;
    this.prepared = null;
    const series = prepared?.symbol === symbol && prepared.interval === interval ? prepared : new Series(symbol, interval, {});
    series.hooks = { onBars: () => this.onBars(), onState: () => this.showState() };
    return series;
  }

  explainEmpty(series) {
    const isUnknown = series.error instanceof ApiError && series.error.status === 404;
    if (isUnknown) this.empty.show(`There is no ${series.symbol}`, series.error.message, EXAMPLES);
    else this.empty.show(`No ${series.interval} bars of ${series.symbol}`, series.problem || series.startText || "Nothing is stored yet.");
  }

  markInterval() {
    const other = byId("other-interval"); // the button of an interval that was typed
    other.hidden = INTERVALS[this.interval] !== undefined;
    other.textContent = other.hidden ? "" : this.interval;
    for (const button of byId("intervals").children) {
      const isCurrent = button.textContent === this.interval;
      button.setAttribute("aria-current", String(isCurrent));
      if (isCurrent) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  // --- where on the time axis ---

  // Shows the bars around a date; those in between are not loaded.
  async goToDate(time) {
    const { series } = this;
    if (!series || series.edge === null) return;
    this.hasMoved = true;
    const isLoaded = series.bars.length > 0 && time >= series.bars[0].time && (series.end === null || time <= series.end);
    if (isLoaded) {
      this.place.step(this.current(), series.facts.isDaily);
      this.chart.centre(time);
      return;
    }
    const half = (this.chart.nVisible / 2) * (series.facts.span / 300);
    const place = { symbol: series.symbol, interval: series.interval, range: { from: time - half, to: time + half } };
    this.place.step(place, series.facts.isDaily);
    await this.open(place, () => this.chart.centre(time));
  }

  async goToFirst() {
    const { series } = this;
    if (series?.start && !series.isDone) await this.goToDate(Math.max(series.oldestAskable(), series.start.time));
    else if (series?.bars.length) this.chart.centre(series.bars[0].time);
    this.hasMoved = true;
  }

  async goToLatest() {
    if (this.series?.end == null) this.chart.goToLatest();
    else {
      const place = { symbol: this.series.symbol, interval: this.series.interval, range: null };
      this.place.step(place, false);
      await this.open(place, () => this.chart.toEnd());
    }
  }

  // The place of this view for the address; the range only after it was chosen.
  current() {
    const visible = this.chart.visible();
    if (!this.series || !visible) return null;
    const range = this.hasMoved ? { from: visible.firstTime, to: visible.isLatest ? null : visible.lastTime } : null;
    return { symbol: this.series.symbol, interval: this.series.interval, range };
  }

  onUserInput() {
    this.chart.stop();
    this.pending = null;
    this.hasMoved = true;
  }

  onMoved() {
    const visible = this.chart.visible();
    byId("latest").hidden = !visible || visible.isLatest;
    this.strip?.draw();
    this.studies?.onMoved();
    this.layers?.call("onMoved", visible);
    if (!this.series) return;
    if (visible) this.series.show(visible);
    if (visible && this.hasMoved && !this.pending) this.place.follow(() => this.current(), this.series.facts.isDaily);
    this.showEdge(visible);
  }

  // --- what is shown ---

  onBars() {
    const { answer, facts, bars, end } = this.series;
    this.zone ??= new Zone(zoneName(preference("zone"), answer.timezone), Boolean(facts.isDaily), Boolean(facts.isMonthly));
    this.empty.hide();
    this.chart.show(bars, this.zone, answer.price_decimals, end !== null);
    this.pending?.();
    this.showLegend(null);
    this.strip.draw();
    this.layers.call("onBars", this.series);
    if (!this.hasMark) this.markFirstBars();
  }

  // Marks the frame in which bars are drawn for the first time, for measurements.
  markFirstBars() {
    this.hasMark = true;
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("first-bars")));
  }

  repaint() {
    this.chart.paint();
    this.studies.showValues();
    this.strip.draw();
    this.layers?.call("repaint");
  }

  // Another way to draw the prices, another zone or adjustment was chosen; the place stays.
  onPreference(name, value) {
    const { series } = this;
    this.layers.call("onPreference", name);
    if (name === "type") this.chart.setType(value);
    else if (series?.answer && name === "zone") {
      this.zone = null;
      this.onBars();
      this.showState();
    } else if (series && name === "adjust") {
      const place = this.current();
      this.open(place ?? { symbol: series.symbol, interval: series.interval, range: null });
    }
  }

  showEdge(visible) {
    const { series } = this;
    byId("first").hidden = !(series.isLoading && series.bars.length === 0);
    byId("first").textContent = `Fetching ${series.interval} bars of ${series.symbol}…`;
    const isEdgeVisible = visible !== null && visible.from < 0;
    byId("edge").hidden = !isEdgeVisible || !(series.isDone || series.isLoading || series.problem);
    byId("edge").textContent = series.isDone ? series.startText : series.isLoading ? "Loading older bars…" : series.problem;
  }

  // Shows the bar under the crosshair and its index, else the latest bar, or the last visible one when the latest is not loaded.
  showLegend(bar, index = null) {
    this.studies?.showValues(index);
    if (!this.series) return;
    const { bars, end } = this.series;
    const shown = bar ?? (end === null ? bars.at(-1) : bars[indexAt(bars, this.chart.visible()?.lastTime ?? 0)]);
    this.legend.show(this.series, shown, shown && bars[indexAt(bars, shown.time) - 1], this.zone);
    if (!bar) byId("chart").setAttribute("aria-label", this.chartWords(shown));
  }

  // What the chart shows, for those who do not see it.
  chartWords(last) {
    const { symbol, interval, answer } = this.series;
    const words = `Chart of ${symbol}, ${interval}`;
    if (!last || !this.zone) return words;
    return `${words}: close ${priceFormatter(answer.price_decimals)(last.close)} on ${this.zone.format(last.time)}`;
  }

  showBeyond(n) {
    byId("beyond").textContent = beyondText(n);
    byId("beyond").hidden = n === 0;
  }

  showState() {
    this.status.show(this.series, this.zone);
    if (this.series) this.showEdge(this.chart.visible());
  }

  // --- events of the server ---

  listen() {
    this.events = new EventFeed({
      onEvent: (name, row) => this.onEvent(name, row),
      onState: (state) => {
        this.status.link = state;
        this.showState();
      },
      onMissed: () => this.catchUp(),
    });
    this.events.join();
  }

  // Events were missed.
  catchUp() {
    this.jobs.load().catch(() => {});
    this.series?.refresh(-Infinity, Infinity, "async");
    this.studies.catchUp();
    this.strip.load();
    this.layers.call("catchUp");
  }

  onEvent(name, row) {
    this.layers.call("onEvent", name, row);
    if (name === "job") this.jobs.update(row);
    else if (name === "jobs") this.jobs.reload();
    else if (name === "fault") this.status.showFault(row.text, () => this.showState());
    else if (name === "bars_stored" || name === "coverage_changed") this.onStored(row);
    else if (name === "limiter") {
      const wasOffline = this.status.limiter?.offline;
      this.status.setLimiter(row);
      if (wasOffline && !row.offline) this.series?.refresh(-Infinity, Infinity, "wait");
      this.showState();
    }
  }

  onStored(row) {
    addKnownSymbol(row.symbol);
    this.studies?.onStored(row);
    const { series } = this;
    if (!series || row.symbol !== series.symbol || ![series.interval, series.facts.base].includes(row.interval)) return;
    this.strip.load();
    const [from, to] = [fromIso(row.from), fromIso(row.to)];
    this.stored = this.stored ? { from: Math.min(this.stored.from, from), to: Math.max(this.stored.to, to) } : { from, to };
    this.storedTimer ??= setTimeout(() => this.readStored(series), EVENTS_SETTLE_MS);
  }

  async readStored(series) {
    const span = this.stored;
    this.stored = this.storedTimer = null;
    if (this.series !== series) return;
    await series.refresh(span.from, span.to);
    if (span.from < series.edge) {
      series.pauseUntil = 0;
      this.onMoved();
    }
  }
}
