"""By what the answers are split, always within one product."""

from __future__ import annotations

from typing import Literal, get_args

from reprieve.app.cohort.cycles import CohortCycle
from reprieve.core.errors import InputError

Grouping = Literal["product", "centre", "indication", "cycle"]
CYCLES = ("first", "second and third", "fourth and later")


def check_grouping(by: str) -> Grouping:
    """Return `by` if it is a grouping, or raise with the list."""
    for known in get_args(Grouping):
        if by == known:
            return known
    raise InputError(f"--by must be one of {', '.join(get_args(Grouping))}, but got {by!r}; choose one")


def group_of(cycle: CohortCycle, by: Grouping) -> str | None:
    """Return the group of `cycle` within its product; None where it is not told, or not asked for."""
    if by == "product":
        return None
    if by == "centre":
        return cycle.centre
    if by == "indication":
        return cycle.indication
    return CYCLES[(cycle.number > 1) + (cycle.number > 3)]
