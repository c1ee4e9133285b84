"""What the recursive parts of a kernel returned at earlier bars, from which they carry on (WORKBENCH.md §1.7).

A kernel whose values depend on all bars before them (averages, trend machines, sums since an anchor) passes each such
part through ``Past.follow``. A run over a whole series begins them and records what they return. When the last bars
have changed, the kernel is run over these alone, with as many bars before them as its windows need: its recursive
parts then carry on behind the last unchanged bar, and return what they would in a run over the whole series.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray

    Columns = tuple[FloatArray, ...]

Run = Callable[[int, "Columns | None"], "Columns"]
"""Returns the columns of the values from an index on; given the columns of the value before, one number each."""


class NoPastError(Exception):
    """A recursive part cannot carry on: all bars have to be computed."""


class Past:
    """The recursive parts of one run of a kernel, in the order of its calls.

    ``made``: what they returned in this run and, as far as it is known, before: float64 ``(m,)`` columns that end with
    the last bar.
    """

    __slots__ = ("_n_new", "_next", "_recorded", "made")

    def __init__(self, recorded: Sequence[Columns] = (), n_new: int = 0) -> None:
        """``recorded``: ``made`` of an earlier run up to the last unchanged bar; the ``n_new`` bars behind it are new.

        Without: the run is one over a whole series.
        """
        self._recorded, self._n_new = recorded, n_new
        self._next = 0
        self.made: list[Columns] = []

    def follow(self, n_values: int, run: Run) -> Columns:
        """Return the columns of one recursive part at each of ``n_values`` values, the last of which is the last bar's.

        The first column of a state that can be carried on is a number, not NaN. Raises ``NoPastError`` where it is not.
        """
        if not self._n_new:
            self.made.append(run(0, None))
            return self.made[-1]
        if self._next == len(self._recorded):  # the earlier run was over too few bars
            raise NoPastError
        recorded = self._recorded[self._next]
        self._next += 1
        n_kept = n_values - self._n_new
        if not 0 < n_kept <= len(recorded[0]) or math.isnan(recorded[0][-1]):
            raise NoPastError
        following = run(n_kept, tuple([column[-1:] for column in recorded]))
        made = [np.concatenate(parts) for parts in zip(recorded, following, strict=True)]
        self.made.append(tuple(made))
        return tuple([column[-n_values:] for column in made])
