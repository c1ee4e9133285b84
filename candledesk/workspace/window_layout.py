"""The layouts of a window, one per tab, and their JSON document, which the window stores by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from candledesk.domain.errors import InputError
from candledesk.domain.times import iso_time, parse_time
from candledesk.workspace.grids import SINGLE
from candledesk.workspace.layout import MAX_CHARTS, Layout, layout_document, parse_layout
from candledesk.workspace.names import MAX_NAME_CHARS

FORMAT = "candledesk.window/1"


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """``layouts``: of each tab; ``front``: the index of the one in front; ``options``: the chart options by name."""

    layouts: tuple[Layout, ...] = ()
    front: int = 0
    options: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedLayout:
    """``layout``: the stored layouts, ``None`` when there are none; ``notice``: a sentence for people, or empty."""

    layout: WindowLayout | None
    notice: str = ""


def tabs_of(layout: Layout) -> WindowLayout:
    """Return the window in which each chart of ``layout`` has a tab, as in versions without grids."""
    tabs = [
        Layout((series,), contents=(content,) if (content := layout.content(at)) else (), grid=SINGLE)
        for at, series in enumerate(layout.charts)
    ]
    return WindowLayout(tuple(tabs), layout.front, layout.options)


def window_document(window: WindowLayout) -> dict[str, object]:
    """Return the JSON document of a window."""
    return {
        "format": FORMAT,
        "layouts": [_tab_document(layout) for layout in window.layouts],
        "front": window.front,
        "options": dict(window.options),
    }


def _tab_document(layout: Layout) -> dict[str, object]:
    document = layout_document(layout)
    del document["options"]  # those of the window
    named = {"name": layout.name} if layout.name else {}
    return document | named | ({"saved_at": iso_time(layout.saved_at)} if layout.saved_at else {})


def parse_window(document: Mapping[str, object]) -> WindowLayout:
    """Return the window of a document, also of one with tabs of one chart; invalid parts are left out."""
    rows, front = document.get("layouts"), document.get("front")
    if not isinstance(rows, list):
        return tabs_of(parse_layout(document))
    whole = parse_layout({"options": document.get("options")})
    layouts = [(at, _parse_tab(row)) for at, row in enumerate(rows[:MAX_CHARTS]) if isinstance(row, Mapping)]
    return WindowLayout(
        tuple(layout for _, layout in layouts),
        next((index for index, (at, _) in enumerate(layouts) if at == front), 0),
        whole.options,
    )


def _parse_tab(row: Mapping[str, object]) -> Layout:
    name = row.get("name")
    is_name = isinstance(name, str) and len(name) <= MAX_NAME_CHARS and name.isprintable()
    layout = replace(parse_layout({**row, "options": {}}), name=str(name) if is_name else "")
    return replace(layout, saved_at=_parse_saved_at(row.get("saved_at")))


def _parse_saved_at(text: object) -> int:
    try:
        return parse_time(text, "saved_at") if isinstance(text, str) else 0
    except InputError:
        return 0
