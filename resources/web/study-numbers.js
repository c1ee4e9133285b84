// The values of indicators as text, digit by digit as the window writes them.

const NUMBER_DIGITS = 3; // significant digits of the range of a pane of numbers that its labels show
const [MARGIN_TOP, MARGIN_BOTTOM] = [0.2, 0.1]; // of a fitted axis
const SHORT_FROM = 100_000; // the axis of numbers that reaches so far shortens them
const UNITS = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];
const EXACT_DIGITS = 25; // so many more digits tell a tie from all other numbers
export const NO_VALUE = "∅";

// A number with so many decimals; the exact middle of two goes to the even one.
export function fixed(value, decimals) {
  const exact = Math.abs(value).toFixed(decimals + EXACT_DIGITS);
  const kept = exact.slice(0, -EXACT_DIGITS).replace(/\.$/, "");
  const isEvenTie = /^50*$/.test(exact.slice(-EXACT_DIGITS)) && /[02468]$/.test(kept);
  const text = isEvenTie ? kept : Math.abs(value).toFixed(decimals);
  return value < 0 || Object.is(value, -0) ? `−${text}` : text;
}

// With thousands set apart.
export function priceText(value, decimals) {
  const [whole, part] = fixed(value, decimals).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), part].filter((text) => text !== undefined).join(".");
}

export function volumeText(value) {
  const [limit, suffix] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return suffix ? fixed(value / limit, 2) + suffix : fixed(value, 0);
}

// The range of an axis that shows [low, high] with a margin.
export function fittedRange(low, high) {
  if (high - low <= Math.max(Math.abs(high) * 1e-9, 1e-12)) {
    const pad = Math.abs(high) > 1e-12 ? Math.abs(high) * 0.005 : 1e-6;
    [low, high] = [low - pad, high + pad];
  }
  const unit = (high - low) / (1 - MARGIN_TOP - MARGIN_BOTTOM);
  return { low: low - unit * MARGIN_BOTTOM, high: high + unit * MARGIN_TOP };
}

// How many decimals the labels of a pane of its own have; `extent`: what the pane shows, null for nothing.
export function numberDecimals(extent) {
  const range = fittedRange(extent?.low ?? 0, extent?.high ?? 1);
  return Math.max(2, NUMBER_DIGITS - Math.ceil(Math.log10(range.high - range.low)));
}

// The function that writes the values of a pane of its own.
export function numberWriter(extent, isVolume) {
  const range = fittedRange(extent?.low ?? 0, extent?.high ?? 1);
  if (isVolume || Math.max(Math.abs(range.low), Math.abs(range.high)) >= SHORT_FROM) return volumeText;
  const decimals = numberDecimals(extent);
  return (value) => priceText(value, decimals);
}
