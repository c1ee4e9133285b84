// The page: wires the series to the chart, the toolbar, the status line and the event stream.

import { ApiError, adoptToken, get, readEvents } from "/assets/api.js";
import { Chart } from "/assets/chart.js";
import { Jobs } from "/assets/jobs.js";
import { INTERVALS, Series } from "/assets/series.js";
import { Zone, fromIso } from "/assets/time.js";

const NEAR_EDGE_BARS = 50;
const EVENTS_SETTLE_MS = 120;
const FOLLOW_MS = 60_000;
const EXAMPLES = ["AAPL", "BTC-USD", "7203.T", "EURUSD=X"];
const byId = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.series = null;
    this.zone = null;
    this.limiter = null;
    this.link = "";
    this.fault = "";
    this.jobs = new Jobs(byId("job-list"), byId("job-none"), byId("jobs-toggle"), (error) => this.showFault(error.message));
    this.chart = new Chart(byId("chart"), { moved: () => this.onMoved(), hovered: (bar) => this.showLegend(bar) });
    this.buildToolbar();
  }

  buildToolbar() {
    byId("intervals").replaceChildren(...Object.keys(INTERVALS).map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => this.open(this.series?.symbol ?? byId("symbol").value, name));
      return button;
    }));
    byId("symbol-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.open(byId("symbol").value, this.interval);
      byId("chart").focus();
    });
    byId("symbol").addEventListener("input", () => this.suggest(byId("symbol").value));
    byId("symbol").addEventListener("focus", () => byId("symbol").select());
    byId("log").addEventListener("click", () => this.toggleLog());
    byId("latest").addEventListener("click", () => this.chart.goToLatest());
    byId("jobs-toggle").addEventListener("click", () => {
      byId("jobs").hidden = !byId("jobs").hidden;
      byId("jobs-toggle").setAttribute("aria-pressed", String(!byId("jobs").hidden));
    });
    byId("about-open").addEventListener("click", () => byId("about").showModal());
    document.addEventListener("keydown", (event) => this.onKey(event));
    addEventListener("popstate", () => this.readUrl());
    setInterval(() => document.hidden || this.series?.follow(), FOLLOW_MS);
  }

  onKey(event) {
    if (event.altKey && event.code === "KeyL") {
      event.preventDefault();
      this.toggleLog();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && /^[a-z^]$/i.test(event.key) && !event.target.closest("input, dialog")) {
      byId("symbol").value = "";
      byId("symbol").focus(); // the letter lands there
    }
  }

  toggleLog() {
    const isLog = byId("log").getAttribute("aria-pressed") !== "true";
    byId("log").setAttribute("aria-pressed", String(isLog));
    this.chart.setLog(isLog);
  }

  async start() {
    if (!adoptToken()) return this.showEmpty("This page needs its token", "Open it with the address that `candledesk serve` prints, or from the window's menu.");
    this.listen();
    this.suggest("");
    this.jobs.load().catch(() => {});
    await this.readUrl();
  }

  async readUrl() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    this.interval = INTERVALS[fragment.get("interval")] ? fragment.get("interval") : "1d";
    let symbol = fragment.get("symbol");
    if (!symbol) symbol = (await get("/api/v1/symbols").catch(() => []))[0]?.symbol;
    if (symbol) await this.open(symbol, this.interval, true);
    else {
      this.markInterval();
      this.showEmpty("Type a symbol to begin", "Any ticker of Yahoo Finance. Bars are fetched once and kept.", EXAMPLES);
    }
  }

  async open(text, interval, isFromUrl = false) {
    const symbol = text.trim().toUpperCase();
    this.interval = interval;
    this.markInterval();
    if (!symbol) return;
    this.series?.close();
    byId("symbol").value = symbol;
    byId("empty").hidden = true;
    document.title = `${symbol} ${interval} – CandleDesk`;
    const fragment = `#${new URLSearchParams({ symbol, interval })}`;
    if (location.hash !== fragment) history[isFromUrl ? "replaceState" : "pushState"](null, "", fragment);
    this.zone = null;
    this.chart.reset();
    const series = new Series(symbol, interval, { changed: () => this.onBars(), told: () => this.showState() });
    this.series = series;
    this.showLegend(null);
    await series.open();
    if (this.series !== series) return;
    if (series.bars.length === 0) this.explainNothing(series);
    else this.suggest("");
    this.onMoved();
  }

  explainNothing(series) {
    const unknown = series.error instanceof ApiError && series.error.status === 404;
    if (unknown) this.showEmpty(`There is no ${series.symbol}`, series.error.message, EXAMPLES);
    else this.showEmpty(`No ${series.interval} bars of ${series.symbol}`, series.problem || series.startText || "Nothing is stored yet.");
  }

  markInterval() {
    for (const button of byId("intervals").children) {
      const isCurrent = button.textContent === this.interval;
      button.setAttribute("aria-current", String(isCurrent));
      if (isCurrent) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  suggest(query) {
    clearTimeout(this.suggestTimer);
    this.suggestTimer = setTimeout(async () => {
      const found = await get("/api/v1/symbols", { query: query.slice(0, 64) }).catch(() => []);
      byId("symbols").replaceChildren(...found.map(({ symbol, name }) => {
        const option = document.createElement("option");
        option.value = symbol;
        option.label = name || symbol;
        return option;
      }));
    }, 150);
  }

  onBars() {
    const { answer, facts, bars } = this.series;
    if (!this.zone) this.zone = new Zone(answer.timezone, Boolean(facts.isDaily), Boolean(facts.isMonthly));
    byId("empty").hidden = true;
    this.chart.show(bars, this.zone, answer.price_decimals);
    this.showLegend(null);
  }

  onMoved() {
    const seen = this.chart.visible();
    byId("latest").hidden = !seen || seen.isLatest;
    if (seen && this.series && seen.from < NEAR_EDGE_BARS) this.series.loadOlder(seen.lastTime - seen.firstTime);
    this.showEdge(seen);
  }

  showEdge(seen) {
    const series = this.series;
    byId("first").hidden = !(series.isLoading && series.bars.length === 0);
    byId("first").textContent = `Fetching ${series.interval} bars of ${series.symbol}…`;
    const isSeen = seen !== null && seen.from < 0;
    byId("edge").hidden = !isSeen || !(series.isDone || series.isLoading || series.problem);
    byId("edge").textContent = series.isDone ? series.startText : series.isLoading ? "Loading older bars…" : series.problem;
  }

  showLegend(bar) {
    const { symbol, interval, bars, answer } = this.series;
    byId("legend-symbol").textContent = symbol;
    const facts = [interval, answer?.exchange, answer?.currency, answer?.name];
    byId("legend-name").textContent = facts.filter(Boolean).join(" · ");
    const shown = bar ?? bars.at(-1);
    const previous = shown && bars[bars.indexOf(shown) - 1];
    byId("legend-values").replaceChildren(...(shown ? this.legendValues(shown, previous, answer.price_decimals) : []));
  }

  legendValues(bar, previous, decimals) {
    const price = (value) => value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    const change = previous ? bar.close - previous.close : bar.close - bar.open;
    const percent = (100 * change) / (previous ? previous.close : bar.open);
    const direction = change < 0 ? "down" : "up";
    const sign = change < 0 ? "−" : "+";
    const rows = [
      ["", this.zone.format(bar.time), "key"],
      ["O", price(bar.open), direction], ["H", price(bar.high), direction], ["L", price(bar.low), direction], ["C", price(bar.close), direction],
      ["", `${sign}${price(Math.abs(change))} (${sign}${Math.abs(percent).toFixed(2)} %)`, direction],
    ];
    if (bar.volume) rows.push(["Vol", bar.volume.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 }), ""]);
    return rows.map(([key, text, className]) => {
      const item = document.createElement("span");
      const name = document.createElement("span");
      name.className = "key";
      name.textContent = key ? `${key} ` : "";
      const value = document.createElement("span");
      value.className = className;
      value.textContent = text;
      item.append(name, value);
      return item;
    });
  }

  showState() {
    const [text, isWarning] = this.stateText();
    byId("status").textContent = text;
    byId("status").classList.toggle("warn", isWarning);
    byId("zone").textContent = this.zone ? (this.zone.isDaily ? "exchange dates" : this.zone.name) : "";
    byId("link").textContent = { connected: "live", lost: "reconnecting…", refused: "signed out" }[this.link] ?? "";
    if (this.series) this.showEdge(this.chart.visible());
  }

  stateText() {
    const series = this.series;
    if (this.link === "refused") return ["CandleDesk was started anew: open the page with the new address it printed.", true];
    if (this.link === "lost") return ["CandleDesk does not answer: the chart shows what it had and goes on when it is back.", true];
    if (this.fault) return [this.fault, true];
    if (this.limiter?.offline) return ["Offline: the chart shows what is stored; it goes on by itself when the network is back.", true];
    if (this.limiter?.breaker === "open") return [`Yahoo asks for a pause${this.limiter.retry_at ? `: next try at ${new Date(this.limiter.retry_at).toLocaleTimeString()}` : ""}.`, true];
    if (!series) return ["", false];
    if (series.isLoading) return [`Loading ${series.interval} bars of ${series.symbol}…`, false];
    if (series.problem) return [`${series.symbol} ${series.interval}: ${series.problem}`, true];
    return [[`${series.bars.length.toLocaleString("en")} bars`, series.startText].filter(Boolean).join(" · "), false];
  }

  showFault(text) {
    this.fault = text;
    this.showState();
    clearTimeout(this.faultTimer);
    this.faultTimer = setTimeout(() => {
      this.fault = "";
      this.showState();
    }, 15_000);
  }

  showEmpty(title, text, examples = []) {
    byId("empty-title").textContent = title;
    byId("empty-text").textContent = text;
    byId("examples").replaceChildren(...examples.map((symbol) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = symbol;
      button.addEventListener("click", () => this.open(symbol, this.interval));
      return button;
    }));
    byId("empty").hidden = false;
  }

  listen() {
    let isFirst = true;
    readEvents((name, row) => this.onEvent(name, row), (state) => {
      this.link = state;
      if (state === "connected" && !isFirst) this.catchUp();
      isFirst = false;
      this.showState();
    });
  }

  // After a break nobody knows what was missed.
  catchUp() {
    this.jobs.load().catch(() => {});
    this.series?.refresh(-Infinity, Infinity, "async");
  }

  onEvent(name, row) {
    if (name === "job") this.jobs.take(row);
    else if (name === "fault") this.showFault(row.text);
    else if (name === "limiter") {
      const wasOffline = this.limiter?.offline;
      this.limiter = row;
      if (wasOffline && !row.offline) this.series?.refresh(-Infinity, Infinity, "wait");
      this.showState();
    } else if (name === "bars_stored") this.onStored(row);
  }

  onStored(row) {
    const series = this.series;
    if (!series || row.symbol !== series.symbol || ![series.interval, series.facts.base].includes(row.interval)) return;
    const [from, to] = [fromIso(row.from), fromIso(row.to)];
    this.stored = this.stored ? { from: Math.min(this.stored.from, from), to: Math.max(this.stored.to, to) } : { from, to };
    clearTimeout(this.storedTimer);
    this.storedTimer = setTimeout(async () => {
      const span = this.stored;
      this.stored = null;
      if (span === null || this.series !== series) return;
      await series.refresh(span.from, span.to);
      if (span.from < series.edge) {
        series.pauseUntil = 0;
        this.onMoved();
      }
    }, EVENTS_SETTLE_MS);
  }
}

if (typeof LightweightCharts === "undefined") {
  byId("empty-title").textContent = "The chart script is missing";
  byId("empty-text").textContent = "CandleDesk found no trusted copy of Lightweight Charts: reinstall it with `make build`.";
  byId("empty").hidden = false;
} else {
  const page = new Page();
  window.candledesk = Object.freeze({
    bars: () => page.series?.bars.map((bar) => ({ ...bar })) ?? [],
    visibleRange: () => page.chart.visible(),
    state: () => ({
      symbol: page.series?.symbol, interval: page.series?.interval, isLoading: page.series?.isLoading ?? false, isDone: page.series?.isDone ?? false,
      problem: page.series?.problem ?? "", start: page.series?.start ?? null, edge: page.series?.edge ?? null, requests: page.series?.nRequests ?? 0, link: page.link,
    }),
  });
  page.start();
}
