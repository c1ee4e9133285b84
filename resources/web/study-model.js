// One indicator on this page's chart as a person set it up: rules without the page. A study is {key, row, params, isShown, colours,
// off, width}: `row` is that of the API's catalogue, `colours` and `off` are by output, `width` is that of lines in pixels.

import { GROUPS, LOOKS, PALETTE } from "./study-looks.js";

export const WIDTHS = [1, 2, 3, 4];
export const PRICES = ["open", "high", "low", "close", "hl2", "hlc3", "ohlc4", "hlcc4"];
// Words that are written in capitals.
const UPPER = ["macd", "vwap", "poc", "adx", "di", "atr", "rsi", "k", "d", "a", "b", "sma", "ema", "rma", "wma"];
const PLOTS = new Set(["line", "columns", "crosses", "level", "zigzag", "none"]); // those that this page can draw
const OF_RANGE = new Set(["volume_profile"]); // made of the visible range
const OF_DAILY = new Set(["pivot_points"]); // made of daily bars too
const OF_ONE_COLOUR = new Set(["line", "crosses", "zigzag"]);
const MAX_STUDIES = 40;
const COLOUR = /^#[0-9a-f]{6}$/;

export const isDrawable = (row) => row.outputs.every(({ plot }) => PLOTS.has(plot));
export const isOfRange = ({ row }) => OF_RANGE.has(row.id);
export const readsOthers = ({ row }) => OF_RANGE.has(row.id) || OF_DAILY.has(row.id);
export const isOnPrices = ({ row }) => row.pane === "price";

export function lookOf(row) {
  const [group, colours] = row.id.startsWith("own:") ? [GROUPS.at(-1), PALETTE] : ["Other", [PALETTE[0]]];
  return { short: row.title, group, colours, columns: "plain", fills: [], off: [], direction: "", body_fill: "", level_fill: null, ...LOOKS[row.id] };
}

// The indicators that hold every word of a text, as [[group, rows], …] in the order of the window's list.
export function matching(rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const searched = (row) => `${row.title} ${lookOf(row).short} ${row.id} ${lookOf(row).group}`.toLowerCase();
  const found = rows.filter((row) => isDrawable(row) && words.every((word) => searched(row).includes(word)));
  return [...GROUPS, "Other"].map((group) => [group, found.filter((row) => lookOf(row).group === group)]).filter(([, of]) => of.length > 0);
}

// "RSI 14 close".
export function titleOf({ row, params }) {
  return [lookOf(row).short, ...row.params.map(({ name, type }) => (type === "choice" ? wordsOf(params[name]) : params[name]))].join(" ");
}

// "Smooth K" of "smooth_k", "MACD" of "macd", as in the window.
export function wordsOf(name) {
  const words = name.split("_").map((word) => (UPPER.includes(word) ? word.toUpperCase() : word)).join(" ");
  return words[0].toUpperCase() + words.slice(1);
}

export function drawnOutputs({ row, off }) {
  return row.outputs.filter(({ name, plot }) => plot !== "none" && !off.includes(name));
}

export function colourOf({ row, colours }, output) {
  const own = lookOf(row).colours;
  const at = row.outputs.findIndex(({ name }) => name === output);
  return colours[output] ?? own[Math.min(at, own.length - 1)];
}

export function defaultsOf(row) {
  return Object.fromEntries(row.params.map(({ name, default: value }) => [name, value]));
}

// A study as it is added beside `others`: a key and, for one line or one row of crosses, a colour of its own.
export function newStudy(row, others) {
  const keys = new Set(others.map(({ key }) => key));
  const number = others.map((_, i) => i + 1).find((n) => !keys.has(`${row.id}-${n}`)) ?? others.length + 1;
  const look = lookOf(row);
  const colours = {};
  const shown = row.outputs.filter(({ plot }) => plot !== "none");
  if (shown.length === 1 && OF_ONE_COLOUR.has(shown[0].plot) && !look.direction) {
    const used = new Set(others.flatMap((one) => drawnOutputs(one).map(({ name }) => colourOf(one, name))));
    const free = [look.colours[0], ...PALETTE].find((colour) => !used.has(colour)) ?? look.colours[0];
    if (free !== look.colours[0]) colours[shown[0].name] = free;
  }
  return { key: `${row.id}-${number}`, row, params: defaultsOf(row), isShown: true, colours, off: [...look.off], width: 1 };
}

// The text of a line of a study as a source for another one: "macd.signal:fast=5".
export function lineText({ row, params }, output) {
  const name = output === row.outputs[0].name ? row.id : `${row.id}.${output}`;
  const given = row.params.filter((param) => params[param.name] !== param.default).map((param) => {
    const value = String(params[param.name]);
    return `${param.name}=${value.includes(":") ? `(${value})` : value}`;
  });
  return name + (given.length ? `:${given.join(",")}` : "");
}

// What the source of a study can be: the prices, the lines of the others, and what it is now.
export function sourcesOf(study, others, present) {
  const lines = others.filter(({ key }) => key !== study.key).flatMap((one) =>
    one.row.outputs.filter(({ plot }) => plot === "line" || plot === "columns").map(({ name }) => lineText(one, name)));
  return [...new Set([...PRICES, ...lines, present])];
}

// --- what is remembered ---

export function studiesText(studies) {
  return JSON.stringify(studies.map(({ key, row, params, isShown, colours, off, width }) => ({ key, id: row.id, params, shown: isShown, colours, off, width })));
}

// The studies of a remembered text; what is not valid is left out.
export function parseStudies(text, rows) {
  let documents = [];
  try {
    documents = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(documents)) return [];
  const keys = new Set();
  return documents.slice(0, MAX_STUDIES).map((document) => parseStudy(document, rows)).filter((study) => study && !keys.has(study.key) && keys.add(study.key));
}

function parseStudy(document, rows) {
  const { key, id, params, shown, colours, off, width } = document ?? {};
  const row = rows.find((one) => one.id === id);
  if (!row || !isDrawable(row) || typeof key !== "string" || !/^[a-z0-9_-]{1,60}$/.test(key)) return null;
  const names = row.outputs.map(({ name }) => name);
  return {
    key, row,
    params: Object.fromEntries(row.params.map((param) => [param.name, isValue(params?.[param.name], param) ? params[param.name] : param.default])),
    isShown: shown !== false,
    colours: Object.fromEntries(names.filter((name) => COLOUR.test(colours?.[name])).map((name) => [name, colours[name]])),
    off: Array.isArray(off) ? names.filter((name) => off.includes(name)) : [],
    width: WIDTHS.includes(width) ? width : 1,
  };
}

function isValue(value, { type, choices }) {
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return Number.isFinite(value);
  return typeof value === "string" && value.length <= 200 && (type !== "choice" || choices.includes(value));
}
