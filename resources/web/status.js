// The status line and the state of the request limiter in words.

const LINKS = { connected: "live", lost: "reconnecting…", refused: "signed out" };
const FAULT_MS = 15_000;

const byId = (id) => document.getElementById(id);
const clock = (date) => date.toLocaleTimeString("en-GB");

export class Status {
  constructor() {
    this.limiter = null;
    this.link = "";
    this.fault = "";
    setInterval(() => byId("jobs").hidden || this.showLimiter(), 1000);
  }

  setLimiter(limiter) {
    this.limiter = limiter;
    this.nextAt = Date.now() + 1000 * limiter.next_request_in_s;
    this.showLimiter();
  }

  // Shows a fault for a while. `refresh()` is called now and when the fault is no longer shown.
  showFault(text, refresh) {
    this.fault = text;
    refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.fault = "";
      refresh();
    }, FAULT_MS);
  }

  show(series, zone) {
    const [text, isWarning] = this.words(series);
    byId("status").textContent = text;
    byId("status").title = text;
    byId("status").classList.toggle("warn", isWarning);
    byId("zone").textContent = zone ? (zone.isDaily ? "exchange dates" : zone.name.replaceAll("_", " ")) : "";
    byId("zone").hidden = zone === null;
    byId("link").textContent = LINKS[this.link] ?? "";
    byId("link").dataset.link = this.link;
  }

  words(series) {
    if (this.link === "refused") return ["CandleDesk was restarted: open the page with the new address that it printed.", true];
    if (this.link === "lost") return ["CandleDesk does not respond. The chart shows the loaded bars and updates again when the connection is back.", true];
    if (this.fault) return [this.fault, true];
    if (this.limiter?.offline) return ["Offline: the chart shows stored bars and continues when the network is back.", true];
    if (this.limiter?.breaker === "open") return [this.pauseWords(), true];
    if (!series) return ["", false];
    if (series.isLoading && this.limiter?.unanswered_since) return [this.waitWords(), false];
    if (series.isLoading) return [`Loading ${series.interval} bars of ${series.symbol}…`, false];
    if (series.problem) return [`${series.symbol} ${series.interval}: ${series.problem}`, true];
    return [[`${series.bars.length.toLocaleString("en")} bars`, series.startText].filter(Boolean).join(" · "), false];
  }

  pauseWords() {
    const { retry_at } = this.limiter;
    return `The provider limits requests${retry_at ? `: next try at ${clock(new Date(retry_at))}` : ""}.`;
  }

  waitWords() {
    return `No answer from ${this.limiter.provider} yet.`;
  }

  showLimiter() {
    const state = this.limiter;
    if (!state) return;
    const isWarning = state.offline || state.breaker === "open";
    byId("limiter").classList.toggle("warn", isWarning);
    byId("limiter").textContent = this.limiterWords(state);
  }

  limiterWords(state) {
    if (state.offline) return "Offline: retrying automatically.";
    if (state.breaker === "open") return this.pauseWords();
    if (state.unanswered_since) return this.waitWords();
    if (state.breaker === "half_open") return "Testing whether requests are accepted again.";
    const wait = Math.ceil((this.nextAt - Date.now()) / 1000);
    if (wait > 0) return `Next request in ${wait} s.`;
    const n = Math.floor(state.tokens);
    return n > 0 ? `${n} ${n === 1 ? "request" : "requests"} available.` : "Requests are sent one at a time.";
  }
}
