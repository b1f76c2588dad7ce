"""A clinic's own word on a row of the reference data: confirmed, corrected or withdrawn.

The shipped row is never changed. A review stands beside it, holds for the clinic that made it, and counts from its
`effective_from` on; a later review of the same row takes its place, and both stay in the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from reprieve.core.errors import InputError
from reprieve.core.findings import SourceRef

ReviewVerdict = Literal["confirmed", "corrected", "withdrawn"]
# The grade of a number that a clinic stands for; see `SourceRef.grade`.
REVIEW_GRADE = "clinic_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of one row, as it counts for one clinic.

    Attributes
    ----------
    row_id : str
        Stable id of the row in the shipped data.
    verdict : {"confirmed", "corrected", "withdrawn"}
        Confirmed: the shipped number holds and counts as verified. Corrected: `value` takes its place and counts as
        verified. Withdrawn: the row limits nothing here, and the rules say that no verified limit is left.
    value : Decimal or None
        The clinic's own number, in the unit of the row; only with ``corrected``, exact.
    source : str
        What the person read: document, version, page.
    by : str
        Who reviewed it.
    second : str or None
        Who confirmed it as the second person, where the clinic's policy asks for one.
    on : date
        Day of the review.
    effective_from : date
        First day on which it counts.
    note : str or None
    """

    row_id: str
    verdict: ReviewVerdict
    source: str
    by: str
    on: date
    effective_from: date
    value: Decimal | None = None
    second: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("row_id", self.row_id), ("source", self.source), ("by", self.by)):
            if not text.strip():
                raise InputError(f"a review needs its {name}, but got {text!r}; enter it")
        if self.verdict not in ("confirmed", "corrected", "withdrawn"):
            raise InputError(f"verdict must be confirmed, corrected or withdrawn, but got {self.verdict!r}; choose one")
        if (self.value is not None) != (self.verdict == "corrected"):
            raise InputError(
                f"a corrected row needs its new value and no other verdict takes one, but got {self.verdict} with "
                f"value {self.value}; correct it"
            )
        if self.value is not None and not self.value >= 0:
            raise InputError(f"the value of {self.row_id} must not be negative, but got {self.value}; correct it")
        if self.second is not None and self.second == self.by:
            raise InputError(f"the second person must not be the first, but both are {self.by!r}; ask a colleague")

    @property
    def source_ref(self) -> SourceRef:
        """The source behind the row for this clinic, as findings print it."""
        return SourceRef(key=f"clinic_review:{self.row_id}", grade=REVIEW_GRADE, checked=True)


def reviews_in_force(reviews: Iterable[Review], on: date) -> dict[str, Review]:
    """Return the review that counts on the day `on`, by row id.

    Parameters
    ----------
    reviews : iterable of Review
        In the order in which they were recorded.
    on : date

    Notes
    -----
    The latest `effective_from` up to `on` wins; of two with the same day, the one recorded later.
    """
    standing: dict[str, Review] = {}
    for review in reviews:
        known = standing.get(review.row_id)
        if review.effective_from <= on and (known is None or review.effective_from >= known.effective_from):
            standing[review.row_id] = review
    return standing
