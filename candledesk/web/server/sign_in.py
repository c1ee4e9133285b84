"""Who may use the API: a caller with the token of this run, or with a code that is exchanged for it once.

The page's address holds such a code. A browser keeps the addresses that were opened, and the code in them is worth
nothing as soon as the page has arrived.
"""

from __future__ import annotations

import secrets
import threading
from urllib.parse import urlencode

Headers = list[tuple[bytes, bytes]]
N_CODES = 100  # that wait to be exchanged; the oldest one is forgotten first


class SignIn:
    """The token of this run and its codes; safe from any thread."""

    def __init__(self, token: str | None = None) -> None:
        """Take a new token unless one is given."""
        self.token = token or secrets.token_urlsafe(32)
        self._codes: list[bytes] = []
        self._lock = threading.Lock()

    def accepts(self, presented: bytes) -> bool:
        """Tell whether it is the token, or a code that was not exchanged yet: who has one could have the token too."""
        with self._lock:
            known = [self.token.encode(), *self._codes]
        return any(secrets.compare_digest(presented, one) for one in known)

    def exchange(self, presented: bytes) -> str | None:
        """Return the token for a code, which is worth nothing from then on; ``None`` for what is not accepted."""
        with self._lock:
            others = [one for one in self._codes if not secrets.compare_digest(presented, one)]
            is_code, self._codes = len(others) < len(self._codes), others
        return self.token if is_code or secrets.compare_digest(presented, self.token.encode()) else None

    def make_address(self, url: str, symbol: str | None = None, interval: str | None = None) -> str:
        """Return an address of the page at ``url`` that signs in once; ``symbol`` and ``interval``: what it shows.

        The code is in the fragment, which a browser never sends to a server.
        """
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes = [*self._codes[1 - N_CODES :], code.encode()]
        series = {key: text for key, text in (("symbol", symbol), ("interval", interval)) if text is not None}
        return f"{url}/#{urlencode({'token': code, **series})}"


def bearer_of(headers: Headers) -> bytes:
    """Return what a request presents in its one ``Authorization: Bearer`` header; empty for anything else."""
    values = [value for name, value in headers if name == b"authorization"]
    scheme, _, presented = values[0].partition(b" ") if len(values) == 1 else (b"", b"", b"")
    return presented.strip() if scheme.lower() == b"bearer" else b""
