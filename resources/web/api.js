// Requests to the server.

import { currentToken } from "./sign-in.js";

const RECONNECT_MS = [500, 1000, 2000, 5000, 10000];

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.field = problem.field;
  }
}

async function send(path, { query = {}, body, signal, method = "GET" } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  const headers = { Authorization: `Bearer ${currentToken()}` };
  if (method === "POST") headers["Content-Type"] = "application/json";
  const options = { method, headers, body, signal, cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  const response = await fetch(path + search, options);
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response;
}

export async function get(path, query, signal) {
  return (await send(path, { query, signal })).json();
}

export async function post(path, document = {}) {
  return (await send(path, { method: "POST", body: JSON.stringify(document) })).json();
}

async function untilVisible() {
  while (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

// Reads the event stream with `fetch` (EventSource cannot send the token) and reconnects as long as the page is open. A hidden
// page closes its stream: a browser opens only six connections to one host, and each open stream uses one.
export async function readEvents(onEvent, onState) {
  for (let attempt = 0; ; attempt += 1) {
    await untilVisible();
    const abort = new AbortController();
    const onVisibility = () => document.hidden && abort.abort();
    document.addEventListener("visibilitychange", onVisibility);
    try {
      const response = await send("/api/v1/events", { signal: abort.signal });
      onState("connected");
      attempt = 0;
      await readStream(response.body.getReader(), onEvent);
      onState("lost");
    } catch (error) {
      onState(error instanceof ApiError && error.status === 401 ? "refused" : "lost");
    }
    document.removeEventListener("visibilitychange", onVisibility);
    if (!abort.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)]));
  }
}

async function readStream(reader, onEvent) {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (fields.event) onEvent(fields.event, JSON.parse(fields.data));
    }
  }
}
