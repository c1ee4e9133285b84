// The time until the forming bar closes, on the price axis under the last price.

import { get } from "./api.js";
import { priceFormatter } from "./candles.js";
import { fromIso } from "./time.js";

const DAY = 86400;
const HOUR = 3600;
const SESSIONS_MS = 2500; // after the first bars: what is read only for this does not delay them
const BELOW_PX = 17; // of the last price
const FIGURE_SPACE = "\u2007";

const two = (n) => String(n).padStart(2, "0");

export function countdownText(seconds) {
  const left = Math.floor(seconds);
  if (left >= DAY) return `${Math.floor(left / DAY)}d ${two(Math.floor((left % DAY) / HOUR))}h`;
  const rest = `${two(Math.floor((left % HOUR) / 60))}:${two(left % 60)}`;
  return left >= HOUR ? `${Math.floor(left / HOUR)}:${rest}` : rest;
}

// When the bar that forms at `now` closes: at the end of its step or of the session, if that comes first; null when none forms.
// `sessions`: [{from, to}] in seconds. Bars longer than a day have no countdown.
export function closeOf(bar, facts, sessions, now) {
  const session = sessions.find(({ from, to }) => from <= now && now < to);
  if (!bar || !session || facts.step > DAY) return null;
  if (facts.isDaily) return bar.final ? null : session.to;
  const end = Math.min(bar.time + facts.step, session.to);
  return bar.time <= now && now < end ? end : null;
}

export class Countdown {
  constructor({ chart }) {
    Object.assign(this, { chart, series: null, sessions: [], text: "", known: "" });
    const view = {
      coordinate: () => (chart.prices.priceToCoordinate(this.series.bars.at(-1).close) ?? -100) + BELOW_PX,
      text: () => this.text.padEnd(priceFormatter(chart.decimals ?? 2)(this.series.bars.at(-1).close).length, FIGURE_SPACE), // as wide as the price above it
      textColor: () => chart.colours.text,
      backColor: () => chart.colours.raised,
      visible: () => this.text !== "" && !chart.isDetached,
      tickVisible: () => false,
    };
    this.primitive = { attached: ({ requestUpdate }) => (this.requestUpdate = requestUpdate), priceAxisViews: () => (this.series?.bars.length ? [view] : []) };
    chart.addToPrices(this.primitive);
    setInterval(() => document.hidden || this.show(), 1000);
  }

  open(series) {
    this.series = series;
    if (this.known !== series.symbol) this.sessions = [];
    this.show();
    clearTimeout(this.timer);
    this.timer = null;
  }

  onBars(series) {
    this.show();
    this.timer ??= setTimeout(() => this.read(series).catch(() => {}), SESSIONS_MS); // without sessions there is no countdown
  }

  // The sessions of the coming week; read again when they are over.
  async read(series) {
    const isKnown = this.known === series.symbol && this.sessions.some(({ to }) => to > Date.now() / 1000);
    if (isKnown || series.isClosed || series.facts.step > DAY || series.symbol.includes("/")) return; // a ratio has none
    const { sessions } = await get(`/api/v1/instruments/${encodeURIComponent(series.symbol)}`, {}, series.abort.signal);
    this.sessions = sessions.map(({ from, to }) => ({ from: fromIso(from), to: fromIso(to) }));
    this.known = series.symbol;
    this.show();
  }

  show() {
    const { series } = this;
    const now = Date.now() / 1000;
    const close = series && series.end === null ? closeOf(series.bars.at(-1), series.facts, this.sessions, now) : null;
    const text = close === null ? "" : countdownText(close - now);
    if (text === this.text) return;
    this.text = text;
    this.requestUpdate();
  }
}
