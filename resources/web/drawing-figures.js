// What each tool of drawings consists of on screen: lines, areas, curves and texts, as in the window; a test holds both to the same
// figures. A drawing: `points` ([x, y] in pixels of the pane), `style` (whole), `view`: {width, height} of the pane, `prices`, `indexes`
// and `times` of the points, `y(price)`, `priceText(price)`, `tick`, `isLog`, `text`, `note`, `curves` (points by name), `rows`
// ([lower y, upper y, share, is in the value area]), `volume` (null: not known), `plan` of a position, `isActive`: the pointer is on it.

import { arrowLines, boxOf, corners, lengthened } from "./drawing-geometry.js";
import { labelsInside, shownLabels } from "./drawing-labels.js";
import { general, levelWords, planWords, rangeWords, statistics, wrapped } from "./drawing-words.js";

const GAP = 4;
const MIDDLE_PX = 5; // from the centre of the middle point of a line to its corners
const MARK_PX = 12; // of the bar of a VWAP while nothing is computed
const LEAST_GAP = 0.9; // of the font, between two labels of levels; of levels that are closer the upper one has its label
const [WHITE, GREY_GROUND, GREEN_GROUND, RED_GROUND] = ["#ffffff", "#4a4e5a", "#056656", "#b2182b"];
const PLAIN = { align: [0, 0], ground: "" };

const strokeOf = ({ color, width, dash }) => ({ color, width, dash });
const line = ([a, b], stroke) => ({ line: [a, b], stroke });
const area = (points, fill, opacity, stroke = null) => ({ area: points, fill, opacity, stroke });
const curve = (points, stroke) => ({ curve: points, stroke });
const words = (at, text, color, size, changes = {}) => ({ text, at, color, size, ...PLAIN, ...changes });
const fillOf = (style) => (style.fill ? (style.fill_color ?? style.color) : "");
const goesLeft = ({ extend }) => extend === "left" || extend === "both";
const goesRight = ({ extend }) => extend === "right" || extend === "both";

// A text in the colour and size of the style, nothing for an empty one.
const label = (at, text, style, align = [0, 0]) => (text ? [words(at, text, style.text_color, style.font_size, { align })] : []);

const arrow = (tail, tip, stroke) => arrowLines(tail, tip, stroke.width).map((ends) => line(ends, { ...stroke, dash: "solid" }));

const diamond = ([x, y], size) => [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];

// --- lines ---

function segment(one) {
  const { points: [a, b], style, text, view } = one;
  const stroke = strokeOf(style);
  const opposite = { left: "right", right: "left" }; // "right" is behind the second point: a ray may go left
  const shown = lengthened(a, b, b[0] < a[0] ? (opposite[style.extend] ?? style.extend) : style.extend, view);
  if (!shown) return [];
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const stats = style.stats ? statistics(a, b, one) : "";
  return [
    line(shown, stroke),
    ...(style.start === "arrow" ? arrow(b, a, stroke) : []),
    ...(style.end === "arrow" ? arrow(a, b, stroke) : []),
    ...(style.middle ? [area(diamond(middle, MIDDLE_PX), style.color, 1)] : []),
    ...label([middle[0], middle[1] - GAP], text, style, [0.5, 1]),
    ...(stats ? [words([b[0] + 3 * GAP, b[1]], stats, WHITE, style.font_size, { align: [0, 0.5], ground: GREY_GROUND })] : []),
  ];
}

function across({ points: [[, y]], style, text, view }, from = 0) {
  const start = Math.max(from, 0);
  if (!(y >= 0 && y <= view.height) || start > view.width) return [];
  return [line([[start, y], [view.width, y]], strokeOf(style)), ...label([view.width - GAP, y - GAP], text, style, [1, 1])];
}

function upright({ points: [[x]], style, text, view }) {
  if (!(x >= 0 && x <= view.width)) return [];
  return [line([[x, 0], [x, view.height]], strokeOf(style)), ...label([x + GAP, view.height - GAP], text, style, [0, 1])];
}

// --- areas and text ---

