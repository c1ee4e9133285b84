// What a person chose for every chart of this browser: how prices are drawn, in which zone, and adjusted for what, and
// where points of drawings of shorter intervals lie.

export const CHOICES = {
  type: { candles: "Candles", hollow: "Hollow candles", bars: "Bars", heikin_ashi: "Heikin-Ashi", line: "Line", area: "Area", baseline: "Baseline" },
  zone: { exchange: "Exchange", utc: "UTC", local: "This computer" },
  points: { centre: "At the centre of a longer bar", time: "By their time within it" },
  adjust: { splits: "Splits", all: "Splits and dividends", none: "Nothing, as traded" },
};
const DEFAULTS = { type: "candles", zone: "exchange", points: "centre", adjust: "splits" };
const keyOf = (name) => `candledesk.${name}`;

// The chosen value, the default when there is none or it is not known.
export function preference(name) {
  const chosen = typeof localStorage === "undefined" ? null : localStorage.getItem(keyOf(name));
  return CHOICES[name][chosen] ? chosen : DEFAULTS[name];
}

export function prefer(name, value) {
  localStorage.setItem(keyOf(name), value);
}

// The IANA name of a chosen zone.
export function zoneName(chosen, exchange) {
  if (chosen === "utc") return "UTC";
  return chosen === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : exchange;
}
