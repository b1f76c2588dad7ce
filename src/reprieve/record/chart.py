"""The chart document: one patient's record folded into what a clinician reads.

The same document is exported, imported, served by the web API and read by `reprieve assess`, `plan` and `response`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date as Date  # a field may be called date
from datetime import datetime
from decimal import Decimal
from typing import Literal

from reprieve.core.documents import WHEN_SET
from reprieve.record.plan import Exposure, Injection, Jurisdiction, Knowledge, Plan, Reconstitution, Side, SitePosition

Effect = Literal["worse", "same", "better", "weak"]
Guidance = Literal["anatomical", "emg", "stimulation", "ultrasound", "endoscopy"]
Seriousness = Literal["mild", "moderate", "severe", "serious"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPatient:
    """Who the chart is about."""

    id: str
    family_name: str | None = None
    given_name: str | None = None
    birth_date: Date | None = None
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    weight_kg: Decimal | None = None
    weight_date: Date | None = None
    exposure_history: Knowledge = "unknown"
    prior_toxin_tolerated: bool | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A diagnosis, by its formulary name."""

    condition: str
    since: Date | None = None
    side: Side | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the patient wants, in the patient's words."""

    text: str
    date: Date | None = None
    muscle: str | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenInjection:
    """One muscle of one side as it was given."""

    muscle: str
    units: Decimal
    side: Side | None = None
    sites: int | None = None
    volume_ml: Decimal | None = None
    limb: Literal["right_arm", "left_arm", "right_leg", "left_leg"] | None = None
    guidance: Guidance | None = None
    lot: str | None = None
    positions: tuple[SitePosition, ...] = field(default=(), metadata=WHEN_SET)

    def planned(self) -> Injection:
        """Return the same muscle and dose as an injection to plan."""
        return Injection(
            muscle=self.muscle,
            side=self.side,
            units=self.units,
            sites=self.sites,
            volume_ml=self.volume_ml,
            limb=self.limb,
            positions=self.positions,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedInjection:
    """A planned injection that was not given, and why."""

    muscle: str
    reason: str
    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleEffect:
    """What one muscle did after a session, as judged at follow-up."""

    muscle: str
    effect: Effect
    side: Side | None = None
    date: Date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One visit's injections as given."""

    date: Date
    product: str
    indication: str
    injections: tuple[GivenInjection, ...] = ()
    id: str | None = None
    jurisdiction: Jurisdiction | None = None
    reconstitution: Reconstitution | None = None
    skipped: tuple[SkippedInjection, ...] = ()
    muscle_effects: tuple[MuscleEffect, ...] = ()
    signed_by: str | None = None
    signed_at: datetime | None = None
    place: str | None = None
    note: str | None = None

    @property
    def units(self) -> Decimal:
        """Total units of `product` given."""
        return sum((injection.units for injection in self.injections), Decimal(0))

    @property
    def judgements(self) -> tuple[MuscleEffect, ...]:
        """The `muscle_effects` that stand: of several of one muscle and side the last, which corrects the others."""
        return standing_effects(self.muscle_effects)

    def effect_on(self, muscle: str, side: Side | None) -> Effect | None:
        """Return what was last judged of `muscle` on `side`; a judgement without a side, or of both, is of each."""
        told: list[Effect] = [
            one.effect for one in self.muscle_effects if one.muscle == muscle and one.side in (side, None, "both")
        ]
        return told[-1] if told else None


def standing_effects(effects: Iterable[MuscleEffect]) -> tuple[MuscleEffect, ...]:
    """Return the last judgement of each muscle and side, in the order in which these were made."""
    last: dict[tuple[str, Side | None], MuscleEffect] = {}
    for one in effects:
        last.pop((one.muscle, one.side), None)
        last[one.muscle, one.side] = one
    return tuple(last.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A scale's items and total; `total` is None when the scale's own rule gives none."""

    date: Date
    scale: str
    total: Decimal | None = None
    items: dict[str, Decimal] | None = None
    rater: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """What the patient enters; every answer from 0 (none) to 10 (worst), unanswered is None."""

    date: Date
    severity: Decimal | None = None
    pain: Decimal | None = None
    function: Decimal | None = None
    mood: Decimal | None = None
    sleep: Decimal | None = None
    treatments: tuple[str, ...] = ()
    note: str | None = None
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadAngles:
    """How the head was held over some seconds, by the camera of a phone; for research, never validated in patients.

    Turned and tilted to the patient's left and bent forward is positive. Each angle has the largest error that the
    method is known to make, and how much the head moved: half of what lies between the tenth and the ninetieth of a
    hundred values.
    """

    date: Date
    turn_deg: Decimal
    tilt_deg: Decimal
    nod_deg: Decimal
    turn_error_deg: Decimal
    tilt_error_deg: Decimal
    nod_error_deg: Decimal
    turn_moved_deg: Decimal
    tilt_moved_deg: Decimal
    nod_moved_deg: Decimal
    pictures: int
    method: str
    version: str
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """A side effect or other adverse event."""

    date: Date
    symptom: str
    seriousness: Seriousness = "mild"
    resolved: Date | None = None
    muscle: str | None = None
    side: Side | None = None
    session: str | None = None
    lot: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureFinding:
    """One observed posture: an id of the posture table, the side of its `direction`, its angle if measured."""

    posture: str
    side: Side | None = None
    angle_deg: Decimal | None = None
    certainty: Literal["clear", "slight", "doubtful"] = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleExamination:
    """What the examiner found in one muscle."""

    muscle: str
    side: Side | None = None
    hypertrophy: bool | None = None
    pain: bool | None = None
    contracture: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleEmg:
    """EMG figures of one muscle, as the EMG engine reports them; None where not measured."""

    muscle: str
    side: Side | None = None
    activity_percent_mvc: float | None = None
    sustained_fraction: float | None = None
    turns_per_s: float | None = None
    leads: bool | None = None
    paradox: float | None = None
    compensatory: bool | None = None
    recording: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One examination: postures, muscles, EMG."""

    date: Date
    postures: tuple[PostureFinding, ...] = ()
    examination: tuple[MuscleExamination, ...] = ()
    emg: tuple[MuscleEmg, ...] = ()
    sensory_trick: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTreatment:
    """Physiotherapy, medication, surgery, stimulation, ... beside the toxin."""

    date: Date
    treatment: str
    until: Date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booked visit."""

    date: Date
    purpose: str = "injection"
    state: Literal["booked", "kept", "missed", "cancelled"] = "booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One patient's record, folded."""

    patient: ChartPatient
    jurisdiction: Jurisdiction | None = None
    conditions: tuple[Condition, ...] = ()
    risks: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    sessions: tuple[Session, ...] = ()
    ratings: tuple[Rating, ...] = ()
    diary: tuple[DiaryEntry, ...] = ()
    head_angles: tuple[HeadAngles, ...] = field(default=(), metadata=WHEN_SET)
    symptoms: tuple[Symptom, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    other_treatments: tuple[OtherTreatment, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    drafts: tuple[Plan, ...] = ()
