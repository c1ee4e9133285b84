import assert from "node:assert/strict";
import test from "node:test";

import { bar, seconds } from "./fakes.mjs";
import { csvOf, fileName } from "../../resources/web/download.js";

test("candles are written in the columns of the command line, without what was not sent", () => {
  const bars = [bar(0, 395.7, 396, 0.000004, 395.9), { ...bar(60, null, 2, 1, 1.5, "open_unknown"), volume: 0, final: false }];
  assert.equal(csvOf(bars), "timestamp,open,high,low,close,volume,final,odd\n1970-01-01T00:00:00Z,395.7,396,0.000004,395.9,5,true,\n1970-01-01T00:01:00Z,,2,1,1.5,0,false,open_unknown\n");
});

test("a file is called by the series and its dates, in letters that every system takes", () => {
  const bars = [bar(seconds("2026-01-02T00:00:00Z")), bar(seconds("2026-11-27T00:00:00Z"))];
  assert.equal(fileName("AAPL", "1d", bars), "AAPL-1d-2026-01-02-2026-11-27");
  assert.equal(fileName("AAPL/SPY", "1d", []), "AAPL_SPY-1d");
  assert.equal(fileName("^GSPC", "1d", []), "^GSPC-1d");
});
