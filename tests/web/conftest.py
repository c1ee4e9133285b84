import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import WebServer, build_app
from candledesk.web.server.assets import load_assets
from tests.web.market import NOW, make_cache

RESOURCES = Path(__file__).parents[2] / "resources"
PORT, TOKEN = 8123, "a-token-for-tests"


@pytest.fixture
def cache():
    return make_cache()


@pytest.fixture
def app(cache):
    return build_app(
        RequestContext(cache, asyncio.Event(), lambda: NOW), load_assets(RESOURCES), port=PORT, token=TOKEN
    )


@pytest.fixture
def anonymous_client(app):
    """A client without the token."""
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")


@pytest.fixture
def client(app):
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def server(cache):
    served = WebServer(cache, resources=RESOURCES, token=TOKEN, clock=lambda: NOW)
    served.start()
    yield served
    served.stop(3)
    assert not served._thread.is_alive()
