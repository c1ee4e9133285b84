// The bars of one symbol and interval in this page: what is loaded, what to ask next, and why there is no more.

import { get } from "/assets/api.js";
import { fromIso, toIso } from "/assets/time.js";

const DAY = 86400;
const YEAR = 365.25 * DAY;
const EARLIEST = -2208988800; // 1900-01-01
const ENOUGH_BARS = 200;
const MAX_STEPS = 12; // of one search through an empty stretch
const WAIT_S = 20;
const RETRY_S = 15;

// `span`: seconds that hold some 300 bars of a stock; `reach`: a derived bar may open this long before the bars it is made of.
export const INTERVALS = {
  "1m": { span: 4 * DAY },
  "2m": { span: 6 * DAY },
  "5m": { span: 8 * DAY },
  "15m": { span: 18 * DAY },
  "30m": { span: 35 * DAY, base: "15m", reach: 1800 },
  "1h": { span: 65 * DAY },
  "90m": { span: 59 * DAY },
  "4h": { span: 220 * DAY, base: "1h", reach: 14400 },
  "1d": { span: 450 * DAY, isDaily: true, reach: DAY },
  "1wk": { span: 6 * YEAR, isDaily: true, base: "1d", reach: 7 * DAY },
  "1mo": { span: 26 * YEAR, isDaily: true, isMonthly: true, base: "1d", reach: 31 * DAY },
  "3mo": { span: 78 * YEAR, isDaily: true, isMonthly: true, base: "1d", reach: 92 * DAY },
};

export class Series {
  // `hooks.changed()`: bars changed; `hooks.told()`: what is known of loading, edge or problem changed.
  constructor(symbol, interval, hooks) {
    this.symbol = symbol;
    this.interval = interval;
    this.facts = INTERVALS[interval];
    this.hooks = hooks;
    this.bars = [];
    this.answer = null; // the latest answer without its candles: zone, currency, decimals
    this.edge = null; // everything right of it has been asked for
    this.start = null;
    this.isDone = false;
    this.isLoading = false;
    this.problem = "";
    this.nRequests = 0;
    this.abort = new AbortController();
    this.storedFrom = null; // beyond the look-back only stored bars are left, from here on
    this.pauseUntil = 0;
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
    return `Start of history: ${this.start ? this.start.reason : "nothing older is known"}`;
  }

  async open() {
    const from = Math.floor(Date.now() / 1000 - this.facts.span);
    await this.busy(async () => {
      const cached = (await this.isStored()) ? await this.ask({ from, fill: "async" }) : null;
      this.edge = from;
      this.take(cached?.bars ?? []);
      const answer = cached?.complete ? cached : await this.ask({ from, fill: "wait", timeout: WAIT_S });
      this.take(answer.bars);
      this.note(answer, () => this.refresh(from, Infinity, "wait"));
    });
    for (let i = 0; i < 4 && this.bars.length < ENOUGH_BARS && !this.isDone && !this.problem && !this.isClosed; i += 1) await this.loadOlder(0);
  }

  // Whether the cache has met this symbol: only then is there anything to show before the first fill.
  async isStored() {
    const found = await get("/api/v1/symbols", { query: this.symbol }, this.abort.signal);
    return found.some(({ symbol }) => symbol === this.symbol);
  }

  // Asks for the span left of what is loaded: as long as two screens, at least one portion. One request is in flight at a time.
  async loadOlder(visibleS) {
    if (this.isLoading || this.isDone || this.edge === null || this.isClosed || Date.now() / 1000 < this.pauseUntil) return;
    await this.busy(async () => {
      let span = Math.min(Math.max(this.facts.span, 2 * visibleS), 8 * this.facts.span);
      for (let step = 0; step < MAX_STEPS && !this.isDone; step += 1) {
        if (!(await this.step(Math.floor(span)))) return;
        span *= 2; // a closed or empty stretch: look farther
      }
    });
  }

  // One request to the left; true when it found nothing and the search should go on.
  async step(span) {
    const limit = this.oldestAskable();
    const from = Math.max(this.edge - span, limit);
    const fill = this.storedFrom === null ? "wait" : "none";
    if (from >= this.edge) return this.finish();
    const answer = await this.ask({ from, to: this.edge, fill, timeout: WAIT_S });
    if (fill === "wait" && !answer.complete) {
      const known = Math.max(from, ...answer.gaps.map((gap) => fromIso(gap.to)));
      this.edge = Math.min(this.edge, known);
      this.take(answer.bars.filter((bar) => bar.time >= known)); // only what joins the bars that are shown
      this.note(answer, () => this.loadOlder(0));
      return false;
    }
    this.problem = "";
    this.edge = from;
    this.take(answer.bars);
    if (from <= this.oldestAskable()) await this.finish();
    return answer.bars.length === 0 && !this.isDone;
  }

