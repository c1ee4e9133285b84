// The texts of drawings, digit by digit as the window writes them.

import { fixed, priceText } from "./study-numbers.js";

const [DAY, HOUR, MINUTE] = [86_400, 3_600, 60];

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
  return `${write(last - first)} (${signed((last / first - 1) * 100, 2)}%)\n${bars} bars, ${time}d, ${plain(angle, 0)}°`;
}

// Δ, Δ %, ticks, bars of this interval and time of a range, and its volume when it is known.
export function rangeWords({ prices: [first, last], indexes, times, tick, volume, priceText: write }) {
  const delta = last - first;
  const percent = first ? ` (${signed((delta / first) * 100, 2)}%)` : "";
  const lines = [
    `${write(delta)}${percent}, ${signedWhole(delta / tick)} ticks`,
    `${signedWhole(indexes[1] - indexes[0])} bars, ${durationText(times[1] - times[0])}`,
  ];
  return [...lines, ...(volume === null ? [] : [`Volume ${priceText(volume, 0)}`])].join("\n");
}

// "Target: 5.00 (2.50%) 500, amount 100.00" of a position.
export function levelWords(name, price, amount, { prices: [entry], tick, priceText: write }) {
  const delta = Math.abs(price - entry);
  const percent = entry ? ` (${plain((delta / entry) * 100, 2)}%)` : "";
  return `${name}: ${write(delta)}${percent} ${priceText(delta / tick, 0)}, amount ${priceText(amount, 2)}`;
}

// "Open +12.00 (from 5m), quantity 20, ratio 2.00".
export function planWords({ quantity, ratio }, note) {
  return `${note || "Open"}, quantity ${general(quantity)}, ratio ${ratio === null ? "unknown" : plain(ratio, 2)}`;
}
