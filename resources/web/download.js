// What is on screen as files: the candles as CSV, in the columns of the API and the command line, and a picture with the legend.

import { toIso } from "./time.js";

const COLUMNS = ["open", "high", "low", "close", "volume", "final", "odd"];

export function csvOf(bars) {
  const cell = (value) => (value === null || Number.isNaN(value) ? "" : String(value));
  const lines = bars.map((bar) => [toIso(bar.time), ...COLUMNS.map((name) => cell(bar[name]))].join(","));
  return `${["timestamp", ...COLUMNS].join(",")}\n${lines.map((line) => `${line}\n`).join("")}`;
}

// "AAPL-1d-2026-01-02-2026-11-27", with what a file name cannot hold replaced.
export function fileName(symbol, interval, bars) {
  const day = (bar) => toIso(bar.time).slice(0, 10);
  const name = [symbol, interval, ...(bars.length ? [day(bars[0]), day(bars.at(-1))] : [])].join("-");
  return name.replace(/[^\w.^=-]/g, "_");
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Resolves to a PNG of the chart with the texts of the legend over it. `rows`: elements whose texts are written, each one line.
export function pictureOf(chart, rows) {
  const canvas = chart.snapshot();
  const context = canvas.getContext("2d");
  const ratio = devicePixelRatio;
  const { left, top } = chart.element.getBoundingClientRect();
  context.textBaseline = "top";
  for (const row of rows) for (const text of textsOf(row)) {
    context.font = text.font.replace(/[\d.]+px/, (size) => `${parseFloat(size) * ratio}px`);
    const [x, y] = [(text.left - left) * ratio, (text.top - top) * ratio];
    context.fillStyle = chart.colours.ground;
    context.globalAlpha = 0.75;
    context.fillRect(x, y, context.measureText(text.words).width, text.height * ratio);
    context.globalAlpha = 1;
    context.fillStyle = text.colour;
    context.fillText(text.words, x, y + ratio);
  }
  return new Promise((resolve) => canvas.toBlob(resolve));
}

// The texts that an element shows, with their places and looks.
function textsOf(element) {
  const found = [];
  const range = document.createRange();
  const walk = document.createTreeWalker(element, 4); // texts
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const { font, color: colour, visibility } = getComputedStyle(node.parentElement);
    if (box.width === 0 || visibility === "hidden" || node.data.trim() === "" || node.parentElement.closest("button")) continue;
    found.push({ words: node.data.trim(), left: box.left, top: box.top, height: box.height, font, colour });
  }
  return found;
}
