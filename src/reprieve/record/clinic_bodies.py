"""What events of a clinic as a whole say: its vials, its reviews of reference rows, its policy, its approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import Literal

EVERY_RULE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReceived:
    """A vial came into stock; `gtin` and `serial` are what the carton's code says, where it was scanned."""

    vial: str
    product: str
    units: Decimal
    lot: str
    expires: Date
    gtin: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOpened:
    """A vial was opened and made up; `diluent_ml` None means that nobody noted it."""

    vial: str
    session_id: str
    patient: str
    diluent_ml: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockUsed:
    """Units of an open vial were injected."""

    vial: str
    product: str
    units: Decimal
    session_id: str
    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWasted:
    """Units of a vial were thrown away; `reason` is a word of the ledger's list."""

    vial: str
    product: str
    units: Decimal
    reason: str
    session_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTakenBack:
    """What was written of a vial for a session was wrong; what really came out of it follows, where something did."""

    vial: str
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReview:
    """A person's review of one reference row; it may wait for a second person (see `ReviewSeconded`).

    `reviewer` is who read the source; at the screen that is the account that wrote the event.
    """

    review_id: str
    row_id: str
    verdict: Literal["confirmed", "corrected", "withdrawn"]
    source: str
    reviewer: str
    effective_from: Date
    value: Decimal | None = None
    note: str | None = None
    needs_second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSeconded:
    """A second person read the same source and stands for the review too."""

    review_id: str
    second: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTakenBack:
    """A review no longer counts from the event on: the shipped row holds again. The reason stands in the event."""

    review_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicPolicy:
    """What the clinic decides for itself, whole; the latest event counts.

    Attributes
    ----------
    second_person_for_reviews : {"never", "corrections", "always"}
        Which reviews count only after a second person confirmed them; ``corrections`` means corrected and withdrawn.
    second_person_rules : tuple of str
        Rules whose override needs the approval of a second person; ``*`` stands for all.
    shortest_override_reason : int
        Characters that a reason for an override has at least.
    approval_hours : int
        How long an approval of an override can be used.
    vial_overrides : bool
        Whether an expired or over-time vial may be signed for with a reason; it always needs a second person then.
    stock_required : bool
        Whether a session can only be signed with vials that are in the clinic's stock.
    vials_shared : bool
        Whether one vial may serve several patients of a day; the labels say one patient, one session.
    payer_rounding : {"up", "nearest", "down"}
        How a broken billing unit of the given dose is rounded.
    push_reminders : bool
        Whether a patient may ask to be reminded of the diary by the push service of the phone's maker. It is the one
        thing for which the clinic's machine calls another by itself; the message says nothing about anybody.
    camera_posture : bool
        Whether head angles may be measured by a camera in the browser: research, not validated in patients.
    camera_at_home : bool
        Whether patients may measure them by themselves on their phone and send the angles; a switch of its own.
    """

    second_person_for_reviews: Literal["never", "corrections", "always"] = "never"
    second_person_rules: tuple[str, ...] = ()
    shortest_override_reason: int = 10
    approval_hours: int = 12
    vial_overrides: bool = False
    stock_required: bool = False
    vials_shared: bool = False
    payer_rounding: Literal["up", "nearest", "down"] = "up"
    push_reminders: bool = False
    camera_posture: bool = False
    camera_at_home: bool = False

    def asks_second_for_review(self, verdict: str) -> bool:
        """Return whether a review with `verdict` waits for a second person."""
        if self.second_person_for_reviews == "corrections":
            return verdict != "confirmed"
        return self.second_person_for_reviews == "always"

    def asks_second_for_override(self, rule: str) -> bool:
        """Return whether an override of `rule` needs a second person."""
        return EVERY_RULE in self.second_person_rules or rule in self.second_person_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideApproved:
    """A second person agrees beforehand that `rule` may be gone over for this patient, and says why."""

    rule: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long the clinic keeps who a patient was; the latest event counts, and without one nothing is ever due.

    Attributes
    ----------
    years : int or None
        Years after the last contact; None keeps everything.
    child_until_age : int or None
        A patient's record is kept at least until this age, whatever `years` says, as the law of many countries asks.
    """

    years: int | None = None
    child_until_age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionHold:
    """A record is kept although the rule is over (a complaint, a court), or no longer; why stands in the event."""

    held: bool
