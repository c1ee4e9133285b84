from candledesk.ui.shortcut_sheet import ShortcutSheet, plan_columns
from candledesk.ui.theme import DARK, apply_theme


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


def test_a_group_too_tall_for_any_column_has_one_alone():
    assert [len(column) for column in plan_columns(_rows(Chart=40, Help=2), max_rows=10)] == [1, 1]


def test_the_keys_stand_close_to_what_they_do(qapp, qtbot):
    apply_theme(qapp, DARK)
    from PySide6.QtWidgets import QLabel, QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = ShortcutSheet([("File", "Open symbol…", "Ctrl+K"), ("File", "Quit", "Ctrl+Q")], parent)
    sheet.show()
    labels = {label.text(): label for label in sheet.findChildren(QLabel)}
    title, keys = labels["Open symbol…"], labels["Ctrl+K"]
    gap = keys.mapTo(sheet, keys.rect().topLeft()).x() - title.mapTo(sheet, title.rect().topLeft()).x()
    assert 0 < gap - title.fontMetrics().horizontalAdvance(title.text()) < 120
    sheet.close()
