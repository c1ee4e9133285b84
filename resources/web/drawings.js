// Draws the stored drawings of a series on the chart, for reading only. Points come from the server as
// times of the bars of the interval and prices as the candles have them.

import { get } from "./api.js";

const PATH = "/api/v1/drawings";
const FIRST_MS = 400;
const DASHES = { solid: [], dashed: [5, 3], dotted: [1, 2] };
const FONT = "Inter, system-ui, sans-serif";
const [FAR, ARROW_PX, ARROW_ANGLE, LINE_HEIGHT] = [1e5, 12, 0.49, 1.3];
const [UP, DOWN] = ["#089981", "#f23645"];

// --- where a point lies: the rules of the window, on the bars that are loaded ---

// The fractional index of the bar that was drawn in, of which `t` and `until` are the span; `times` are those of the bars and of the
// bars to come, ascending, `step` the seconds of one bar.
export function indexOf({ t, until }, times, step) {
  const n = times.length;
  if (n === 0) return NaN;
  const average = n > 1 ? (times[n - 1] - times[0]) / (n - 1) : step;
  if (t < times[0]) return until > times[0] ? 0 : (t - times[0]) / average;
  let [low, high] = [0, n]; // the last bar that opens at t or before
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle;
    else high = middle;
  }
  if (low === n - 1) return t < times[low] + step ? low : low + (t - times[low]) / average;
  const following = times[low + 1];
  if (t < Math.min(times[low] + step, following)) return low;
  return following < until ? low + 1 : low + (t - times[low]) / (following - times[low]);
}

// --- figures: {line: [a, b]}, {area: [points]}, {text, at, align}, each with its colour; points are [x, y] ---

const line = (a, b, style, changes = {}) => ({ line: [a, b], color: style.color, width: style.width, dash: style.dash, ...changes });
const area = (points, color, opacity, outline = null) => ({ area: points, color, opacity, outline });
const words = (at, text, style, align = [0, 0], changes = {}) => ({ text, at, align, color: style.text_color ?? style.color, size: style.font_size ?? 12, ...changes });
const box = (left, top, right, bottom) => [[left, top], [right, top], [right, bottom], [left, bottom]];
const fillOf = (style) => (style.fill ? style.fill_color ?? style.color : null);

function lengthened([a, b], extend) {
  const [start, end] = b[0] < a[0] ? [b, a] : [a, b];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  if (length === 0) return [start, end];
  const [ux, uy] = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  const left = extend === "left" || extend === "both";
  const right = extend === "right" || extend === "both";
  return [left ? [start[0] - ux * FAR, start[1] - uy * FAR] : start, right ? [end[0] + ux * FAR, end[1] + uy * FAR] : end];
}

function arrowHead(tail, tip, style) {
  const back = Math.atan2(tail[1] - tip[1], tail[0] - tip[0]);
  const length = ARROW_PX + 2 * style.width;
  return [-ARROW_ANGLE, ARROW_ANGLE].map((turn) => line(tip, [tip[0] + length * Math.cos(back + turn), tip[1] + length * Math.sin(back + turn)], style, { dash: "solid" }));
}

function segment({ points: [a, b], style, text }) {
  const backward = { left: "right", right: "left" };
  const found = [line(...lengthened([a, b], b[0] < a[0] ? backward[style.extend] ?? style.extend : style.extend), style)];
  if (style.start === "arrow") found.push(...arrowHead(b, a, style));
  if (style.end === "arrow") found.push(...arrowHead(a, b, style));
  if (text) found.push(words([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 4], text, style, [0.5, 1]));
  return found;
}

function channel({ points: [a, b, third], style }) {
  const share = b[0] === a[0] ? 0 : (third[0] - a[0]) / (b[0] - a[0]);
  const offset = third[1] - (a[1] + share * (b[1] - a[1]));
  const at = (part) => [[a[0], a[1] + offset * part], [b[0], b[1] + offset * part]];
  const found = fillOf(style) ? [area([a, b, at(1)[1], at(1)[0]], fillOf(style), style.fill_opacity)] : [];
  const shown = style.middle ? [0, 1, 0.5] : [0, 1];
  return [...found, ...shown.map((part) => line(...lengthened(at(part), style.extend), style, part === 0.5 ? { width: 1, dash: "dashed" } : {}))];
}

