from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from candledesk.ui.features.shortcut_sheet import ShortcutSheet, plan_columns
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import DARK


def _rows(**sizes):
    return [(group, f"{group} {at}", "x") for group, size in sizes.items() for at in range(size)]


def test_no_column_is_taller_than_its_limit_and_no_group_is_divided():
    rows = _rows(File=4, Data=6, Chart=14, View=2, Help=1)
    columns = plan_columns(rows, max_rows=16)
    heights = [sum(len(group) + 2 for group in column) for column in columns]
    assert max(heights) <= 16
    assert len(columns) == 3
    groups = [group for column in columns for group in column]
    assert sorted(row for group in groups for row in group) == sorted(rows)
    assert all(len({row[0] for row in group}) == 1 for group in groups)


def test_the_tallest_group_sets_the_limit_and_small_ones_fill_what_is_left():
    rows = _rows(Chart=18, File=6, Data=6, Mouse=5, View=3, Jobs=3, Help=1)
    names = [[group[0][0] for group in column] for column in plan_columns(rows, max_rows=18)]
    assert names == [["Chart"], ["File", "Data", "Help"], ["Mouse", "View", "Jobs"]]


def test_the_keys_stand_in_one_line_right_after_the_longest_title(qapp, qtbot):
    apply_theme(qapp, DARK)
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = ShortcutSheet([("File", "Open symbol…", "Ctrl+K"), ("File", "Quit", "Ctrl+Q")], parent)
    sheet.show()
    labels = {label.text(): label for label in sheet.findChildren(QLabel)}
    longest = labels["Open symbol…"]
    [spacing] = {grid.horizontalSpacing() for grid in sheet.findChildren(QGridLayout)}
    assert labels["Ctrl+K"].x() == labels["Ctrl+Q"].x() == longest.x() + longest.sizeHint().width() + spacing
    sheet.close()
