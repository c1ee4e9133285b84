// Rows of the catalogue of indicators as the API sends them.

const output = (name, plot = "line") => ({ name, plot });
const integer = (name, value) => ({ name, type: "integer", default: value, min: 1, max: 5000 });
const source = { name: "source", type: "source", default: "close" };

export const SMA = { id: "sma", title: "Simple moving average", params: [integer("length", 9), source], outputs: [output("value")], pane: "price", levels: [] };
export const RSI = { ...SMA, id: "rsi", title: "Relative strength index", params: [integer("length", 14), source], pane: "own", levels: [70, 50, 30] };
export const MACD = { ...SMA, id: "macd", title: "MACD", outputs: [output("macd"), output("signal"), output("histogram", "columns")], params: [integer("fast", 12), source], pane: "own", levels: [0] };
export const AO = { ...SMA, id: "ao", title: "Awesome oscillator", params: [], outputs: [output("value", "columns")], pane: "own", levels: [0] };
export const VOLUME = { ...SMA, id: "volume", title: "Volume", params: [integer("length", 20)], outputs: [output("value", "columns"), output("average")], pane: "own" };
export const SUPERTREND = { ...SMA, id: "supertrend", title: "Supertrend", params: [{ name: "factor", type: "number", default: 3, min: 0.1, max: 100 }], outputs: [output("line"), output("direction", "none")] };
export const PIVOTS = { ...SMA, id: "pivot_points", title: "Pivot points standard", params: [], outputs: ["p", "r1", "s1", "r2"].map((name) => output(name, "level")) };
export const ROWS = [VOLUME, SMA, RSI, MACD, SUPERTREND, PIVOTS];
