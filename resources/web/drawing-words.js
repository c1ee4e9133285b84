// The texts of drawings, digit by digit as the window writes them.

import { fixed, priceText } from "./study-numbers.js";

const [DAY, HOUR, MINUTE] = [86_400, 3_600, 60];
const HUGE_SHARE = 1e5;

const signOf = (value) => (value < 0 || Object.is(value, -0) ? "-" : "");

// "-1.50": so many decimals, and a minus as programs write it.
function plain(value, decimals) {
  return signOf(value) + fixed(Math.abs(value), decimals);
}

// "+1.50", "-1.50".
function signed(value, decimals) {
  return (signOf(value) || "+") + fixed(Math.abs(value), decimals);
}

// "+1,234" of the nearest whole number.
function signedWhole(value) {
  const text = priceText(Math.abs(value), 0);
  return (text === "0" ? "+" : signOf(value) || "+") + text;
}

// "0.618", "1.2e+06": so many significant digits without needless zeros.
export function general(value, digits = 6) {
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return short(value.toFixed(digits - 1 - exponent));
  return `${short(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

// A share in percent, a huge one with an exponent; `write` says how its sign is written.
function percentText(share, write) {
  if (Math.abs(share) < HUGE_SHARE) return `${write(share * 100, 2)}%`;
  const short = Math.abs(share * 100).toExponential(1).replace(/e([+-])(\d)$/, "e$10$2");
  return `${write(share, 0).replace(/[\d,.]+$/, "")}${short}%`;
}

// The lines of a text with at most `width` characters in each, 0: as they were written.
export function wrapped(text, width) {
  return width ? text.split("\n").map((line) => wrappedLine(line, width)).join("\n") : text;
}

function wrappedLine(line, width) {
  const [lines, parts] = [[], line.split(/([\t\v\f\r ]+)/).filter(Boolean).map((part) => [...part])];
  const isSpace = (part) => part !== undefined && part.join("").trim() === "";
  while (parts.length) {
    if (lines.length && isSpace(parts[0])) parts.shift();
    const row = [];
    const room = () => width - row.flat().length;
    while (parts.length && parts[0].length <= room()) row.push(parts.shift());
    if (parts.length && parts[0].length > width && room() > 0) row.push(parts[0].splice(0, room())); // a word longer than a line
    if (isSpace(row.at(-1))) row.pop();
    if (row.length) lines.push(row.flat().join(""));
  }
  return lines.join("\n");
}

// A length of time with its two largest units: "3d 4h", "-2h 30m".
function durationText(seconds) {
  let rest = Math.abs(seconds);
  const parts = [];
  for (const [unit, name] of [[DAY, "d"], [HOUR, "h"], [MINUTE, "m"]]) {
    const n = Math.floor(rest / unit);
    rest -= n * unit;
    if (n) parts.push(`${priceText(n, 0)}${name}`);
  }
  return (seconds < 0 ? "-" : "") + (parts.slice(0, 2).join(" ") || "0m");
}

// Δ, Δ %, bars, time and angle on screen of a line from `a` to `b`; empty without prices.
export function statistics(a, b, { prices: [first, last], indexes, times, priceText: write }) {
  if (!first) return "";
  const bars = signedWhole(indexes[1] - indexes[0]);
  const days = (times[1] - times[0]) / DAY;
  const angle = (Math.atan2(a[1] - b[1], Math.abs(b[0] - a[0])) * 180) / Math.PI;
  const time = days < 0 ? general(days, 4) : `+${general(days, 4)}`;
  return `${write(last - first)} (${percentText(last / first - 1, signed)})\n${bars} bars, ${time}d, ${plain(angle, 0)}°`;
}

// Δ, Δ %, ticks, bars of this interval and time of a range, and its volume when it is known.
export function rangeWords({ prices: [first, last], indexes, times, tick, volume, priceText: write }) {
  const delta = last - first;
  const percent = first ? ` (${percentText(delta / first, signed)})` : "";
  const lines = [
    `${write(delta)}${percent}, ${signedWhole(delta / tick)} ticks`,
    `${signedWhole(indexes[1] - indexes[0])} bars, ${durationText(times[1] - times[0])}`,
  ];
  return [...lines, ...(volume === null ? [] : [`Volume ${priceText(volume, 0)}`])].join("\n");
}

// "Target: 5.00 (2.50%) 500, amount 100.00" of a position.
export function levelWords(name, price, amount, { prices: [entry], tick, priceText: write }) {
  const delta = Math.abs(price - entry);
  const percent = entry ? ` (${percentText(delta / entry, plain)})` : "";
  return `${name}: ${write(delta)}${percent} ${priceText(delta / tick, 0)}, amount ${priceText(amount, 2)}`;
}

// "Open +12.00 (from 5m), quantity 20, ratio 2.00".
export function planWords({ quantity, ratio }, note, { quantity_decimals: decimals }) {
  const digits = priceText(quantity, decimals);
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return `${note || "Open"}, quantity ${short}, ratio ${ratio === null ? "unknown" : plain(ratio, 2)}`;
}
