"""Red flags: which side effects cannot wait, and whom to call.

The texts are fixed sentences, reviewed and translated as they stand (S22); they name no dose and no treatment. What is
urgent follows the class boxed warning on distant spread (weakness, double vision, drooping lids, trouble swallowing,
speaking or breathing, incontinence, hours to weeks after injection; swallowing and breathing trouble can kill).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reprieve.core.findings import SourceRef
from reprieve.record.chart import Symptom

BOXED_WARNING = SourceRef("botox_openfda", "label", True)
# "Hours to weeks": the boxed warning gives no end. Weeks are read as up to three months, the longest usual interval.
WATCHED_DAYS = 92


class Call(StrEnum):
    """Whom to call: the emergency number at once, or the clinic on the same day."""

    EMERGENCY = "emergency"
    CLINIC_TODAY = "clinic_today"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """One symptom that cannot wait: whom to call, and the fixed sentence for the patient."""

    symptom: str
    call: Call
    text: str


RED_FLAGS: dict[str, RedFlag] = {
    flag.symptom: flag
    for flag in (
        RedFlag(
            symptom="breathing_difficulty",
            call=Call.EMERGENCY,
            text="Trouble breathing after a toxin injection is an emergency. Call the emergency number now.",
        ),
        RedFlag(
            symptom="allergic_reaction",
            call=Call.EMERGENCY,
            text="Swelling of face or tongue, wheezing or fainting is an emergency. Call the emergency number now.",
        ),
        RedFlag(
            symptom="dysphagia",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today. If you choke, or cannot swallow your saliva, call the emergency number now.",
        ),
        RedFlag(
            symptom="dysphonia",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today. If breathing or swallowing gets hard too, call the emergency number now.",
        ),
        RedFlag(
            symptom="dysarthria",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today. If breathing or swallowing gets hard too, call the emergency number now.",
        ),
        RedFlag(
            symptom="generalised_weakness",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today. If breathing or swallowing gets hard too, call the emergency number now.",
        ),
        RedFlag(
            symptom="diplopia",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today. Do not drive while you see double.",
        ),
        RedFlag(
            symptom="urinary_incontinence",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today: losing urine can mean that the toxin has spread.",
        ),
        RedFlag(
            symptom="infection_at_site",
            call=Call.CLINIC_TODAY,
            text="Call the clinic today: a hot, red, swollen place with fever needs to be seen.",
        ),
    )
}


GRAVE_SWALLOWING = "Severe trouble swallowing after a toxin injection is an emergency. Call the emergency number now."


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedFlag:
    """A red flag on a chart. `because` says what raised it; `flag` is None for a symptom without a text of its own."""

    symptom: Symptom
    call: Call
    text: str
    because: str
    source: SourceRef | None


def raised(symptoms: Iterable[Symptom], on: date) -> tuple[RaisedFlag, ...]:
    """Return the symptoms that cannot wait on the date `on`: not over, not older than `WATCHED_DAYS`.

    A symptom that somebody called serious is urgent whatever its name; severe trouble swallowing counts as an
    emergency. A symptom without an end is taken to last: unknown is never "over".
    """
    found = (_raised(row) for row in symptoms if _lasts(row, on))
    urgent = [flag for flag in found if flag is not None]
    return tuple(sorted(urgent, key=lambda flag: (flag.call is not Call.EMERGENCY, flag.symptom.date)))


def _lasts(row: Symptom, on: date) -> bool:
    over = row.resolved is not None and row.resolved <= on
    return row.date <= on and (on - row.date).days <= WATCHED_DAYS and not over


def _raised(row: Symptom) -> RaisedFlag | None:
    known = RED_FLAGS.get(row.symptom)
    if known is None:
        if row.seriousness != "serious":
            return None
        text = "Call the clinic today: this side effect was called serious."
        return RaisedFlag(symptom=row, call=Call.CLINIC_TODAY, text=text, because="seriousness is serious", source=None)
    # Trouble swallowing that is severe may close the airway: no call to the clinic first.
    grave = row.symptom == "dysphagia" and row.seriousness in ("severe", "serious")
    return RaisedFlag(
        symptom=row,
        call=Call.EMERGENCY if grave else known.call,
        text=GRAVE_SWALLOWING if grave else known.text,
        because=f"{row.symptom} is named in the boxed warning" if row.symptom in _BOXED else f"{row.symptom} is urgent",
        source=BOXED_WARNING if row.symptom in _BOXED else None,
    )


_BOXED = frozenset(RED_FLAGS) - {"allergic_reaction", "infection_at_site"}
