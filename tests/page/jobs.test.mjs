import assert from "node:assert/strict";
import test from "node:test";

import "./fakes.mjs";
import { describeJob, verbsOf } from "../../resources/web/jobs.js";

const JOB = { job_id: 7, kind: "backfill", state: "running", bars_done: 1000, bars_expected: 12000, eta_s: null, error: "", next_try_at: null };

test("a running job says how far it is and how long it takes", () => {
  assert.equal(describeJob(JOB), "running · 1,000 of 12,000 bars");
  const left = [89.5, 90, 5399, 5400].map((eta_s) => describeJob({ ...JOB, eta_s }).split(" · ")[1]);
  assert.deepEqual(left, ["about 90 s left", "about 2 min left", "about 90 min left", "about 2 h left"]);
  assert.equal(describeJob({ ...JOB, state: "queued", eta_s: 50 }), "queued · 1,000 of 12,000 bars");
});

test("a job that cannot count beforehand says what it has", () => {
  assert.equal(describeJob({ ...JOB, bars_expected: 0 }), "running · 1,000 bars");
  assert.equal(describeJob({ ...JOB, bars_expected: 0, bars_done: 0 }), "running");
});

test("why a job failed and when it is tried again is said, unless it succeeded", () => {
  const failed = { ...JOB, state: "failed", error: "HTTP 500", next_try_at: "2026-11-02T10:00:00Z" };
  assert.equal(describeJob(failed), "failed · 1,000 of 12,000 bars · HTTP 500 · next try at 10:00:00");
  assert.equal(describeJob({ ...failed, state: "succeeded", error: "" }), "succeeded · 1,000 of 12,000 bars");
});

test("each state offers its own buttons, and a job of the chart is not paused", () => {
  const verbs = (state, kind = "backfill") => verbsOf({ ...JOB, state, kind });
  assert.deepEqual(["queued", "running", "paused", "failed", "cancelled", "succeeded", "unheard"].map((state) => verbs(state).join(" ")), [
    "pause cancel", "pause cancel", "resume cancel", "retry", "retry", "", "",
  ]);
  assert.deepEqual(verbs("running", "viewport"), ["cancel"]);
});
