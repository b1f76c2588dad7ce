"""When nothing fits: the smallest set of limits that cannot be kept together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reprieve.core.dose import plain
from reprieve.plan.optimise.bounds import Bound
from reprieve.plan.optimise.program import Program, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Limits that leave no dose: take any one of them away and something fits.

    Attributes
    ----------
    bounds : tuple of Bound
    words : tuple of str
        Each limit in words, and the smallest dose that would have to fit.
    """

    bounds: tuple[Bound, ...]
    words: tuple[str, ...]


def conflict_of(program: Program, demands: Sequence[Row] = ()) -> Conflict | None:
    """Return the conflict, or None if something fits.

    Deletion filter: a bound without which the rest is still impossible is no part of the reason.
    """
    nothing = np.zeros(len(program.columns))
    if program.solve(nothing, demands) is not None:
        return None
    needed = list(program.bounds)
    for bound in program.bounds:
        without = tuple(one for one in needed if one is not bound)
        if replace(program, bounds=without).solve(nothing, demands) is None:
            needed = list(without)
    smallest = min(program.columns, key=lambda level: level.units)
    owner = program.candidates[int(program.owner[program.columns.index(smallest)])]
    words = [
        f"{one.words}; {plain(one.used)} used, {plain(one.at_most)} left" if one.used else one.words for one in needed
    ]
    words.append(f"the smallest dose on file is {plain(smallest.units)} units ({owner.place.words})")
    return Conflict(bounds=tuple(needed), words=tuple(words))
