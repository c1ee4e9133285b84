import assert from "node:assert/strict";
import test from "node:test";

import { seconds } from "./fakes.mjs";
import { Zone, fromIso, toIso } from "../../resources/web/time.js";

test("seconds are written as ISO-8601 in UTC and read back", () => {
  assert.equal(toIso(0), "1970-01-01T00:00:00Z");
  assert.equal(fromIso("2026-11-02T09:30:00-05:00"), seconds("2026-11-02T14:30:00Z"));
  assert.equal(fromIso(toIso(-2208988800)), -2208988800);
});

test("intraday bars stand at the exchange's wall clock, in summer and in winter", () => {
  const zone = new Zone("America/New_York", false);
  const times = ["2026-07-01T13:30:00Z", "2026-12-01T14:30:00Z"].map(seconds);
  assert.deepEqual(zone.axisTimes(times.map((time) => ({ time }))), ["2026-07-01T09:30:00Z", "2026-12-01T09:30:00Z"].map(seconds));
  assert.match(zone.format(times[1]), /1 Dec 2026,? 09:30/);
});

test("offsets of quarter hours are exact", () => {
  const time = seconds("2026-11-02T04:00:00Z");
  assert.equal(new Zone("Asia/Kathmandu", false).offset(time), 5.75 * 3600);
  assert.equal(new Zone("Asia/Kathmandu", false).offset(time + 899), 5.75 * 3600);
});

test("axis times ascend in the hour that the clock repeats", () => {
  const zone = new Zone("America/New_York", false);
  const first = seconds("2026-11-01T05:00:00Z"); // 01:00, an hour before the clock goes back to 01:00
  const times = zone.axisTimes(Array.from({ length: 5 }, (_, i) => ({ time: first + 1800 * i })));
  const start = seconds("2026-11-01T01:00:00Z");
  assert.deepEqual(times, [start, start + 1800, start + 1801, start + 1802, start + 3600]);
});

test("daily bars are shown under their session's own date in every zone", () => {
  const zone = new Zone("Asia/Tokyo", true);
  const time = seconds("2026-11-02T00:00:00Z");
  assert.deepEqual(zone.axisTimes([{ time }]), [time]);
  assert.match(zone.format(time), /Mon,? 0?2 Nov 2026/);
  assert.equal(new Zone("Asia/Tokyo", true, true).format(time), "Nov 2026");
});
