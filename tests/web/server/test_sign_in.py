"""The address of the page signs in once; the token of the run stays out of it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from candledesk.web.server.sign_in import N_CODES, SignIn, bearer_of
from tests.web.conftest import TOKEN

URL = "http://127.0.0.1:8123"
SIGN_IN, ADDRESS, API = "/api/v1/sign-in", "/api/v1/sign-in/address", "/api/v1/limiter"


def fragment_of(address):
    return {name: text for name, (text,) in parse_qs(urlsplit(address).fragment).items()}


def code_of(address):
    return fragment_of(address)["token"]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_an_address_names_a_series_and_a_code_of_its_own():
    sign_in = SignIn(TOKEN)
    addresses = [sign_in.make_address(URL), sign_in.make_address(URL, "^GSPC", "1h")]
    assert [address.partition("#")[0] for address in addresses] == [f"{URL}/", f"{URL}/"]
    codes = [code_of(address) for address in addresses]
    assert len({TOKEN, *codes}) == 3
    assert fragment_of(addresses[1]) == {"token": codes[1], "symbol": "^GSPC", "interval": "1h"}


def test_a_code_counts_until_it_is_exchanged_and_the_token_always():
    sign_in = SignIn(TOKEN)
    code, other = (code_of(sign_in.make_address(URL)).encode() for _ in range(2))
    assert [sign_in.accepts(one) for one in (code, other, TOKEN.encode(), b"", code[:-1])] == [True] * 3 + [False] * 2
    assert [sign_in.exchange(code) for _ in range(2)] == [TOKEN, None]
    assert [sign_in.accepts(one) for one in (code, other)] == [False, True]
    assert [sign_in.exchange(TOKEN.encode()) for _ in range(2)] == [TOKEN, TOKEN]


def test_the_oldest_codes_are_forgotten():
    sign_in = SignIn()
    codes = [code_of(sign_in.make_address(URL)).encode() for _ in range(N_CODES + 1)]
    assert [sign_in.accepts(code) for code in codes[:2]] == [False, True]
    assert sign_in.accepts(codes[-1])


@pytest.mark.parametrize(
    ("headers", "presented"),
    [
        ([(b"authorization", b"Bearer a")], b"a"),
        ([(b"authorization", b"bearer  a ")], b"a"),
        ([(b"authorization", b"Basic a")], b""),
        ([(b"authorization", b"Bearer a"), (b"authorization", b"Bearer a")], b""),
        ([], b""),
    ],
)
def test_one_bearer_is_presented(headers, presented):
    assert bearer_of(headers) == presented


def test_the_page_exchanges_its_code_and_the_address_is_worth_nothing_then(client, anonymous_client):
    address = client.post(ADDRESS, json={"symbol": "AAPL/SPY", "interval": "1h"}).json()["url"]
    assert address.startswith(f"{URL}/#token=")
    code = code_of(address)
    assert TOKEN not in address
    assert anonymous_client.get(API, headers=bearer(code)).status_code == 200  # a script may read the address too
    answer = anonymous_client.post(SIGN_IN, json={}, headers=bearer(code))
    assert (answer.status_code, answer.json()) == (200, {"token": TOKEN})
    assert answer.headers["cache-control"] == "no-store"
    for method, path in (("POST", SIGN_IN), ("GET", API)):
        refused = anonymous_client.request(method, path, headers=bearer(code) | {"Content-Type": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert client.post(SIGN_IN, json={}).json() == {"token": TOKEN}


def test_an_address_without_a_series_is_of_the_page_alone(client):
    assert fragment_of(client.post(ADDRESS, json={}).json()["url"]).keys() == {"token"}
    assert client.post(ADDRESS, json={"symbol": "no symbol"}).status_code == 400
