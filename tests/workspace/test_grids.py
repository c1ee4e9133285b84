"""The grids of layouts: their cells, the smallest one for some charts, and sizes as shares."""

from itertools import pairwise

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.grids import (
    GRIDS,
    MAX_CELLS,
    MIN_SHARE,
    GridSizes,
    cell_boxes,
    check_sizes,
    even_sizes,
    n_cells,
    parse_sizes,
    shares_of,
    sizes_document,
    smallest_grid,
)

SIZES = GridSizes((0.7, 0.3), ((1.0,), (0.25, 0.75)))


def test_the_names_say_how_many_cells_there_are():
    assert {name: n_cells(name) for name in GRIDS} == {"1": 1, "2h": 2, "2v": 2, "3": 3, "4": 4, "6": 6, "8": MAX_CELLS}


@pytest.mark.parametrize(
    ("n_charts", "grid"), [(0, "1"), (1, "1"), (2, "2h"), (3, "3"), (4, "4"), (5, "6"), (7, "8"), (8, "8"), (100, "8")]
)
def test_charts_without_a_grid_stand_in_the_smallest_one_that_holds_them(n_charts, grid):
    assert smallest_grid(n_charts) == grid


@pytest.mark.parametrize("grid", GRIDS)
def test_equal_sizes_fit_their_grid(grid):
    sizes = even_sizes(grid)
    assert check_sizes(grid, sizes_document(sizes)) == sizes
    assert sum(sizes.rows) == pytest.approx(1, abs=0.001)
    assert [len(row) for row in sizes.cells] == list(GRIDS[grid])


def test_sizes_come_back_from_their_document():
    assert parse_sizes("3", sizes_document(SIZES)) == SIZES


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "sizes"),
        ({"rows": [0.5, 0.5]}, "sizes"),
        ({"rows": [1.0], "cells": [[1.0], [0.5, 0.5]]}, "sizes.rows"),
        ({"rows": [0.5, True], "cells": [[1.0], [0.5, 0.5]]}, "sizes.rows"),
        ({"rows": [0.5, 0.5], "cells": [[1.0]]}, "sizes.cells"),
        ({"rows": [0.5, 0.5], "cells": [[1.0], [0.5]]}, "sizes.cells[1]"),
        ({"rows": [0.5, 0.5], "cells": [[1.0], [0.99, 0.01]]}, "sizes.cells[1]"),
        ({"rows": [0.5, 0.5], "cells": [[1.1], [0.5, 0.5]]}, "sizes.cells[0]"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_their_path_and_read_as_equal_ones(document, field):
    with pytest.raises(DocumentError) as refused:
        check_sizes("3", document)
    assert refused.value.field == field
    assert parse_sizes("3", document) == even_sizes("3")


def test_shares_are_of_the_whole_and_never_too_small_to_be_dragged_back():
    assert shares_of([300, 100]) == (0.75, 0.25)
    assert shares_of([0, 1000]) == (MIN_SHARE, 1.0)
    assert shares_of([0, 0]) == (0.5, 0.5)


@pytest.mark.parametrize("grid", list(GRIDS))
def test_the_boxes_of_cells_fill_the_room_with_gaps_between_them(grid):
    boxes = cell_boxes(grid, even_sizes(grid), (1201, 803), 4)
    assert len(boxes) == n_cells(grid)
    at = 0
    top = 0
    for n in GRIDS[grid]:
        row = boxes[at : at + n]
        assert {(box[1], box[3]) for box in row} == {(top, row[0][3])}
        assert row[0][0] == 0
        assert row[-1][0] + row[-1][2] == 1201
        assert all(left[0] + left[2] + 4 == right[0] for left, right in pairwise(row))
        top += row[0][3] + 4
        at += n
    assert top - 4 == 803


def test_the_boxes_have_the_shares_of_the_sizes():
    sizes = GridSizes((0.75, 0.25), ((1.0,), (0.25, 0.75)))
    assert cell_boxes("3", sizes, (400, 404), 4) == [(0, 0, 400, 300), (0, 304, 99, 100), (103, 304, 297, 100)]
