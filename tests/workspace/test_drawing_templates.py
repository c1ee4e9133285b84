"""Templates and defaults of drawing tools in user.db."""

import pytest

from candledesk.domain.errors import DocumentError, UnknownNameError
from candledesk.workspace.templates.drawing_templates import FORMAT, DrawingTemplate, parse_template, template_json
from candledesk.workspace.workspace import Workspace

RED = DrawingTemplate("Red", "trend_line", {"color": "#ff0000", "width": 4})
BOX = DrawingTemplate("Red", "rectangle", {"color": "#ff0000"})


def test_templates_of_two_tools_may_have_one_name_and_survive_the_process(open_user_data):
    workspace = Workspace(open_user_data())
    workspace.drawing_templates("trend_line").put("Red", RED).result(5)
    workspace.drawing_templates("rectangle").put("Red", BOX).result(5)
    again = Workspace(open_user_data())
    assert again.drawing_templates("trend_line").list_all().result(5) == [RED]
    assert again.drawing_templates("rectangle").list_all().result(5) == [BOX]
    again.drawing_templates("trend_line").delete("Red").result(5)
    assert isinstance(again.drawing_templates("trend_line").read("Red").exception(5), UnknownNameError)
    assert again.drawing_templates("rectangle").list_all().result(5) == [BOX]


def test_defaults_are_kept_apart_from_templates(user_data):
    workspace = Workspace(user_data)
    begin = DrawingTemplate("trend_line", "trend_line", {"width": 3})
    workspace.drawing_defaults.put("trend_line", begin).result(5)
    assert workspace.drawing_templates("trend_line").list_all().result(5) == []
    assert workspace.drawing_defaults.list_all().result(5) == [begin]


def test_a_template_is_json_with_its_tool():
    assert template_json(RED) == {
        "format": FORMAT,
        "type": "trend_line",
        "style": {"color": "#ff0000", "width": 4},
    }
    assert parse_template("Red", template_json(RED)) == RED


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("", {}, "name"),
        ("a/b", {}, "name"),
        ("Red", {"format": "other/1"}, "format"),
        ("Red", {"type": "no_tool"}, "type"),
        ("Red", {"style": []}, "style"),
        ("Red", {"style": {"width": 9}}, "style.width"),
        ("Red", {"style": {"color": "red"}}, "style.color"),
        ("Red", {"style": {"deep": [[[[[[[[[[1]]]]]]]]]]}}, "style.deep[0][0][0][0][0][0][0][0]"),
    ],
)
def test_what_is_no_template_is_refused_with_the_name_of_the_part(name, changes, field):
    with pytest.raises(DocumentError) as refused:
        parse_template(name, {**template_json(RED), **changes})
    assert refused.value.field == field


def test_unknown_values_of_a_style_are_kept():
    style = {"glow": 3}
    assert parse_template("Red", {"format": FORMAT, "type": "ray", "style": style}).style == style
