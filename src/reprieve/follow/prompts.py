"""Side-effect questions on days 3, 7 and 14 after a session, by what was injected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from reprieve.record.chart import Session, Symptom

PROMPT_DAYS = (3, 7, 14)
# The last question stays open for two weeks more; later a visit asks.
LAST_OPEN_DAYS = 28

Region = Literal["neck", "eyes", "jaw", "voice", "arm", "leg"]
State = Literal["to_come", "due", "answered", "unanswered"]

# Asked of everyone, then what belongs to the place of the injection; symptom names are those of the record.
EVERYONE = ("breathing_difficulty", "dysphagia", "generalised_weakness", "flu_like_symptoms", "pain_at_site")
BY_REGION: dict[Region, tuple[str, ...]] = {
    "neck": ("dysphonia", "neck_weakness", "dry_mouth", "headache"),
    "eyes": ("ptosis", "diplopia", "dry_eye", "facial_weakness"),
    "jaw": ("dysarthria", "chewing_weakness", "dry_mouth"),
    "voice": ("dysphonia", "aspiration"),
    "arm": ("muscle_weakness", "fatigue"),
    "leg": ("muscle_weakness", "fall", "fatigue"),
}
_BY_INDICATION: dict[str, tuple[Region, ...]] = {
    "cervical_dystonia": ("neck",),
    "blepharospasm": ("eyes",),
    "hemifacial_spasm": ("eyes",),
    "oromandibular_dystonia": ("jaw",),
    "laryngeal_dystonia_adductor": ("voice",),
    "laryngeal_dystonia_abductor": ("voice",),
    "focal_hand_dystonia": ("arm",),
    "upper_limb_spasticity": ("arm",),
    "lower_limb_spasticity": ("leg",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question of one session: when, what is asked, and how it stands.

    ``unanswered`` means that nobody entered anything; it never means that there was no side effect.
    """

    session: str | None
    day: int
    due: date
    asks: tuple[str, ...]
    state: State


def regions_of(session: Session) -> tuple[Region, ...]:
    """Return where was injected; an indication that says nothing gives every region, so that nothing goes unasked."""
    found: list[Region] = list(_BY_INDICATION.get(session.indication, ()))
    limbs = {row.limb for row in session.injections if row.limb}
    if any(limb.endswith("arm") for limb in limbs):
        found.append("arm")
    if any(limb.endswith("leg") for limb in limbs):
        found.append("leg")
    return tuple(dict.fromkeys(found)) or tuple(BY_REGION)


def asked_symptoms(session: Session) -> tuple[str, ...]:
    """Return the side effects to ask for after `session`, the dangerous ones first."""
    places = [symptom for region in regions_of(session) for symptom in BY_REGION[region]]
    return tuple(dict.fromkeys([*EVERYONE, *places]))


def prompts(session: Session, symptoms: Iterable[Symptom], on: date) -> tuple[Prompt, ...]:
    """Return the three questions of `session` as they stand on the date `on`."""
    told = [row.date for row in symptoms if session.date <= row.date <= on]
    asks = asked_symptoms(session)
    found = []
    for day, until in zip(PROMPT_DAYS, (*PROMPT_DAYS[1:], LAST_OPEN_DAYS), strict=True):
        due, closed = session.date + timedelta(days=day), session.date + timedelta(days=until)
        found.append(Prompt(session=session.id, day=day, due=due, asks=asks, state=_state(due, closed, told, on)))
    return tuple(found)


def _state(due: date, closed: date, told: list[date], on: date) -> State:
    if on < due:
        return "to_come"
    if any(due <= day < closed for day in told):
        return "answered"
    return "due" if on < closed else "unanswered"
