"""Versions of named layouts: which are kept by themselves, how they are listed and brought back."""

import itertools

import pytest

from candledesk.domain.errors import UnknownNameError
from candledesk.store.user.layouts import AUTOSAVED
from candledesk.workspace.events import LayoutChanged
from candledesk.workspace.layout_versions import SPACING_S, keeps_version
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.workspace.conftest import NOW, START_THREAD

DAY = 86_400


def layout(name, *symbols):
    charts = [{"symbol": symbol, "interval": "1d"} for symbol in symbols]
    return NamedLayout(name, {"format": "candledesk.layout/1", "charts": charts, "front": 0, "options": {}})


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def workspace(user_path, clock):
    user_data = UserData(user_path, START_THREAD, now=clock)
    yield Workspace(user_data)
    assert user_data.close(5)


def charts_of(workspace, name="Mine"):
    return [row.charts for row in workspace.list_layout_versions(name).result(5)]


@pytest.mark.parametrize(
    ("stood_s", "apart_s", "is_kept"),
    [
        (5, 5, False),
        (SPACING_S - 1, SPACING_S - 1, False),
        (SPACING_S, 5, True),  # a person left it as it was
        (5, SPACING_S, True),  # continuous work
    ],
)
def test_an_automatic_save_keeps_what_stood_for_an_hour_or_is_an_hour_younger_than_the_last(stood_s, apart_s, is_kept):
    assert keeps_version(NOW, NOW - stood_s, NOW - stood_s - apart_s) is is_kept


def test_the_first_automatic_save_keeps_a_version():
    assert keeps_version(NOW, NOW - 1, None)


def test_a_day_of_automatic_saves_keeps_one_version_in_an_hour_and_that_of_the_day_before(workspace, clock):
    workspace.add_layout(layout("Mine", "AAPL")).result(5)
    clock.now += DAY
    stored = layout("Mine", "AAPL")
    for minute in range(8 * 60):
        clock.now += 60
        stored = workspace.save_layout(layout("Mine", f"S{minute}"), stored.document).result(5)
    versions = workspace.list_layout_versions("Mine").result(5)
    assert versions[-1].charts == ("AAPL 1d",)
    assert 7 <= len(versions) <= 9
    times = [row.saved_at for row in versions]
    assert all(newer - older >= SPACING_S for newer, older in itertools.pairwise(times))


def test_a_save_by_hand_always_keeps_a_version(workspace):
    workspace.add_layout(layout("Mine", "AAPL")).result(5)
    for symbol in ("IBM", "MSFT"):
        workspace.put_layout("Mine", layout("Mine", symbol)).result(5)
    assert charts_of(workspace) == [("IBM 1d",), ("AAPL 1d",)]


def test_a_version_comes_back_and_what_was_there_is_a_version(workspace, clock):
    workspace.add_layout(layout("Mine", "AAPL")).result(5)
    clock.now += 10
    workspace.put_layout("Mine", layout("Mine", "IBM", "MSFT")).result(5)
    (version,) = workspace.list_layout_versions("Mine").result(5)
    read = workspace.read_layout_version("Mine", version.version_id).result(5)
    assert (read.document, read.updated_at) == (layout("Mine", "AAPL").document, NOW)
    restored = workspace.restore_layout_version("Mine", version.version_id).result(5)
    assert restored.document == layout("Mine", "AAPL").document == workspace.read_layout("Mine").result(5).document
    assert charts_of(workspace)[0] == ("IBM 1d", "MSFT 1d")


def test_versions_of_another_layout_or_of_the_window_are_not_to_be_had(workspace):
    for name in ("Mine", "Yours"):
        workspace.add_layout(layout(name, "AAPL")).result(5)
    workspace.put_layout("Mine", layout("Mine", "IBM")).result(5)
    (version,) = workspace.list_layout_versions("Mine").result(5)
    for refused in (
        workspace.read_layout_version("Yours", version.version_id),
        workspace.restore_layout_version("Yours", version.version_id),
        workspace.restore_layout_version("Nothing", version.version_id),
        workspace.list_layout_versions("Nothing"),
        workspace.list_layout_versions(AUTOSAVED),
    ):
        with pytest.raises(UnknownNameError):
            refused.result(5)


def test_an_automatic_save_keeps_what_someone_else_has_stored_since(workspace):
    mine = [layout("Mine", symbol) for symbol in ("AAPL", "IBM", "MSFT")]
    workspace.add_layout(mine[0]).result(5)
    workspace.put_layout("Mine", mine[1]).result(5)
    workspace.save_layout(mine[2], mine[1].document).result(5)
    assert charts_of(workspace) == [("AAPL 1d",)]
    workspace.put_layout("Mine", layout("Mine", "THEIRS")).result(5)
    workspace.save_layout(mine[0], mine[2].document).result(5)
    assert charts_of(workspace)[0] == ("THEIRS 1d",)


def test_an_automatic_save_does_not_bring_a_deleted_layout_back(workspace):
    workspace.add_layout(layout("Mine", "AAPL")).result(5)
    workspace.delete_layout("Mine").result(5)
    with pytest.raises(UnknownNameError):
        workspace.save_layout(layout("Mine", "IBM"), {}).result(5)
    assert workspace.list_layouts().result(5) == []


def test_a_change_carries_its_origin_to_every_subscriber(workspace, events):
    window = workspace.from_origin("window")
    workspace.add_layout(layout("Mine", "AAPL")).result(5)
    for _ in range(2):
        window.save_layout(layout("Mine", "IBM"), {}).result(5)
    window.put_layout("Mine", layout("Yours", "IBM")).result(5)
    version = window.list_layout_versions("Yours").result(5)[0]
    window.restore_layout_version("Yours", version.version_id).result(5)
    window.delete_layout("Yours").result(5)
    assert events() == [
        LayoutChanged("Mine", "added"),
        LayoutChanged("Mine", "changed", origin="window"),
        LayoutChanged("Yours", "renamed", "Mine", "window"),
        LayoutChanged("Yours", "changed", origin="window"),
        LayoutChanged("Yours", "deleted", origin="window"),
    ]
