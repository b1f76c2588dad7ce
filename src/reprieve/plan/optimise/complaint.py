"""What the record complains of after the last session, as demands on the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reprieve.core.dose import plain
from reprieve.plan.optimise.candidates import Candidate
from reprieve.plan.optimise.involvement import Place
from reprieve.plan.optimise.targets import members_of
from reprieve.record.chart import Goal

Wish = Literal["less", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One complaint: a dose to lower, or too little relief. `place` None: of the whole session."""

    place: Place | None
    wish: Wish
    words: str


def aims_at(goal: Goal, one: Candidate) -> bool:
    """Return whether `goal` names the muscle of `one`."""
    sides = goal.side in (None, "both", one.place.side)
    return goal.muscle is not None and sides and bool(members_of(goal.muscle) & members_of(one.place.muscle))


def complaints_of(candidates: Sequence[Candidate], goals: Sequence[Goal], poor: str | None) -> tuple[Complaint, ...]:
    """Return the complaints, side effects first.

    Parameters
    ----------
    candidates : sequence of Candidate
    goals : sequence of Goal
        A goal that names a muscle wants more there.
    poor : str or None
        Why the last session did not help enough as a whole; None if nothing says so.
    """
    found: list[Complaint] = []
    for one in candidates:
        if one.ceiling is not None and one.ceiling.learned:
            found.append(Complaint(place=one.place, wish="less", words=f"{one.place.words}: {one.ceiling.words}"))
    for one in candidates:
        newest = one.history[0] if one.history else None
        if one.last is not None and newest is not None and newest.effect == "same":
            text = f"{one.place.words}: {plain(newest.units)} units of {newest.date} changed nothing"
            found.append(Complaint(place=one.place, wish="more", words=text))
        elif not (one.ceiling and one.ceiling.learned) and any(aims_at(goal, one) for goal in goals):
            found.append(Complaint(place=one.place, wish="more", words=f"goal: more in {one.place.words}"))
    if poor is not None:
        found.append(Complaint(place=None, wish="more", words=poor))
    return tuple(found)
