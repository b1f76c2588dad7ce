"""Plan against given: computed differences, never typed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reprieve.core.errors import UnitsError
from reprieve.record.chart import GivenInjection, Session
from reprieve.record.plan import Injection, Plan, Side

Change = Literal["as_planned", "more", "less", "not_given", "not_planned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleDifference:
    """One muscle and side: what was planned, what was given, and the reason if it was left out."""

    muscle: str
    side: Side | None
    planned_units: Decimal
    given_units: Decimal
    change: Change
    reason: str | None = None

    @property
    def difference_units(self) -> Decimal:
        """Given minus planned."""
        return self.given_units - self.planned_units


def differences(plan: Plan, session: Session) -> tuple[MuscleDifference, ...]:
    """Return each muscle and side of plan and session once, in the order of the plan, what was added last.

    Rows of the same muscle and side are summed on both sides, so a dose split over two rows is no difference.

    Raises
    ------
    UnitsError
        If plan and session are of two products: nothing is compared then.
    """
    if plan.product != session.product:
        raise UnitsError(
            f"planned was {plan.product}, given {session.product}: units are not interchangeable; compare nothing"
        )
    planned, given = _sums(plan.injections), _sums(session.injections)
    reasons = {(row.muscle, row.side): row.reason for row in session.skipped}
    return tuple(
        _difference(place, planned.get(place), given.get(place), reasons.get(place))
        for place in dict.fromkeys([*planned, *given])
    )


_Place = tuple[str, Side | None]


def _sums(rows: Iterable[Injection | GivenInjection]) -> dict[_Place, Decimal]:
    sums: dict[_Place, Decimal] = {}
    for row in rows:
        place = (row.muscle, row.side)
        sums[place] = sums.get(place, Decimal(0)) + row.units
    return sums


def _difference(place: _Place, planned: Decimal | None, given: Decimal | None, reason: str | None) -> MuscleDifference:
    return MuscleDifference(
        muscle=place[0],
        side=place[1],
        planned_units=planned or Decimal(0),
        given_units=given or Decimal(0),
        change=_change(planned, given),
        reason=reason,
    )


def _change(planned: Decimal | None, given: Decimal | None) -> Change:
    if planned is None:
        return "not_planned"
    if given is None:
        return "not_given"
    if given == planned:
        return "as_planned"
    return "more" if given > planned else "less"
