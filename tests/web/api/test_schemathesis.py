"""What a fuzzer of contracts finds: requests drawn from /openapi.json, valid and not, against a real cache and socket.

The provider is the scripted one of tests/cache: no network, no waiting.
"""

import os

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from candledesk.providers.answers import RefusalKind, RefusedAnswer
from candledesk.web.http_server import WebServer
from candledesk.web.routes import ENDPOINTS
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.cache.conftest import WAIT_S, CacheHarness, FakeYahoo
from tests.web.conftest import RESOURCES, TOKEN
from tests.workspace.conftest import START_THREAD

AUTH = {"Authorization": f"Bearer {TOKEN}"}
IS_RANDOM = "CONTRACT_EXAMPLES" in os.environ  # else the same requests in every run
N_EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "8"))


def modes_of(row):
    """Return valid and, where anything is asked for, invalid."""
    asks = row.query or row.body or row.path_params
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if asks else [])]


# A valid value may contradict another one (an empty span: 422), name a day that no calendar has (400), or be unknown.
MAY_REFUSE = ["2xx", "304", "400", "404", "409", "422"]
# A random address or body may be longer than the server takes: 413, 414.
REFUSED = ["400", "404", "409", "413", "414", "415", "422"]
STREAM = "/api/v1/events"  # never ends
ROWS = [(mode, row.method, row.path) for row in ENDPOINTS if row.path != STREAM for mode in modes_of(row)]


def know_one_symbol(request):
    """Know one symbol, or every drawn one is filled to the look-back behind the tests."""
    if request.symbol != "AAA":
        return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "No data found, symbol may be delisted")
    return None


@pytest.fixture(scope="module")
def contract(tmp_path_factory):
    yahoo = FakeYahoo()
    yahoo.script = know_one_symbol
    harness = CacheHarness(tmp_path_factory.mktemp("schemathesis"), yahoo)
    harness.bars("1d")
    harness.backfill("1h")
    user_data = UserData(tmp_path_factory.mktemp("user") / "user.db", START_THREAD)
    workspace, imports = Workspace(user_data), tmp_path_factory.mktemp("imports")
    server = WebServer(
        harness.cache,
        resources=RESOURCES,
        token=TOKEN,
        clock=lambda: harness.yahoo.now,
        workspace=workspace,
        imports=imports,
    )
    server.posts._burst = server.posts._tokens = 10**6
    server.start()
    config = SchemathesisConfig()
    config.projects.default.checks.positive_data_acceptance.expected_statuses = MAY_REFUSE
    config.projects.default.checks.negative_data_rejection.expected_statuses = REFUSED
    generation = config.projects.default.generation
    generation.with_security_parameters = False  # the token is given below
    generation.allow_extra_parameters = False  # an empty list of them vanishes from the address, which is then valid
    with requests.Session() as session:
        yield schemathesis.openapi.from_url(f"{server.url}/openapi.json", headers=AUTH, config=config), session
    server.stop(3)
    harness.service.close()
    user_data.close(5)


@pytest.mark.allow_logs  # a task of maintenance that was queued may fail later, which is logged
@pytest.mark.parametrize(("mode", "method", "path"), ROWS)
def test_requests_drawn_from_the_contract(contract, mode, method, path):
    schema, session = contract
    operation = schema[path][method]

    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        derandomize=not IS_RANDOM,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def ask(case):
        case.call_and_validate(session=session, headers=AUTH, timeout=WAIT_S)

    ask()
