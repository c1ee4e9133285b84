// The bars of one symbol and interval on this page: one unbroken range that grows at both ends, and the reason why it ends there.

import { getCandles, mergeBars } from "./candles.js";
import { factsOf } from "./intervals.js";
import { typeOf } from "./known-symbols.js";
import { preference } from "./preferences.js";
import { fromIso } from "./time.js";

const DAY = 86400;
const EARLIEST = -2208988800; // 1900-01-01
const ENOUGH_BARS = 200;
const NEAR_EDGE_BARS = 50;
const MAX_STEPS = 12; // of one search through an empty stretch
const STORED_SPANS = 16; // so many spans of stored bars are shown at once: some 5,000 bars
const SPANS_24H = 3; // the same for instruments that trade around the clock
const WAIT_S = 20;
const RETRY_S = 15;
const ALL_DAY = new Set(["CRYPTOCURRENCY", "CURRENCY", "FUTURE"]);

const now = () => Date.now() / 1000;

export class Series {
  // `hooks.onBars()`: the bars changed; `hooks.onState()`: loading, start of history or problem changed.
  constructor(symbol, interval, hooks) {
    Object.assign(this, { symbol, interval, hooks, adjust: preference("adjust") });
    this.facts = factsOf(interval);
    this.sources = new Set(); // finer intervals that candles older than the look-back were made from
    this.bars = [];
    this.answer = null; // the latest answer without its candles: zone, currency, decimals
    this.edge = null; // everything right of it, up to `end`, has been asked for
    this.end = null; // null: up to now
    this.start = null;
    this.isDone = false;
    this.isLoading = false;
    this.problem = "";
    this.error = null;
    this.nRequests = 0;
    this.abort = new AbortController();
    this.storedFrom = null; // beyond the look-back only stored bars are left, from here on
    this.pauseUntil = 0;
    this.begun = null;
  }

  close() {
    this.abort.abort();
    clearTimeout(this.timer);
  }

  get isClosed() {
    return this.abort.signal.aborted;
  }

  get startText() {
    if (!this.isDone) return "";
    const made = this.sources.size ? `; older candles are made from stored ${[...this.sources].join(" and ")}` : "";
    return `Start of history: ${this.start ? this.start.reason : "nothing older is known"}${made}`;
  }

  // The span to load first: the latest bars, or those around `range` ({from, to} in seconds).
  firstSpan(range) {
    const { span } = this.facts;
    const pad = range ? Math.max(span / 2, (range.to - range.from) / 2) : 0;
    const from = Math.floor(range ? Math.min(range.from, now()) - pad : now() - span);
    const to = range && range.to + pad < now() ? Math.ceil(range.to + pad) : undefined;
    return { from, to };
  }

  // Requests the stored bars ahead of `open`, while the chart is not there yet.
  begin(range = null) {
    this.begun = { ...this.firstSpan(range) };
    this.begun.found = this.askStored(this.begun);
    this.begun.found.catch(() => {}); // `open` gets it
  }

  // Loads the latest bars, or those around `range` and nothing in between.
  async open(range = null) {
    const { from, to } = this.begun ?? this.firstSpan(range);
    await this.busy(async () => {
      [this.edge, this.end] = [from, to ?? null];
      if (await this.showStored(from, to)) return;
      const found = await this.ask({ from, to }, { fill: "wait", timeout: WAIT_S });
      this.add(found.bars);
      this.noteGaps(found, () => this.refresh(from, to ?? Infinity, "wait"));
    });
    for (let i = 0; i < 4 && this.bars.length < ENOUGH_BARS && !this.isDone && !this.problem && !this.isClosed; i += 1) await this.loadOlder(0);
  }

  // Shows the stored bars without a request to the provider; true when they cover the range. Nothing is stored of a symbol
  // that is not in the cache.
  async showStored(from, to) {
    const found = await (this.begun?.found ?? this.askStored({ from, to }));
    this.begun = null;
    if (!found) return false;
    const { bars, gaps, older } = found;
    const known = Math.min(from, Math.max(older, ...gaps.filter((gap) => fromIso(gap.from) < from).map((gap) => fromIso(gap.to))));
    this.edge = Math.max(known, this.oldestAskable());
    this.add(bars.filter((bar) => bar.time >= known));
    return gaps.every((gap) => fromIso(gap.to) <= from);
  }

  // The stored bars of several spans back from `to`; null for a symbol that is not in the cache.
  async askStored({ from, to }) {
    const type = await typeOf(this.symbol, this.abort.signal);
    if (type === undefined) return null;
    const spans = !this.facts.isDaily && ALL_DAY.has(type) ? SPANS_24H : STORED_SPANS;
    const older = Math.max(Math.min(from, (to ?? now()) - spans * this.facts.span), EARLIEST);
    return { ...(await this.ask({ from: Math.floor(older), to }, { fill: "none" })), older };
  }

  // The visible range moved: `visible` has the logical indexes and the times at its ends. Loads what is missing on that side; one
  // request is in flight at a time.
  show(visible) {
    const visibleS = visible.lastTime - visible.firstTime;
    if (visible.from < NEAR_EDGE_BARS) return this.loadOlder(visibleS);
    if (this.end !== null && visible.to > this.bars.length - NEAR_EDGE_BARS) return this.loadNewer(visibleS);
    return undefined;
  }

  // Requests the span left of the loaded bars: two screens, at least one `facts.span`. The cache fetches more at once where that
  // costs no further request.
  async loadOlder(visibleS) {
    if (this.isDone) return;
    await this.grow(visibleS, (span) => this.stepOlder(span));
  }

  async loadNewer(visibleS) {
    if (this.end !== null) await this.grow(visibleS, (span) => this.stepNewer(span));
  }

