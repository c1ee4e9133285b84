// The coverage strip under the time axis: which bars are stored, why others are not, and a button that fetches missing ones.

import { get, post } from "./api.js";
import { indexAt } from "./candles.js";
import { oddPieces } from "./odd.js";
import { fromIso, toIso } from "./time.js";

export const STATES = {
  have: "Stored",
  provisional: "Stored, still changing",
  known_empty: "Known to be empty",
  missing: "Not fetched yet",
  refused: "Not available",
  failed: "Failed",
  odd: "Stored, odd",
};
const ORDER = Object.keys(STATES); // later ones are drawn over earlier ones
const FETCHABLE = new Set(["missing", "failed"]);
const MIN_PX = 4; // a gap between two bars has no width of its own
const BAND_PX = 5;
const ODD_PX = 2; // a line within the band: flagged bars are stored like all others
const SETTLE_MS = 300;

export class CoverageStrip {
  // `hooks.onError(error)`; `hooks.onStarted()` after a fetch was requested.
  constructor(canvas, tip, chart, hooks) {
    Object.assign(this, { canvas, tip, chart, hooks, pieces: [], odd: { bars: null, pieces: [] }, drawn: [], series: null, isPinned: false });
    const part = (name) => document.getElementById(`strip-${name}`);
    this.parts = { title: part("title"), span: part("span"), why: part("why"), fetch: part("fetch") };
    canvas.addEventListener("pointermove", (event) => this.isPinned || this.describe(this.pieceAt(event.offsetX), event.offsetX));
    canvas.addEventListener("pointerleave", () => this.isPinned || this.hide());
    canvas.addEventListener("click", (event) => this.pinAt(event.offsetX));
    this.parts.fetch.addEventListener("click", () => this.fetch());
    document.addEventListener("pointerdown", (event) => this.isPinned && !tip.contains(event.target) && event.target !== canvas && this.hide());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  open(series) {
    this.series = series;
    this.pieces = [];
    this.hide();
    this.draw();
  }

  // Reads the coverage again, a moment after the last of several calls.
  load() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read().catch((error) => this.hooks.onError(error)), SETTLE_MS);
  }

  async read() {
    const series = this.series;
    if (!series || series.isClosed || series.bars.length === 0 || series.symbol.includes("/")) return; // a ratio has none of its own
    const { spans, gaps } = await get("/api/v1/coverage", { symbol: series.symbol, interval: series.interval });
    if (series !== this.series) return;
    const failed = new Set(spans.filter(({ state }) => state === "failed").map(({ from, to }) => `${from} ${to}`));
    const missing = gaps.filter(({ from, to }) => !failed.has(`${from} ${to}`)).map((gap) => ({ ...gap, state: "missing" }));
    this.pieces = [...spans, ...missing]
      .map((piece) => ({ ...piece, start: fromIso(piece.from), end: fromIso(piece.to) }))
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    this.draw();
  }

  // The pixels of each piece that is on screen. Bars are equally wide, whatever time they span.
  place() {
    const { bars } = this.chart;
    if (bars.length === 0) return [];
    const width = this.chart.scale.width();
    const before = this.chart.xOf(-0.5);
    const placed = [];
    for (const piece of [...this.pieces, ...this.oddPieces()]) {
      const isLeft = piece.start < bars[0].time && piece.end >= bars[0].time;
      if (piece.end <= bars[0].time && !(piece.state !== "have" && this.touches(piece, bars[0].time))) continue;
      const [first, last] = [indexAt(bars, piece.start - 1) + 0.5, indexAt(bars, piece.end - 1) + 0.5];
      let [left, right] = [this.chart.xOf(first), this.chart.xOf(last)];
      if (FETCHABLE.has(piece.state) && right - left < MIN_PX) [left, right] = [left - MIN_PX / 2, right + MIN_PX / 2];
      if (piece.state !== "have" && (isLeft || piece.end <= bars[0].time)) left = Math.min(left, 0);
      if (piece.end <= bars[0].time) right = before;
      if (right > 0 && left < width && right > left) placed.push({ piece, left: Math.max(left, 0), right: Math.min(right, width) });
    }
    return placed;
  }

  // The flagged bars that are loaded; computed once per set of bars.
  oddPieces() {
    const { bars } = this.chart;
    if (this.odd.bars !== bars) this.odd = { bars, pieces: this.series ? oddPieces(bars, this.series.facts.step) : [] };
    return this.odd.pieces;
  }

  // Whether no other piece lies between this one and the first bar.
  touches(piece, time) {
    return this.pieces.every((other) => other === piece || other.start >= time || other.end <= piece.end);
  }

  draw() {
    const ratio = devicePixelRatio;
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    const context = this.canvas.getContext("2d");
    this.drawn = this.place();
    for (const { piece, left, right } of this.drawn) {
      const [from, to] = [Math.round(left * ratio), Math.round(right * ratio)];
      context.fillStyle = this.chart.colours[piece.state] ?? this.chart.colours.missing;
      const height = piece.state === "odd" ? ODD_PX : BAND_PX;
      context.fillRect(from, Math.round((1 + BAND_PX - height) * ratio), Math.max(to - from, 1), Math.round(height * ratio));
    }
  }

  pieceAt(x) {
    const near = this.drawn.filter(({ left, right }) => x >= left - 1 && x <= right + 1).map(({ piece }) => piece);
    return near.findLast(({ state }) => FETCHABLE.has(state)) ?? near.at(-1) ?? null;
  }

  describe(piece, x) {
    this.tip.hidden = piece === null;
    if (piece === null) return;
    this.piece = piece;
    const isIntraday = !this.chart.zone?.isDaily;
    const day = (seconds) => (this.chart.zone ? this.chart.zone.format(seconds) : toIso(seconds));
    this.parts.title.textContent = STATES[piece.state] ?? piece.state;
    this.parts.span.textContent = `${day(piece.start)} to ${day(isIntraday ? piece.end : piece.end - 1)}`;
    this.parts.why.textContent = describePiece(piece).join(" · ");
    this.parts.why.hidden = this.parts.why.textContent === "";
    this.parts.fetch.hidden = !(this.isPinned && FETCHABLE.has(piece.state));
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.min(Math.max(x - half, 8), this.canvas.clientWidth - 2 * half - 8)}px`;
  }

  pinAt(x) {
    const piece = this.pieceAt(x);
    this.isPinned = piece !== null && FETCHABLE.has(piece.state);
    this.tip.classList.toggle("pinned", this.isPinned);
    this.describe(piece, x);
  }

  hide() {
    this.isPinned = false;
    this.tip.classList.remove("pinned");
    this.tip.hidden = true;
  }

  async fetch() {
    const { piece, series } = this;
    this.hide();
    try {
      await post("/api/v1/candles/backfill", { symbol: series.symbol, interval: series.interval, from: piece.from, to: piece.to });
      this.hooks.onStarted();
    } catch (error) {
      this.hooks.onError(error);
    }
  }
}

// The reason, the last check and the next one, in words.
export function describePiece(piece) {
  const at = (text) => new Date(text).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const words = [];
  if (piece.reason && piece.reason !== STATES[piece.state].toLowerCase()) words.push(piece.reason);
  if (piece.fetched_at) words.push(`last checked ${at(piece.fetched_at)}`);
  const again = piece.retry_at ?? (piece.state === "have" ? null : piece.expires_at);
  if (again) words.push(`next check ${at(again)}`);
  if (FETCHABLE.has(piece.state)) words.push("click to fetch");
  return words;
}
