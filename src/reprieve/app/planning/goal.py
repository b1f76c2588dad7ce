"""What a goal given with the question changes: a muscle gets weight, or a cost gets dearer; words alone are kept."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.plan.optimise import Prices
from reprieve.record.chart import Goal
from reprieve.record.plan import Side
from reprieve.reference.muscle_catalogue import label_groups, muscles

# Factors of this program on its own costs.
_PRICES = {
    "fewer_side_effects": Prices(risk=3.0),
    "lowest_dose": Prices(units=4.0),
    "fewer_sites": Prices(sites=4.0),
    "relief": Prices(risk=0.5, units=0.5),
}
GOALS = tuple(_PRICES)
_SIDES: dict[str, Side] = {"left": "left", "right": "right", "midline": "midline", "both": "both"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedGoal:
    """A goal as the planner reads it; `statement` says what it did."""

    goal: Goal | None
    prices: Prices
    statement: str | None


def read_goal(text: str | None) -> AskedGoal:
    """Return what `text` asks for: one of `GOALS`, a muscle with or without a side, or the patient's own words."""
    if text is None or not text.strip():
        return AskedGoal(goal=None, prices=Prices(), statement=None)
    words = text.strip().lower().replace("-", "_").split()
    name = "_".join(words)
    if name in _PRICES:
        told = name.replace("_", " ")
        return AskedGoal(goal=None, prices=_PRICES[name], statement=f'goal "{told}": its cost or benefit weighs more')
    side = _SIDES.get(words[-1])
    target = "_".join(words[:-1]) if side is not None else name
    if target in muscles() or target in label_groups():
        goal = Goal(text=text.strip(), muscle=target, side=side)
        return AskedGoal(goal=goal, prices=Prices(), statement=f'goal "{text.strip()}": this muscle weighs more')
    kept = f'goal "{text.strip()}" is kept in words; name a muscle or one of {", ".join(GOALS)} to weigh it'
    return AskedGoal(goal=Goal(text=text.strip()), prices=Prices(), statement=kept)