function channel({ points: [a, b, third], style, text, view }) {
  const share = b[0] === a[0] ? 0 : (third[0] - a[0]) / (b[0] - a[0]);
  const offset = third[1] - (a[1] + share * (b[1] - a[1]));
  const lower = ([x, y], part) => [x, y + offset * part];
  const found = fillOf(style) ? [area([a, b, lower(b, 1), lower(a, 1)], fillOf(style), style.fill_opacity)] : [];
  for (const part of style.middle ? [0, 1, 0.5] : [0, 1]) {
    const shown = lengthened(lower(a, part), lower(b, part), style.extend, view);
    if (shown) found.push(line(shown, part === 0.5 ? { ...strokeOf(style), width: 1, dash: "dashed" } : strokeOf(style)));
  }
  return [...found, ...label([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - GAP], text, style, [0.5, 1])];
}

function rectangle({ points, style, text, view }) {
  const box = boxOf(points);
  const [left, right] = [goesLeft(style) ? 0 : box.left, goesRight(style) ? view.width : box.right];
  const outline = corners(left, box.top, right, box.bottom);
  const found = [fillOf(style) ? area(outline, fillOf(style), style.fill_opacity, strokeOf(style)) : curve([...outline, outline[0]], strokeOf(style))];
  const y = (box.top + box.bottom) / 2;
  if (style.middle) found.push(line([[left, y], [right, y]], { ...strokeOf(style), width: 1, dash: "dashed" }));
  return [...found, ...label([left + GAP, box.top + GAP], text, style)];
}

// Where a text stands that is fixed on screen: at shares of its pane, not at its point; null of any other drawing.
export const fixedPoint = (type, { fixed, fixed_x: x, fixed_y: y }, { width, height }) => (type === "text" && fixed ? [x * width, y * height] : null);

const note = ({ points: [a], style, text, view }) => [words(fixedPoint("text", style, view) ?? a, wrapped(text || "Text", style.wrap), style.text_color, style.font_size, { ground: style.background ? (style.fill_color ?? "") : "" })];

// --- levels ---

// Lines, labels and fills of the levels between the prices `start` (0) and `end` (1).
function levels({ style, view, isLog, y, priceText }, start, end, span) {
  const isInRatios = style.log && isLog && start > 0 && end > 0;
  const placed = style.levels.filter(({ visible }) => visible !== false).map(({ value, color }) => {
    const price = isInRatios ? start * (end / start) ** value : start + value * (end - start);
    return { value, price, color: color ?? style.color, at: y(price) };
  });
  const rows = placed.filter(({ at, price }) => Number.isFinite(price) && Number.isFinite(at)).sort((a, b) => a.at - b.at);
  const [left, right] = [goesLeft(style) ? 0 : Math.min(...span), goesRight(style) ? view.width : Math.max(...span)];
  let above = -Infinity;
  const labelled = rows.filter(({ at }) => at - above >= LEAST_GAP * style.font_size && ((above = at), true));
  const labels = (style.labels ? labelled : []).map(({ value, price, at, color }) => words([left - GAP, at], `${general(value)} (${priceText(price)})`, color, style.font_size, { align: [1, 0.5] }));
  const between = rows.slice(1).map((row, i) => area(corners(left, rows[i].at, right, row.at), row.color, style.fill_opacity));
  return [
    ...(style.fill ? between : []),
    ...rows.map(({ at, color }) => line([[left, at], [right, at]], { ...strokeOf(style), color })),
    ...labelsInside(labels, left, right, view),
  ];
}

function retracement(one) {
  const { points: [a, b], prices, style } = one;
  const [start, end] = style.reverse ? [prices[1], prices[0]] : prices;
  return [line([a, b], { ...strokeOf(style), dash: "dashed" }), ...levels(one, start, end, [a[0], b[0]])];
}

function extension(one) {
  const { points: [a, b, c], prices, style } = one;
  const [first, second] = style.reverse ? [prices[1], prices[0]] : prices;
  const third = prices[2];
  const isInRatios = style.log && one.isLog && Math.min(...prices) > 0;
  const end = isInRatios ? (third * second) / first : third + second - first;
  const dashed = { ...strokeOf(style), dash: "dashed" };
  const moves = [line([a, b], dashed), line([b, c], dashed)];
  return [...moves, ...levels({ ...one, isLog: isInRatios }, third, end, [b[0], c[0]])];
}

// --- ranges ---

