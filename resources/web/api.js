// Requests to the server.

import { currentToken } from "./sign-in.js";

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.field = problem.field;
  }
}

// Answers the response of a request that was not refused, else throws an ApiError.
export async function request(path, { query = {}, body, signal, method = "GET", headers: others = {} } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  const headers = { ...others, Authorization: `Bearer ${currentToken()}` };
  if (method === "POST") headers["Content-Type"] = "application/json";
  const options = { method, headers, body, signal, cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  const response = await fetch(path + search, options);
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response;
}

export async function get(path, query, signal) {
  return (await request(path, { query, signal })).json();
}

export async function post(path, document = {}) {
  return (await request(path, { method: "POST", body: JSON.stringify(document) })).json();
}
