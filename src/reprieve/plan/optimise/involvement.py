"""What the planner is told about a muscle: how likely it takes part. Who told it, is not its business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reprieve.record.plan import Side


class Place(NamedTuple):
    """One target of one side of the patient."""

    muscle: str
    side: Side | None

    @property
    def words(self) -> str:
        """As findings and reasons name it: ``splenius_capitis left``."""
        return self.muscle if self.side is None else f"{self.muscle} {self.side}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Involvement:
    """The belief that one muscle of one side takes part.

    Attributes
    ----------
    place : Place
        A catalogue muscle and the patient's side.
    log_odds, sd : float
        Mean and standard deviation of the log-odds.
    statements : tuple of str
        What speaks for and against it, the weightiest first.
    measure_next : str or None
        The measurement that would tell most about it.
    """

    place: Place
    log_odds: float
    sd: float
    statements: tuple[str, ...] = ()
    measure_next: str | None = None


def strongest(involvements: Sequence[Involvement]) -> Involvement | None:
    """Return the most probable of several, the first of equals; None of none."""
    return max(involvements, key=lambda one: one.log_odds, default=None)
