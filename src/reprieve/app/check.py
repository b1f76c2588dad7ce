"""The check of a plan, with the clock and the clinic's own reviews joined in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from reprieve.app import clock
from reprieve.plan.safety import CheckReport, SafetySettings, check
from reprieve.record.plan import Plan
from reprieve.reference.reviews import Review


def check_plan(
    plan: Plan,
    *,
    today: date | None = None,
    now: datetime | None = None,
    reviews: Sequence[Review] = (),
    settings: SafetySettings | None = None,
) -> CheckReport:
    """Check `plan` against every limit that applies.

    Parameters
    ----------
    plan : Plan
    today : date, optional
        The clinic's date; by its clock if not given. It holds for a plan without a date.
    now : datetime, optional
        The moment, for the hours since a vial was opened; by the clinic's clock if neither it nor `today` is given.
    reviews : sequence of Review
        The clinic's own word on rows of the reference data.
    settings : SafetySettings, optional

    Returns
    -------
    CheckReport

    Raises
    ------
    InputError
        A value is none, or a name is not in the reference data.
    """
    if today is None:
        now = now or clock.now()
        today = now.date()
    return check(plan, today=today, now=now, reviews=reviews, settings=settings)