  async grow(visibleS, step) {
    if (this.isLoading || this.edge === null || this.isClosed || now() < this.pauseUntil) return;
    await this.busy(async () => {
      let span = Math.min(Math.max(this.facts.span, 2 * visibleS), 8 * this.facts.span);
      for (let i = 0; i < MAX_STEPS && (await step(Math.floor(span))); i += 1) span *= 2; // a closed or empty stretch: widen the search
    });
  }

  // One request to the left; true when it found nothing and the search should go on.
  async stepOlder(span) {
    const limit = this.oldestAskable();
    const from = Math.max(this.edge - span, limit);
    if (from >= this.edge) return this.finish();
    const fill = this.storedFrom === null ? "wait" : "none";
    const found = await this.ask({ from, to: this.edge }, { fill, timeout: WAIT_S });
    if (fill === "wait" && !found.complete) {
      const known = Math.max(from, ...found.gaps.map((gap) => fromIso(gap.to)));
      this.edge = Math.min(this.edge, known);
      this.add(found.bars.filter((bar) => bar.time >= known)); // only what joins the bars that are shown
      this.noteGaps(found, () => this.loadOlder(0));
      return false;
    }
    this.problem = "";
    this.edge = from;
    this.add(found.bars);
    if (from <= this.oldestAskable()) await this.finish();
    return found.bars.length === 0 && !this.isDone;
  }

  // The same to the right, after a jump to a date, until the present is reached.
  async stepNewer(span) {
    const from = this.end;
    const to = Math.ceil(from + span);
    const isLast = to >= now();
    const found = await this.ask({ from, to: isLast ? undefined : to }, { fill: "wait", timeout: WAIT_S });
    if (!found.complete && !isLast) {
      const known = Math.min(to, ...found.gaps.map((gap) => fromIso(gap.from)));
      this.end = Math.max(from, known);
      this.add(found.bars.filter((bar) => bar.time < known));
      this.noteGaps(found, () => this.loadNewer(0));
      return false;
    }
    this.noteGaps(found, () => this.refresh(from, Infinity, "wait"));
    this.end = isLast ? null : to;
    this.add(found.bars);
    return found.bars.length === 0 && !isLast;
  }

  oldestAskable() {
    if (this.storedFrom !== null) return this.storedFrom;
    if (!this.start) return EARLIEST;
    return Math.max(this.start.time - (this.start.kind === "listing" ? (this.facts.reach ?? 0) : 0), EARLIEST);
  }

  // Nothing older can be fetched; bars from before the look-back may still be stored.
  async finish() {
    if (this.start?.kind === "lookback" && this.storedFrom === null) {
      const { bars } = await this.ask({ from: EARLIEST, to: this.edge }, { fill: "none", limit: 1 });
      if (bars.length > 0) {
        this.storedFrom = bars[0].time;
        return false;
      }
    }
    this.isDone = true;
    return false;
  }

  // Bars were stored: reads them again where this page shows them.
  async refresh(from, to, fill = "none") {
    if (this.edge === null || this.isClosed || to <= this.edge || (this.end !== null && from >= this.end)) return;
    const reach = this.facts.reach ?? 0;
    const last = Math.min(to + reach, this.end ?? Infinity);
    const range = { from: Math.max(from - reach, this.edge), to: Number.isFinite(last) ? last : undefined };
    try {
      const found = await this.ask(range, { fill, timeout: fill === "wait" ? WAIT_S : undefined });
      this.add(found.bars);
      if (fill === "wait") this.noteGaps(found, () => this.refresh(from, to, fill));
    } catch (error) {
      this.fail(error);
    }
    this.notify();
  }

  // Keeps the right end up to date while the page is visible; the cache decides whether anything must be fetched.
  async follow() {
    const last = this.bars.at(-1);
    if (last && !this.isLoading && this.end === null) await this.refresh(last.time, Infinity, "async");
  }

  // Remembers the newest gap as the problem and calls `again()` when it may be retried.
  noteGaps(found, again) {
    const gap = found.gaps.at(-1);
    this.problem = gap ? `some bars are missing: ${gap.reason || "not fetched yet"}` : "";
    clearTimeout(this.timer);
    if (!gap || this.isClosed) return;
    const wait = Math.min(gap.retry_at ? Math.max(fromIso(gap.retry_at) - now(), 1) : RETRY_S, 60);
    this.pauseUntil = gap.retry_at ? now() + wait : 0;
    this.timer = setTimeout(again, wait * 1000 + 50);
  }

  async busy(work) {
    this.isLoading = true;
    this.notify();
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
    this.isLoading = false;
    this.notify();
  }

  fail(error) {
    if (this.isClosed) return;
    this.error = error;
    this.problem = error.message === "Failed to fetch" ? "CandleDesk does not respond" : error.message;
    this.pauseUntil = now() + 3;
  }

  async ask(range, options) {
    const found = await getCandles(this, range, { ...options, signal: this.abort.signal, onRequest: () => (this.nRequests += 1) });
    this.answer = found.answer;
    this.start = found.answer.start ?? this.start;
    if (this.start) {
      found.gaps = found.gaps.filter((gap) => fromIso(gap.to) > this.start.time + DAY); // bars from before the start of history are not waited for
      found.complete = found.gaps.length === 0;
    }
    for (const { interval } of found.answer.derived ?? []) this.sources.add(interval);
    this.error = null;
    return found;
  }

  add(fresh) {
    if (this.isClosed) return;
    const merged = mergeBars(this.bars, fresh);
    if (merged === this.bars) return;
    this.bars = merged;
    this.hooks.onBars();
  }

  notify() {
    if (!this.isClosed) this.hooks.onState();
  }
}
