"""The groups of the rail."""

from candledesk.drawings.registry import TOOLS
from candledesk.paths import resources_dir
from candledesk.ui.features.drawing_tools.tool_groups import GROUPS, icon_of


def test_every_tool_stands_in_one_group_and_has_a_picture():
    tools = [tool for group in GROUPS for tool in group.tools]
    assert sorted(tools) == sorted(TOOLS)
    assert all((resources_dir() / "icons" / f"{icon_of(tool)}.svg").exists() for tool in tools)
