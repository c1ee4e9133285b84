import asyncio
import functools
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import WebServer, build_app
from candledesk.web.server.assets import load_assets
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.web.market import NOW, make_cache
from tests.workspace.conftest import START_THREAD

RESOURCES = Path(__file__).parents[2] / "resources"
PORT, TOKEN = 8123, "a-token-for-tests"


@functools.cache
def page_files():
    """Return the files of the page, which are read and packed once for all tests."""
    return load_assets(RESOURCES)


@pytest.fixture
def cache():
    return make_cache()


@pytest.fixture
def workspace(tmp_path):
    """Watchlists and layouts in a database of the test, on the thread that owns it."""
    user_data = UserData(tmp_path / "user.db", START_THREAD, now=lambda: NOW)
    yield Workspace(user_data)
    assert user_data.close(30)


@pytest.fixture
def app(cache, workspace):
    context = RequestContext(cache, asyncio.Event(), lambda: NOW, workspace=workspace)
    return build_app(context, page_files(), port=PORT, token=TOKEN)


@pytest.fixture
def anonymous_client(app):
    """A client without the token."""
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")


@pytest.fixture
def client(app):
    """A client whose requests are all answered on one event loop, as by the real server."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=headers) as opened:
        yield opened


@pytest.fixture
def server(cache, workspace):
    served = WebServer(cache, resources=RESOURCES, token=TOKEN, clock=lambda: NOW, workspace=workspace)
    served.start()
    yield served
    served.stop(20)
    assert not served._thread.is_alive()
