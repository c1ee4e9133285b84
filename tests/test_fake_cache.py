"""The fake cache keeps the protocol of the cache; mypy checks its types (``files`` in pyproject.toml)."""

import inspect

import pytest

from candledesk.cache.api import CacheApi
from tests.fake_cache import FakeCache

METHODS = sorted(name for name, _ in inspect.getmembers(CacheApi, inspect.isfunction) if not name.startswith("_"))


def _parameters(owner, name):
    signature = inspect.signature(getattr(owner, name))
    return [(one.name, one.kind, one.default) for one in signature.parameters.values()], signature.return_annotation


@pytest.mark.parametrize("name", METHODS)
def test_the_fake_cache_has_every_method_of_the_cache(name):
    assert _parameters(FakeCache, name) == _parameters(CacheApi, name)
