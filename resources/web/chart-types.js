// The ways to draw the prices: each with its series of Lightweight Charts, its colours, and what it draws of a bar.

/* global LightweightCharts */

import { drawnPrices } from "./odd.js";

const LINES = new Set(["line", "area", "baseline"]);
const KINDS = { bars: "BarSeries", line: "LineSeries", area: "AreaSeries", baseline: "BaselineSeries" };
const NO_COLOUR = "rgba(0, 0, 0, 0)";

export function addPrices(api, type, options) {
  return api.addSeries(LightweightCharts[KINDS[type] ?? "CandlestickSeries"], options, 0);
}

// The same colour with an opacity; colours are "rgb(r, g, b)".
const faded = (colour, alpha) => colour.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);

// The options of the type's series in the colours of a theme.
export function typeColours(type, { up, down, accent }) {
  if (type === "line") return { color: accent, lineWidth: 2 };
  if (type === "area") return { lineColor: accent, lineWidth: 2, topColor: faded(accent, 0.28), bottomColor: faded(accent, 0.02) };
  if (type === "baseline") {
    const fills = { topFillColor1: faded(up, 0.28), topFillColor2: faded(up, 0.05), bottomFillColor1: faded(down, 0.05), bottomFillColor2: faded(down, 0.28) };
    return { topLineColor: up, bottomLineColor: down, lineWidth: 2, ...fills };
  }
  if (type === "bars") return { upColor: up, downColor: down, thinBars: false };
  const borders = { borderUpColor: up, borderDownColor: down, wickUpColor: up, wickDownColor: down };
  return { upColor: type === "hollow" ? NO_COLOUR : up, downColor: down, borderVisible: true, ...borders };
}

// Heikin-Ashi: close = (O + H + L + C) / 4; open = the mean of the former averaged open and close, the first one's (O + C) / 2; the
// extremes include both.
export function averageBars(bars) {
  let before = null;
  return bars.map((bar, i) => {
    const { open, high, low, close } = drawnPrices(bar, bars[i - 1]);
    const middle = (open + high + low + close) / 4;
    const begin = before ? (before.open + before.close) / 2 : (open + close) / 2;
    before = { open: begin, high: Math.max(high, begin, middle), low: Math.min(low, begin, middle), close: middle };
    return before;
  });
}

// What is drawn of bar `i`, without its time; `averaged` are the bars of `averageBars`.
export function drawnBar(type, bars, i, averaged) {
  if (LINES.has(type)) return { value: bars[i].close };
  return type === "heikin_ashi" ? averaged[i] : drawnPrices(bars[i], bars[i - 1]);
}
