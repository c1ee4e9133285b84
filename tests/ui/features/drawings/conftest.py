from functools import partial

import pytest

from candledesk.cache.runtime.writer import Writer
from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def workspace(tmp_path):
    user_data = UserData(tmp_path / "user.db", partial(Writer, name="candledesk-user-data"))
    yield Workspace(user_data)
    assert user_data.close(5)


@pytest.fixture
def harness(qapp, cache, tmp_path, workspace):
    opened = WindowHarness(qapp, cache, tmp_path, workspace=workspace)
    yield opened
    opened.close()


@pytest.fixture
def editor(harness):
    return harness.window.findChild(DrawingEditor)