function position(one) {
  const { points: [entry, target, stop], prices, style, plan } = one;
  const [left, right] = [Math.min(entry[0], target[0]), Math.max(entry[0], target[0])];
  const part = (end, fill) => area(corners(left, entry[1], right, end[1]), fill, style.fill_opacity);
  const found = [part(target, style.up_color), part(stop, style.down_color), line([[left, entry[1]], [right, entry[1]]], strokeOf(style))];
  if (!style.labels) return found;
  const beside = (y, text, ground) => { // above a level that lies above the entry, below one below, else on it
    const side = Math.sign(y - entry[1]);
    return words([(left + right) / 2, y + side * GAP], text, style.text_color, style.font_size, { align: [0.5, (1 - side) / 2], ground });
  };
  const labels = [
    beside(target[1], levelWords("Target", prices[1], plan.reward, one), GREEN_GROUND),
    beside(stop[1], levelWords("Stop", prices[2], plan.loss, one), RED_GROUND),
    beside(entry[1], planWords(plan, one.note, style), GREY_GROUND),
  ];
  return [...found, ...shownLabels(labels, left, right, one)];
}

function range(one) {
  const { points: [a, b], style } = one;
  const { left, top, right, bottom } = boxOf([a, b]);
  const [x, y, stroke] = [(left + right) / 2, (top + bottom) / 2, strokeOf(style)];
  const ways = [[[x, a[1]], [x, b[1]]], [[a[0], y], [b[0], y]]];
  const isUp = b[1] <= a[1];
  return [
    area(corners(left, top, right, bottom), fillOf(style), style.fill_opacity),
    ...ways.flatMap(([from, to]) => [line([from, to], stroke), ...arrow(from, to, stroke)]),
    ...labelsInside([words([x, b[1] + (isUp ? -GAP : GAP)], rangeWords(one), style.text_color, style.font_size, { align: [0.5, isUp ? 1 : 0], ground: GREY_GROUND })], left, right, one.view),
  ];
}

function vwap({ points: [[x]], style, view, curves, note: source }) {
  const { vwap: middle = [], upper = [], lower = [] } = curves;
  const stroke = strokeOf(style);
  const place = middle.length ? [middle[0][0], middle[0][1] + 2 * GAP] : [x, view.height];
  const isFilled = style.fill && upper.length > 0 && lower.length > 0;
  return [
    ...(isFilled ? [area([...upper, ...[...lower].reverse()], style.color, style.fill_opacity)] : []),
    ...[upper, lower].filter(({ length }) => length > 1).map((edge) => curve(edge, { ...stroke, width: 1 })),
    middle.length > 1 ? curve(middle, stroke) : line([[x, view.height - MARK_PX], [x, view.height]], stroke),
    ...labelsInside(source ? [words(place, source, WHITE, style.font_size, { align: [0, middle.length ? 0 : 1], ground: GREY_GROUND })] : [], x, middle.length ? view.width : x, view),
  ];
}

function profile({ points: [a, b], style, view, rows, note: source }) {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const most = (right - left) * style.share;
  return [
    ...[left, right].map((x) => line([[x, 0], [x, view.height]], { color: style.color, width: 1, dash: "dotted" })),
    ...rows.map(([lower, upper, share, isInside]) => area(corners(left, upper, left + most * share, lower), isInside ? style.up_color : style.color, style.fill_opacity)),
    ...(source ? [words([left + GAP, view.height - GAP], source, style.text_color, style.font_size, { align: [0, 1] })] : []),
  ];
}

const TOOLS = {
  trend_line: segment, ray: segment, extended_line: segment, arrow: segment, horizontal_line: (one) => across(one), horizontal_ray: (one) => across(one, one.points[0][0]),
  vertical_line: upright, parallel_channel: channel, rectangle, text: note, fib_retracement: retracement, fib_extension: extension,
  long_position: position, short_position: position, date_price_range: range, anchored_vwap: vwap, volume_profile: profile,
};
const COMPUTED = new Set(["anchored_vwap", "volume_profile", "date_price_range", "long_position", "short_position"]);
const WITH_LABELS = new Set(["long_position", "short_position"]);
const UNBOUNDED = new Set(["horizontal_line", "horizontal_ray", "anchored_vwap"]);

export const isKnown = (type) => type in TOOLS;

// Whether it shows values that the server computes of candles.
export const isComputed = (type) => COMPUTED.has(type);

// Whether it hides its labels beside a narrow box.
export const hidesLabels = (type) => WITH_LABELS.has(type);

// Whether it does not end at its points.
export const goesOn = (type, style) => UNBOUNDED.has(type) || (style.extend ?? "none") !== "none";

export function figuresOf(type, one) {
  return TOOLS[type](one);
}
