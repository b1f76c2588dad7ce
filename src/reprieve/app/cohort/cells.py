"""Small cells are not shown: a count of a few patients can name them."""

from __future__ import annotations

from collections.abc import Sequence

SMALLEST_CELL = 5


def shown(patients: Sequence[int], smallest: int) -> list[bool]:
    """Return which cells of one group may be shown, given how many patients stand behind each.

    Cells of 1 to `smallest` - 1 patients are hidden; an empty cell tells of nobody. Where one cell alone would be
    hidden, the next smallest goes with it: the total of the group would give it away.

    Examples
    --------
    >>> shown([12, 3, 40], 5)
    [False, False, True]
    >>> shown([12, 0, 40], 5)
    [True, True, True]
    """
    visible = [count == 0 or count >= smallest for count in patients]
    if visible.count(False) == 1:
        others = [index for index, seen in enumerate(visible) if seen and patients[index] > 0]
        if others:
            visible[min(others, key=lambda index: patients[index])] = False
    return visible
