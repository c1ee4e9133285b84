// Signing in. The address holds a code that is exchanged for the token of the run, once: what the browser's history keeps is worth
// nothing then. The token is kept for this origin, which includes the port, and never sent in a URL.

const KEY = "candledesk.token";

export function currentToken() {
  return localStorage.getItem(KEY);
}

// Takes the code out of the address and exchanges it; one that is refused leaves the token that is there. Returns whether there is
// a token, and whether it is another one than before.
export async function signIn() {
  const former = currentToken();
  const fragment = new URLSearchParams(location.hash.slice(1));
  const code = fragment.get("token");
  if (code) {
    fragment.delete("token");
    history.replaceState(null, "", `${location.pathname}#${fragment}`);
    const token = await exchange(code).catch(() => null); // no server: the page says so when it asks for something
    if (token) localStorage.setItem(KEY, token);
  }
  const token = currentToken();
  return { isSignedIn: token !== null, isChanged: token !== former };
}

async function exchange(code) {
  const headers = { Authorization: `Bearer ${code}`, "Content-Type": "application/json" };
  const options = { method: "POST", headers, body: "{}", cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  const response = await fetch("/api/v1/sign-in", options);
  return response.ok ? (await response.json()).token : null;
}
