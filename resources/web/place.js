// The place that the page's address names: symbol, interval and range, never the token.

import { canonicalName } from "./intervals.js";
import { fromIso, toIso } from "./time.js";

const SETTLE_MS = 250;

// The place that the address names; `range` ({from, to}: seconds, `to` null for the latest bar) is null when it names none.
export function readPlace() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const interval = canonicalName(fragment.get("interval") ?? "") ?? "1d";
  const from = fromIso(fragment.get("from") ?? "");
  const to = fromIso(fragment.get("to") ?? "");
  const isRange = Number.isFinite(from) && (!fragment.get("to") || to >= from);
  return { symbol: fragment.get("symbol"), interval, range: isRange ? { from, to: Number.isFinite(to) ? to : null } : null };
}

function address({ symbol, interval, range }, isDaily) {
  const time = (seconds) => (isDaily ? toIso(seconds).slice(0, 10) : toIso(seconds));
  const fields = { symbol, interval };
  if (range) fields.from = time(range.from);
  if (range && range.to !== null) fields.to = time(range.to);
  return `#${new URLSearchParams(fields)}`;
}

// Writes the address. A new symbol, interval or date is a step in the browser's history; moving the chart is not.
export class Place {
  step(place, isDaily) {
    this.write("pushState", place, isDaily);
  }

  settle(place, isDaily) {
    this.write("replaceState", place, isDaily);
  }

  follow(read, isDaily) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const place = read();
      if (place) this.write("replaceState", place, isDaily);
    }, SETTLE_MS);
  }

  write(verb, place, isDaily) {
    clearTimeout(this.timer);
    const fragment = address(place, isDaily);
    if (location.hash !== fragment) history[verb](null, "", fragment);
  }
}
