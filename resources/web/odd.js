// Flagged (odd) bars: their reasons in words, the prices that are drawn, the price range without them, and their runs.

const WORDS = {
  open_outside: "open outside low and high",
  close_outside: "close outside low and high",
  open_unknown: "open unknown",
  range_unknown: "high or low unknown",
  non_positive: "price at or below zero",
  crossed: "high below low",
  jump: "price far from its neighbours",
  unit: "sent in the other unit of the currency, converted",
  session: "session that the calendar lacks",
  basis: "sent without a split's adjustment, adjusted",
};
const NEAR_BARS = 3; // flagged bars this close to each other form one run

const has = (bar, reason) => bar.odd !== "" && bar.odd.split(" ").includes(reason);

// The reasons in words; a reason that this page does not know is shown as the API names it.
export function oddWords(reasons) {
  return reasons.split(" ").filter(Boolean).map((reason) => WORDS[reason] ?? reason).join("; ");
}

export const isJump = (bar) => has(bar, "jump");

// An open that was not sent is 0, or was filled from the close.
export function isOpenUnknown(bar) {
  return (bar.open === 0 && bar.low > 0) || (bar.open === bar.close && has(bar, "open_unknown"));
}

// The prices that are drawn: an unknown open is the close before, and the wick spans the body.
export function drawnPrices(bar, before) {
  const { close } = bar;
  const open = !isOpenUnknown(bar) ? bar.open : before && !isJump(before) ? before.close : close;
  return { open, high: Math.max(bar.high, open, close), low: Math.min(bar.low, open, close), close };
}

// The lowest and highest price of the bars [first, last] without those flagged as a jump, and how many of these lie outside;
// null when there are none.
export function usualRange(bars, first, last) {
  let [low, high] = [Infinity, -Infinity];
  const jumps = [];
  for (let i = Math.max(first, 0); i <= Math.min(last, bars.length - 1); i += 1) {
    if (isJump(bars[i])) {
      jumps.push(bars[i]);
      continue;
    }
    const prices = drawnPrices(bars[i], bars[i - 1]);
    [low, high] = [Math.min(low, prices.low), Math.max(high, prices.high)];
  }
  if (jumps.length === 0 || low > high) return null;
  return { low, high, nBeyond: jumps.filter((bar) => bar.low < low || bar.high > high).length };
}

export function beyondText(n) {
  if (n === 0) return "";
  return n === 1 ? "1 bar far from its neighbours is left out of the scale" : `${n} bars far from their neighbours are left out of the scale`;
}

// Runs of flagged bars that are near each other, as pieces of the coverage strip.
export function oddPieces(bars, step) {
  const runs = [];
  bars.forEach((bar, i) => {
    if (bar.odd === "") return;
    const run = runs.at(-1);
    if (run && i - run.last <= NEAR_BARS) Object.assign(run, { last: i, n: run.n + 1, reasons: new Set([...run.reasons, ...bar.odd.split(" ")]) });
    else runs.push({ first: i, last: i, n: 1, reasons: new Set(bar.odd.split(" ")) });
  });
  return runs.map(({ first, last, n, reasons }) => {
    const reason = `${n === 1 ? "1 bar" : `${n} bars`}: ${oddWords([...reasons].join(" "))}`;
    return { state: "odd", start: bars[first].time, end: bars[last].time + step, reason };
  });
}
