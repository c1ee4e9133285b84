// The form that starts backfills of many symbols and shows beforehand how many requests they need.

import { post } from "./api.js";
import { INTERVALS } from "./candles.js";
import { factsOf } from "./intervals.js";
import { spellSymbol } from "./known-symbols.js";

const SETTLE_MS = 500;
const MAX_SYMBOLS = 100; // of one request
const SYMBOL = /^([a-z][a-z0-9]{0,15}:)?[A-Z0-9.\-=^&_]{1,32}$/;

const byId = (id) => document.getElementById(id);
const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

export class BackfillForm {
  // `hooks.onStarted()`, `hooks.onError(error)`.
  constructor(hooks) {
    this.hooks = hooks;
    this.form = byId("backfill-form");
    this.fields = this.form.elements;
    this.fields.interval.append(...Object.keys(INTERVALS).map((name) => new Option(name, name)));
    this.form.addEventListener("input", () => this.validate());
    byId("backfill").addEventListener("toggle", () => byId("backfill").open && this.validate());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
  }

  // Fills the form in from the open chart, unless the form is open.
  follow(symbol, interval) {
    if (!byId("backfill").open) [this.fields.symbols.value, this.fields.interval.value] = [symbol, INTERVALS[interval] ? interval : factsOf(interval).base];
  }

  // The request of the form as {body}, or {problem}: why it is not valid.
  read() {
    const symbols = [...new Set(this.fields.symbols.value.split(/[\s,;]+/).filter(Boolean).map(spellSymbol))];
    const bad = symbols.filter((symbol) => !SYMBOL.test(symbol));
    const [from, to] = [this.fields.from.value, this.fields.to.value];
    if (symbols.length === 0) return { problem: "Enter one or more symbols." };
    if (bad.length) return { problem: `Not valid symbols: ${bad.slice(0, 5).join(" ")}` };
    if (symbols.length > MAX_SYMBOLS) return { problem: `At most ${MAX_SYMBOLS} symbols at once.` };
    if (from && to && from >= to) return { problem: "From must be before To." };
    return { body: { symbols, intervals: [this.fields.interval.value], ...(from && { from }), ...(to && { to }) } };
  }

  validate() {
    clearTimeout(this.timer);
    if (this.isStarting) return;
    const { body, problem } = this.read();
    byId("backfill-hint").textContent = problem ?? "Without dates: everything that the provider has.";
    if (body) this.timer = setTimeout(() => this.estimate(body), SETTLE_MS);
  }

  async estimate(body) {
    try {
      const { n_requests, seconds, n_bars, unknown } = await post("/api/v1/jobs/estimate", body);
      const time = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
      const words = n_requests ? [`${count(n_requests, "request")}, about ${time}, ${count(n_bars, "bar")}.`] : unknown.length ? [] : ["All bars are stored."];
      if (this.isStarting) return;
      if (unknown.length) words.push(`New symbols, will be looked up: ${unknown.slice(0, 8).join(" ")}${unknown.length > 8 ? " …" : ""}`);
      byId("backfill-hint").textContent = words.join(" ");
    } catch (error) {
      if (!this.isStarting) byId("backfill-hint").textContent = error.message;
    }
  }

  async start() {
    if (this.isStarting) return;
    const { body, problem } = this.read();
    if (problem) {
      byId("backfill-hint").textContent = problem;
      return;
    }
    clearTimeout(this.timer);
    this.setStarting(true);
    try {
      await post("/api/v1/jobs", body);
      byId("backfill").open = false;
    } catch (error) {
      byId("backfill-hint").textContent = error.message;
      this.hooks.onError(error);
    } finally {
      this.setStarting(false);
    }
    this.hooks.onStarted();
  }

  // A new symbol is looked up first, which can take several seconds.
  setStarting(isStarting) {
    this.isStarting = isStarting;
    byId("backfill-start").disabled = isStarting;
    if (isStarting) byId("backfill-hint").textContent = "Starting. New symbols are looked up first.";
  }
}
