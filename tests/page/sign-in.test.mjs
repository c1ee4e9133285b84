import assert from "node:assert/strict";
import test from "node:test";

import { openAddress, serve } from "./fakes.mjs";
import { currentToken, signIn } from "../../resources/web/sign-in.js";

// Opens an address on a page that has `token`; the server answers a sign-in with `answer`. Returns [result, requests, steps].
async function open(hash, token, answer = { token: "of this run" }) {
  const requests = serve(() => answer);
  const steps = openAddress(hash, token);
  return [await signIn(), requests, steps];
}

test("the code of the address is exchanged for the token, and the rest of the address stays", async () => {
  const [result, requests, steps] = await open("#token=code&symbol=AAPL");
  assert.deepEqual(result, { isSignedIn: true, isChanged: true });
  assert.deepEqual(steps, [["replace", "#symbol=AAPL"]]);
  assert.deepEqual(requests.map(({ path, method, headers }) => [path, method, headers.Authorization]), [["/api/v1/sign-in", "POST", "Bearer code"]]);
  assert.equal(currentToken(), "of this run");
});

test("a page that was opened before needs no code in its address, a new one does", async () => {
  const [known, requests] = await open("#symbol=AAPL", "former");
  assert.deepEqual([known, requests.length], [{ isSignedIn: true, isChanged: false }, 0]);
  assert.deepEqual((await open("#symbol=AAPL"))[0], { isSignedIn: false, isChanged: false });
});

test("a code that is refused leaves a good token, and is gone from the address all the same", async () => {
  for (const answer of [{ status: 401 }, { status: 503 }, new TypeError("Failed to fetch")]) {
    const [result, , steps] = await open("#token=wrong", "good", answer);
    assert.deepEqual(result, { isSignedIn: true, isChanged: false });
    assert.deepEqual([currentToken(), steps], ["good", [["replace", "#"]]]);
    assert.deepEqual((await open("#token=wrong", undefined, answer))[0], { isSignedIn: false, isChanged: false });
  }
});

test("a new code replaces the token of a former run", async () => {
  const [result] = await open("#token=code", "of the former run");
  assert.deepEqual(result, { isSignedIn: true, isChanged: true });
  assert.equal(currentToken(), "of this run");
  assert.deepEqual((await open("#token=code", "of this run"))[0], { isSignedIn: true, isChanged: false });
});