function rectangle({ points: [a, b], style, text, view }) {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const corners = box(style.extend === "left" || style.extend === "both" ? 0 : left, Math.min(a[1], b[1]), style.extend === "right" || style.extend === "both" ? view.width : right, Math.max(a[1], b[1]));
  const found = [area(corners, fillOf(style), style.fill_opacity, style)];
  return text ? [...found, words([left + 4, corners[0][1] + 4], text, style)] : found;
}

function levels({ style, view, prices, from, span }) {
  const [start, end] = prices;
  const isLog = style.log && start > 0 && end > 0;
  const [left, right] = [Math.min(...span), Math.max(...span)];
  const rows = style.levels.filter((one) => one.visible !== false).map(({ value, color }) => {
    const price = isLog ? from * (end / start) ** value : from + value * (end - start);
    return { value, price, color: color ?? style.color, y: view.y(price) };
  }).sort((a, b) => a.y - b.y);
  const [x1, x2] = [style.extend === "left" || style.extend === "both" ? 0 : left, style.extend === "right" || style.extend === "both" ? view.width : right];
  let above = -Infinity; // of labels that are too close the upper one is written
  const labelled = rows.filter(({ y }) => y - above >= 0.9 * style.font_size && ((above = y), true));
  const fills = style.fill ? rows.slice(1).map((row, i) => area(box(x1, rows[i].y, x2, row.y), row.color, style.fill_opacity / 2)) : [];
  return [
    ...fills,
    ...rows.map(({ y, color }) => line([x1, y], [x2, y], style, { color })),
    ...(style.labels ? labelled.map(({ value, price, y, color }) => words([x1 - 4, y], `${value} (${view.priceText(price)})`, style, [1, 0.5], { color })) : []),
  ];
}

const retracement = ({ points: [a, b], prices: [p, q], style, view }) => [
  line(a, b, style, { dash: "dashed" }),
  ...levels({ style, view, prices: style.reverse ? [q, p] : [p, q], from: style.reverse ? q : p, span: [a[0], b[0]] }),
];
const extension = ({ points: [a, b, c], prices: [p, q, r], style, view }) => [
  line(a, b, style, { dash: "dashed" }), line(b, c, style, { dash: "dashed" }), ...levels({ style, view, prices: [p, q], from: r, span: [b[0], c[0]] }),
];

function position({ points: [entry, target, stop], style }) {
  const [left, right] = [Math.min(entry[0], target[0]), Math.max(entry[0], target[0])];
  const part = (end, color) => area(box(left, entry[1], right, end[1]), color, style.fill_opacity);
  return [part(target, style.up_color ?? UP), part(stop, style.down_color ?? DOWN), line([left, entry[1]], [right, entry[1]], style)];
}

function range({ points: [a, b], prices: [p, q], style, view }) {
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const share = p ? ` (${(((q - p) / p) * 100).toFixed(2)}%)` : "";
  return [
    area(box(Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])), fillOf(style), style.fill_opacity),
    line([middle[0], a[1]], [middle[0], b[1]], style), line([a[0], middle[1]], [b[0], middle[1]], style),
    words([middle[0], b[1] + (b[1] <= a[1] ? -4 : 4)], `${view.priceText(q - p)}${share}`, style, [0.5, b[1] <= a[1] ? 1 : 0], { ground: "#4a4e5a" }),
  ];
}

const across = ({ points: [a], style, text, view }, left) => [
  line([left, a[1]], [view.width, a[1]], style), ...(text ? [words([view.width - 4, a[1] - 4], text, style, [1, 1])] : []),
];
const upright = ({ points: [a], style, text, view }) => [
  line([a[0], 0], [a[0], view.height], style), ...(text ? [words([a[0] + 4, 4], text, style)] : []),
];
const mark = ({ points: [a], style, view }) => [line([a[0], view.height - 12], [a[0], view.height], style)];
const edges = ({ points, style, view }) => points.map(([x]) => line([x, 0], [x, view.height], { ...style, width: 1 }, { dash: "dotted" }));

