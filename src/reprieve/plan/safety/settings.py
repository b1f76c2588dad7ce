"""What a clinic sets itself; every value is shown beside the label's words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySettings:
    """A clinic's settings of the rules.

    Attributes
    ----------
    days_in_three_months : int
        A label that says "3 months" names neither 12 weeks nor 84 days. 92 is the longest that three calendar months
        can be, so no dose leaves the window too early.
    usual_interval_weeks : int or None
        Asked for where no label interval holds; local practice, never a label. None: none.
    child_weight_days : int
        A child's weight older than this is stale.
    """

    days_in_three_months: int = 92
    usual_interval_weeks: int | None = 12
    child_weight_days: int = 92

    def days(self, count: Decimal, unit: str) -> int:
        """Return `count` of `unit` as days, the longest that the words allow."""
        if unit == "days":
            return int(count)
        if unit == "weeks":
            return int(count * 7)
        # Months, in the same proportion; rounded up, so that the window is never too short.
        return int((count * self.days_in_three_months / 3).to_integral_value(ROUND_CEILING))
