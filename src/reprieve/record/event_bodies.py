"""What an event says, one type for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.record.chart import (
    Appointment,
    Assessment,
    ChartPatient,
    Condition,
    DiaryEntry,
    GivenInjection,
    Goal,
    HeadAngles,
    MuscleEffect,
    OtherTreatment,
    Rating,
    SkippedInjection,
    Symptom,
)
from reprieve.record.clinic_bodies import (
    ClinicPolicy,
    OverrideApproved,
    RetentionHold,
    RetentionRule,
    ReviewSeconded,
    ReviewTakenBack,
    RowReview,
    StockOpened,
    StockReceived,
    StockTakenBack,
    StockUsed,
    StockWasted,
)
from reprieve.record.event_kinds import EventKind
from reprieve.record.plan import Exposure, Jurisdiction, Plan, Vial


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who the patient is, whole; an amendment carries the whole of it again."""

    patient: ChartPatient
    jurisdiction: Jurisdiction | None = None
    deceased: Date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One risk: allergy, medication, comorbidity, pregnancy; snake_case as in the plan document."""

    risk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan that nobody has signed; a new event with the same `draft_id` and `replaces` is its next version."""

    draft_id: str
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's reason for going on although `rule` blocks `subject`."""

    rule: str
    subject: str
    reason: str
    second_person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPlan:
    """The plan a session was given by, with the overrides of what blocked it.

    `plan_hash` is the SHA-256 of the plan's canonical JSON; `check_hash` that of the check report seen at signing.
    """

    session_id: str
    plan: Plan
    plan_hash: str
    verdict: str
    check_hash: str | None = None
    overrides: tuple[Override, ...] = ()
    draft_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidedPlan:
    """A draft taken back."""

    draft_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHead:
    """What holds for a session as a whole; its injections, vials and steps are events of their own."""

    session_id: str
    date: Date
    product: str
    indication: str
    jurisdiction: Jurisdiction | None = None
    place: str | None = None
    note: str | None = None
    # Vials follow as events; False means "nobody said", which is not "no vial".
    vials_listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistStep:
    """A step of the checklist, and when it was done by the clock of whoever did it."""

    session_id: str
    step: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionVial:
    """A vial of the session."""

    session_id: str
    vial: Vial


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInjection:
    """One muscle of the session, as given."""

    session_id: str
    injection: GivenInjection


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSkip:
    """One planned muscle that was not injected."""

    session_id: str
    skipped: SkippedInjection


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """Units thrown away, with the reason (billing and the ledger ask for both)."""

    session_id: str
    product: str
    units: Decimal
    reason: str
    lot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEffect:
    """What one muscle did after the session."""

    session_id: str
    effect: MuscleEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Printed name, time and meaning over the hash of what was signed; another content voids it."""

    session_id: str
    name: str | None
    at: datetime | None
    meaning: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """An event whose kind, subject and reason say it all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Events whose content was erased for a patient who asked for it; the chain keeps their digests."""

    events: tuple[str, ...]
    pseudonym: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResource:
    """A foreign resource that the record has no word for: kept as it came, shown as not understood."""

    resource_type: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A read-only way in for somebody outside; only the digest of its secret is kept."""

    share_id: str
    scope: str
    expires_at: datetime
    secret_hash: str
    for_whom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A share taken back."""

    share_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: ``chart``, ``forecast``, ``work_list``, ``export``, ..."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedChart:
    """Only the accounts in `names` open this chart without breaking the glass; nobody named opens it for all again."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSeen:
    """Somebody looked into an alert (an event of a broken glass) and says so."""

    alert: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """An account made or changed; never its password.

    `found` and `left` are digests of what lets the account in, by table, before and after; the ledger fills them in.
    `sign_in` is the digest of the row that a sign-in made. Events of earlier versions have none of the three.
    """

    account: str
    role: str | None = None
    patient: str | None = None
    change: str = "created"
    found: dict[str, str] | None = None
    left: dict[str, str] | None = None
    sign_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A file or a batch that came in or went out."""

    what: str
    count: int


BODIES: dict[EventKind, type[Any]] = {
    EventKind.PATIENT_REGISTERED: Registration,
    EventKind.PATIENT_AMENDED: Registration,
    EventKind.CONDITION_RECORDED: Condition,
    EventKind.RISK_RECORDED: Risk,
    EventKind.EXPOSURE_REPORTED: Exposure,
    EventKind.GOAL_SET: Goal,
    EventKind.RATING_RECORDED: Rating,
    EventKind.DIARY_ENTERED: DiaryEntry,
    EventKind.HEAD_ANGLES_MEASURED: HeadAngles,
    EventKind.SYMPTOM_REPORTED: Symptom,
    EventKind.ASSESSMENT_RECORDED: Assessment,
    EventKind.OTHER_TREATMENT_RECORDED: OtherTreatment,
    EventKind.APPOINTMENT_BOOKED: Appointment,
    EventKind.PLAN_DRAFTED: Draft,
    EventKind.PLAN_SIGNED: SignedPlan,
    EventKind.PLAN_VOIDED: VoidedPlan,
    EventKind.SESSION_OPENED: SessionHead,
    EventKind.CHECKLIST_STEP: ChecklistStep,
    EventKind.VIAL_OPENED: SessionVial,
    EventKind.INJECTION_GIVEN: SessionInjection,
    EventKind.INJECTION_SKIPPED: SessionSkip,
    EventKind.WASTE_RECORDED: Waste,
    EventKind.MUSCLE_EFFECT_JUDGED: SessionEffect,
    EventKind.SESSION_SIGNED: Signature,
    EventKind.ENTRY_VOIDED: Nothing,
    EventKind.PATIENT_ERASED: Erasure,
    EventKind.RESOURCE_KEPT: KeptResource,
    EventKind.STOCK_RECEIVED: StockReceived,
    EventKind.STOCK_OPENED: StockOpened,
    EventKind.STOCK_USED: StockUsed,
    EventKind.STOCK_WASTED: StockWasted,
    EventKind.STOCK_TAKEN_BACK: StockTakenBack,
    EventKind.ROW_REVIEWED: RowReview,
    EventKind.REVIEW_SECONDED: ReviewSeconded,
    EventKind.REVIEW_TAKEN_BACK: ReviewTakenBack,
    EventKind.POLICY_SET: ClinicPolicy,
    EventKind.OVERRIDE_APPROVED: OverrideApproved,
    EventKind.RETENTION_SET: RetentionRule,
    EventKind.RETENTION_HELD: RetentionHold,
    EventKind.SHARE_GRANTED: Share,
    EventKind.SHARE_REVOKED: Revoked,
    EventKind.CHART_READ: Reading,
    EventKind.CHART_CLOSED: ClosedChart,
    EventKind.GLASS_BROKEN: Reading,
    EventKind.ALERT_SEEN: AlertSeen,
    EventKind.ACCOUNT_CREATED: AccountChange,
    EventKind.ACCOUNT_CHANGED: AccountChange,
    EventKind.SIGNED_IN: AccountChange,
    EventKind.SIGN_IN_REFUSED: AccountChange,
    EventKind.SIGNED_OUT: AccountChange,
    EventKind.RECORD_EXPORTED: Transfer,
    EventKind.RECORD_IMPORTED: Transfer,
}