  oldestAskable() {
    if (this.storedFrom !== null) return this.storedFrom;
    if (!this.start) return EARLIEST;
    return Math.max(this.start.time - (this.start.kind === "listing" ? (this.facts.reach ?? 0) : 0), EARLIEST);
  }

  // Nothing older can be fetched; bars from before the look-back may still be stored, for the cache forgets nothing.
  async finish() {
    if (this.start?.kind === "lookback" && this.storedFrom === null) {
      const probe = await this.ask({ from: EARLIEST, to: this.edge, fill: "none" }, 1);
      if (probe.bars.length > 0) {
        this.storedFrom = probe.bars[0].time;
        return false;
      }
    }
    this.isDone = true;
    return false;
  }

  // The cache has stored something: read it again where this page shows it.
  async refresh(from, to, fill = "none") {
    if (this.edge === null || this.isClosed) return;
    if (to <= this.edge) return;
    const reach = this.facts.reach ?? 0;
    const query = { from: Math.max(from - reach, this.edge), fill };
    if (Number.isFinite(to)) query.to = to + reach;
    if (fill === "wait") query.timeout = WAIT_S;
    try {
      const answer = await this.ask(query);
      this.take(answer.bars);
      if (fill === "wait") this.note(answer, () => this.refresh(from, to, fill));
    } catch (error) {
      this.fail(error);
    }
    this.tell();
  }

  // Keeps the right end fresh while the page is looked at; the cache decides whether anything must be fetched.
  async follow() {
    const last = this.bars.at(-1);
    if (last && !this.isLoading) await this.refresh(last.time, Infinity, "async");
  }

  note(answer, again) {
    const gap = answer.gaps.at(-1);
    this.problem = gap ? `some bars are missing: ${gap.reason || "not fetched yet"}` : "";
    clearTimeout(this.timer);
    if (!gap || this.isClosed) return;
    const wait = gap.retry_at ? Math.max(fromIso(gap.retry_at) - Date.now() / 1000, 1) : RETRY_S;
    this.pauseUntil = gap.retry_at ? Date.now() / 1000 + Math.min(wait, 60) : 0;
    this.timer = setTimeout(again, Math.min(wait, 60) * 1000 + 50);
  }

  async busy(work) {
    this.isLoading = true;
    this.tell();
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
    this.isLoading = false;
    this.tell();
  }

  fail(error) {
    if (this.isClosed) return;
    this.error = error;
    this.problem = error.message === "Failed to fetch" ? "CandleDesk does not answer" : error.message;
    this.pauseUntil = Date.now() / 1000 + 3;
  }

  // One answer, all its pages. `limit` set: only the first so many.
  async ask({ from, to, fill, timeout }, limit) {
    const query = { symbol: this.symbol, interval: this.interval, from: toIso(from), to: to === undefined ? undefined : toIso(to), fill, timeout, limit, format: "columns" };
    const bars = [];
    const gaps = [];
    for (let cursor; ; ) {
      this.nRequests += 1;
      const { candles, ...answer } = await get("/api/v1/candles", { ...query, cursor }, this.abort.signal);
      this.answer = answer;
      this.start = answer.start ?? this.start;
      this.error = null;
      gaps.push(...answer.gaps);
      candles.time.forEach((time, i) =>
        bars.push({
          time,
          open: candles.open[i], high: candles.high[i], low: candles.low[i], close: candles.close[i], volume: candles.volume[i],
          final: candles.final[i],
        }),
      );
      if (!answer.next || limit !== undefined) return { bars, gaps, complete: gaps.length === 0 };
      cursor = answer.next;
    }
  }

  // Merges bars by their opening time; a bar that came before is replaced, never doubled.
  take(fresh) {
    if (this.isClosed || fresh.length === 0) return;
    const byTime = new Map(this.bars.map((bar) => [bar.time, bar]));
    let isNew = false;
    for (const bar of fresh) {
      const old = byTime.get(bar.time);
      isNew ||= !old || Object.keys(bar).some((key) => old[key] !== bar[key]);
      byTime.set(bar.time, bar);
    }
    if (!isNew) return;
    this.bars = [...byTime.values()].sort((a, b) => a.time - b.time);
    this.hooks.changed();
  }

  tell() {
    if (!this.isClosed) this.hooks.told();
  }
}
