"""Templates of indicators in user.db and in files."""

import json

import pytest

from candledesk.domain.errors import DocumentError, NameTakenError, UnknownNameError
from candledesk.workspace.templates.indicator_templates import (
    FORMAT,
    IndicatorTemplate,
    parse_template,
    read_template_file,
    template_json,
    write_template_file,
)
from candledesk.workspace.workspace import Workspace

CONTENTS = {
    "indicators": [{"key": "rsi-1", "id": "rsi", "params": {"length": 7}, "pane": "rsi-1", "colours": {}}],
    "panes": [{"id": "rsi-1", "weight": 0.25}],
}
TREND = IndicatorTemplate("Trend", CONTENTS)
DOCUMENT = {"format": FORMAT, "name": "Trend", **CONTENTS}


def test_a_template_is_stored_replaced_renamed_and_deleted_and_survives_the_process(open_user_data):
    workspace = Workspace(open_user_data())
    store = workspace.indicator_templates
    assert store.add(TREND).result(5) == TREND
    assert isinstance(store.add(TREND).exception(5), NameTakenError)
    other = IndicatorTemplate("averages", {"indicators": [{"key": "sma-1", "id": "sma"}], "panes": []})
    store.put("averages", other).result(5)
    store.put("Trend", IndicatorTemplate("Other", CONTENTS)).result(5)
    again = Workspace(open_user_data()).indicator_templates
    assert again.list_all().result(5) == [other, IndicatorTemplate("Other", CONTENTS)], "by name, whatever the case"
    again.delete("Other").result(5)
    assert again.list_all().result(5) == [other]
    assert isinstance(again.delete("Other").exception(5), UnknownNameError)


def test_defaults_of_indicators_are_kept_apart_from_templates(user_data):
    workspace, seen = Workspace(user_data), []
    workspace.subscribe(seen.append)
    workspace.indicator_defaults.put("rsi", IndicatorTemplate("rsi", CONTENTS)).result(5)
    assert workspace.indicator_templates.list_all().result(5) == []
    assert workspace.indicator_defaults.read("rsi").result(5).contents == CONTENTS
    assert seen == []


def test_a_file_gives_the_same_template_back():
    content = write_template_file(TREND)
    assert json.loads(content) == DOCUMENT
    assert read_template_file(content) == TREND
    assert template_json(TREND) == DOCUMENT


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "format"),
        ({**DOCUMENT, "format": "candledesk.layout/1"}, "format"),
        ({**DOCUMENT, "charts": []}, "charts"),
        ({**DOCUMENT, "name": ""}, "name"),
        ({"format": FORMAT, "name": "x"}, "indicators"),
        ({**DOCUMENT, "indicators": []}, "indicators"),
        ({**DOCUMENT, "indicators": [{"key": "a", "id": "none"}]}, "template.indicators[0].id"),
        ({**DOCUMENT, "panes": [{"id": "a"}]}, "template.panes[0]"),
    ],
)
def test_what_is_no_template_is_refused_with_the_path(document, field):
    with pytest.raises(DocumentError) as caught:
        parse_template(document)
    assert caught.value.field == field


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 1_000_001])
def test_a_file_that_is_no_document_is_refused_in_words(content):
    with pytest.raises(DocumentError, match="file"):
        read_template_file(content)


def test_an_invalid_template_is_never_stored(user_data):
    store = Workspace(user_data).indicator_templates
    with pytest.raises(DocumentError):
        store.add(IndicatorTemplate("Empty", {"indicators": []}))
    assert store.list_all().result(5) == []
