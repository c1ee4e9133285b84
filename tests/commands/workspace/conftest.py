"""A home with watchlists and layouts, opened directly and through the endpoint of a running instance."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from candledesk.cache.messages import SymbolFound
from candledesk.cache.runtime.writer import Writer
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.registry import ListedNames, make_providers
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.web.market import make_cache

RESOURCES = Path(__file__).parents[3] / "resources"
NOW = 1_795_446_000


@pytest.fixture(params=["direct", "remote"])
def context(request, tmp_path):
    """What the commands take of a ``CommandContext``; ``home_cache`` is the cache behind it."""
    cache = make_cache()
    cache.found = [SymbolFound("MC.PA", "LVMH", "PAR", "EQUITY", "Paris")]
    user_data = UserData(tmp_path / "user.db", partial(Writer, name="candledesk-user-data"), now=lambda: NOW)
    workspace = Workspace(user_data)
    server = WebServer(cache, resources=RESOURCES, token="t", clock=lambda: NOW, workspace=workspace)
    used = cache, workspace
    if request.param == "remote":
        server.start()
        remote = RemoteCache(server.url, "t")
        used = remote, remote.workspace
    names = ListedNames(make_providers(ProviderOptions(Quota(1, 1, 1), {}, "")))
    yield SimpleNamespace(
        cache=lambda: used[0], workspace=lambda: used[1], symbol_names=lambda: names, home_cache=cache
    )
    server.stop(3)
    assert user_data.close(5)