const TOOLS = {
  trend_line: segment, ray: segment, extended_line: segment, arrow: segment, parallel_channel: channel, rectangle, fib_retracement: retracement, fib_extension: extension,
  long_position: position, short_position: position, date_price_range: range, anchored_vwap: mark, volume_profile: edges, vertical_line: upright,
  horizontal_line: (one) => across(one, 0), horizontal_ray: (one) => across(one, one.points[0][0]),
  text: ({ points: [a], style, text }) => [words(a, text || "Text", style, [0, 0], style.background ? { ground: style.fill_color } : {})],
};

// --- on the canvas ---

function paintFigure(context, figure) {
  if (figure.area) {
    context.beginPath();
    figure.area.forEach(([x, y]) => context.lineTo(x, y));
    context.closePath();
    if (figure.color) {
      context.globalAlpha = figure.opacity;
      context.fillStyle = figure.color;
      context.fill();
      context.globalAlpha = 1;
    }
    if (figure.outline) stroke(context, figure.outline);
  } else if (figure.line) {
    context.beginPath();
    figure.line.forEach(([x, y]) => context.lineTo(x, y));
    stroke(context, figure);
  } else paintText(context, figure);
}

function stroke(context, { color, width, dash }) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash((DASHES[dash] ?? []).map((part) => part * width));
  context.stroke();
  context.setLineDash([]);
}

// Text is written as it is: what looks like markup in it means nothing on a canvas.
function paintText(context, { text, at, align, color, size, ground }) {
  const lines = text.split("\n");
  context.font = `${size}px ${FONT}`;
  context.textBaseline = "middle";
  const height = size * LINE_HEIGHT;
  const width = Math.max(...lines.map((one) => context.measureText(one).width));
  const [left, top] = [at[0] - align[0] * width, at[1] - align[1] * height * lines.length];
  if (ground) {
    context.fillStyle = ground;
    context.fillRect(left - 4, top - 2, width + 8, height * lines.length + 4);
  }
  context.fillStyle = color;
  lines.forEach((one, i) => context.fillText(one, left, top + (i + 0.5) * height));
}

export class Drawings {
  constructor({ chart }) {
    Object.assign(this, { chart, series: null, isRead: false, drawings: [], drawn: [], wait: FIRST_MS });
    const views = [{ zOrder: () => "top", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => this.paint(scope)) }) }];
    chart.addToPrices({ attached: ({ requestUpdate }) => (this.requestUpdate = requestUpdate), paneViews: () => views, updateAllViews: () => {} });
  }

  open(series) {
    Object.assign(this, { series, isRead: false, drawings: [] });
  }

  // They are read once there are bars to draw on, with the first chart of the page a moment later: its bars come first.
  onBars(series) {
    if (this.isRead) return;
    this.isRead = true;
    setTimeout(() => series === this.series && this.read(series), this.wait);
    this.wait = 0;
  }

  onEvent(name, row) {
    if (name === "drawing" && row.symbol === this.series?.symbol) this.read(this.series);
  }

  catchUp() {
    if (this.series) this.read(this.series);
  }

  async read(series) {
    const found = await get(PATH, { symbol: series.symbol, interval: series.interval }).catch(() => null);
    if (!found || series !== this.series) return;
    this.drawings = found.drawings.filter((one) => one.id in found.places && one.visible && one.pane === "price" && !one.chart)
      .map((one) => ({ id: one.id, type: one.type, text: one.text, ...found.places[one.id] }));
    this.requestUpdate();
  }

  paint({ context, mediaSize }) {
    const { chart, series } = this;
    this.drawn = [];
    if (!series || chart.bars.length === 0) return;
    const times = [...chart.bars.map(({ time }) => time), ...chart.upcoming];
    const step = chart.bars.length > 1 ? Math.min(...times.slice(-50).map((time, i, last) => (i ? time - last[i - 1] : Infinity))) : 86_400;
    const view = { ...mediaSize, y: (price) => chart.prices.priceToCoordinate(price) ?? NaN, priceText: (price) => price.toFixed(chart.decimals) };
    for (const { id, type, text, style, points } of this.drawings) {
      const prices = points.map(({ p }) => p);
      const pixels = points.map((point) => [chart.xOf(indexOf(point, times, step)), point.p === null ? 0 : view.y(point.p)]);
      if (pixels.flat().some(Number.isNaN) || !(type in TOOLS)) continue;
      for (const figure of TOOLS[type]({ points: pixels, prices, style, text, view })) paintFigure(context, figure);
      this.drawn.push({ id, type, points: pixels });
    }
  }
}
