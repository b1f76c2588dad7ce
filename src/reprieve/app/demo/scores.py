"""Ratings, diary and side effects of the invented patients, drawn around the simulated course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as D
from random import Random

from reprieve.record.chart import DiaryEntry, Rating, Session, Symptom

# Item maxima of the TWSTRS (structure only); b_duration weighs double in the severity subscale.
TWSTRS_SEVERITY = {
    "a1_rotation": 4, "a2_lateral_tilt": 3, "a3_antero_retro": 3, "a4_lateral_shift": 1, "a5_sagittal_shift": 1,
    "b_duration": 5, "c_sensory_trick": 2, "d_shoulder": 3, "e_range_of_motion": 4, "f_midline_time": 4,
}  # fmt: skip
TWSTRS_DISABILITY = ("dis_work", "dis_adl", "dis_driving", "dis_reading", "dis_tv", "dis_outside")
RELATIVE = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class SideEffect:
    """A side effect and how often it follows a session, in per cent."""

    symptom: str
    per_cent: float
    from_day: int
    lasts_days: int
    muscles: tuple[str, ...] = ()


# Rates near the labels and registries quoted in docs/explanation/demo-clinic.md; they are for looks, not for learning.
SIDE_EFFECTS: dict[str, tuple[SideEffect, ...]] = {
    "cervical_dystonia": (
        SideEffect("dysphagia", 6.4, 8, 16, ("sternocleidomastoid", "scalenus_medius")),
        SideEffect("neck_weakness", 7.0, 9, 18, ("splenius_capitis", "semispinalis_capitis")),
        SideEffect("injection_site_pain", 8.0, 1, 3),
        SideEffect("flu_like_symptoms", 3.0, 2, 4),
    ),
    "blepharospasm": (
        SideEffect("ptosis", 9.0, 6, 17, ("orbicularis_oculi",)),
        SideEffect("dry_eye", 8.0, 5, 20, ("orbicularis_oculi",)),
    ),
    "hemifacial_spasm": (SideEffect("facial_weakness", 12.0, 7, 21, ("zygomaticus_major",)),),
    "focal_hand_dystonia": (
        SideEffect("hand_weakness", 22.0, 8, 24, ("flexor_digitorum_superficialis", "extensor_digitorum")),
    ),
    "upper_limb_spasticity": (SideEffect("injection_site_pain", 8.0, 1, 3), SideEffect("fatigue", 5.0, 4, 10)),
    "lower_limb_spasticity": (SideEffect("leg_weakness", 6.0, 9, 18, ("soleus",)), SideEffect("fatigue", 4.0, 4, 8)),
    "laryngeal_dystonia_adductor": (SideEffect("breathy_voice", 25.0, 2, 14, ("thyroarytenoid",)),),
    "oromandibular_dystonia": (SideEffect("chewing_weakness", 12.0, 8, 25, ("masseter",)),),
}


def _items(random: Random, maxima: dict[str, int], part: float) -> dict[str, D]:
    return {
        item: D(min(most, max(0, round(most * part + random.gauss(0, 0.12 * most + 0.15)))))
        for item, most in maxima.items()
    }


def twstrs(random: Random, on: date, part: float, pain_part: float) -> Rating:
    """Return a TWSTRS rating with items; `part` is the fraction of the worst possible severity."""
    severity = _items(random, TWSTRS_SEVERITY, part)
    disability = _items(random, dict.fromkeys(TWSTRS_DISABILITY, 5), part * 0.85)
    usual = min(10, max(0, round(10 * pain_part + random.gauss(0, 0.6))))
    pain = {
        "pain_best": D(max(0, usual - random.randint(1, 3))),
        "pain_worst": D(min(10, usual + random.randint(1, 3))),
        "pain_usual": D(usual),
        **_items(random, {"pain_duration": 5, "pain_disability": 5}, pain_part),
    }
    total = (
        sum(severity.values(), D(0))
        + severity["b_duration"]
        + sum(disability.values(), D(0))
        + (pain["pain_best"] + pain["pain_worst"] + 2 * pain["pain_usual"]) / 4
        + pain["pain_duration"]
        + pain["pain_disability"]
    )
    return Rating(
        date=on, scale="twstrs", total=total, items={**severity, **disability, **pain}, rater="Dr. A. Injector"
    )


def _single(random: Random, scale: str, on: date, part: float, most: int, noise: float) -> Rating:
    value = min(most, max(0, round(most * part + random.gauss(0, noise))))
    return Rating(date=on, scale=scale, total=D(value), rater="Dr. A. Injector")


def rating(random: Random, condition: str, on: date, part: float) -> Rating:
    """Return the rating that the clinic uses for `condition`, at `part` of the worst possible score."""
    if condition == "cervical_dystonia":
        return twstrs(random, on, part, part * 0.9)
    if condition == "blepharospasm":
        items = _items(random, {"severity": 4, "frequency": 4}, part)
        return Rating(date=on, scale="jrs", total=sum(items.values(), D(0)), items=items, rater="Dr. A. Injector")
    if condition == "focal_hand_dystonia":
        return _single(random, "wcrs", on, part, 30, 1.2)
    if condition.startswith("laryngeal"):
        return _single(random, "vhi10", on, part, 40, 1.6)
    if condition == "oromandibular_dystonia":
        return _single(random, "omdq25", on, part, 100, 3.0)
    if condition == "hemifacial_spasm":
        return _single(random, "bsdi", on, part, 4, 0.3)
    return _single(random, "mas", on, part, 5, 0.3)


def impression(random: Random, on: date, change: float) -> Rating:
    """Return the patient's own impression of change, -3 to +3; `change` is the fraction of severity relieved."""
    value = min(3, max(-3, round(change * 7 + random.gauss(0, 0.5))))
    return Rating(date=on, scale="pgic", total=D(value), items={"change": D(value)}, rater="patient")


def diary(
    random: Random,
    relative: RELATIVE,
    *,
    start: date,
    until: date,
    every_days: int,
    baseline: float,
    kept_share: float,
    treatments: Sequence[str] = (),
) -> tuple[DiaryEntry, ...]:
    """Return diary entries from `start` to `until`, about every `every_days` days.

    Good and bad days follow each other: the day's deviation is a first-order autoregression (0.8 per day), so that
    two neighbouring entries are alike and two entries a month apart are not.
    """
    rows: list[DiaryEntry] = []
    deviation = random.gauss(0, 0.9)
    day, last = start, start
    keeps = 0.8**every_days
    while day < until:
        gap = 0.8 ** ((day - last).days or every_days) if rows else keeps
        deviation = gap * deviation + random.gauss(0, 0.9 * (1 - gap * gap) ** 0.5)
        last = day
        if random.random() < kept_share:
            rows.append(_entry(random, day, 10 * baseline * relative(day) + deviation, treatments))
        day += timedelta(days=every_days)
    return tuple(rows)


def _score(value: float) -> D:
    return D(min(10, max(0, round(value))))


def _entry(random: Random, day: date, severity: float, treatments: Sequence[str]) -> DiaryEntry:
    asked = random.random()
    treated = (random.choice(treatments),) if treatments and random.random() < 0.25 else ()
    return DiaryEntry(
        date=day,
        severity=_score(severity),
        pain=_score(0.8 * severity + random.gauss(0, 0.8)) if asked < 0.8 else None,
        function=_score(0.9 * severity + random.gauss(0, 0.8)) if asked < 0.5 else None,
        mood=_score(0.5 * severity + random.gauss(1, 1)) if asked < 0.25 else None,
        sleep=_score(0.4 * severity + random.gauss(1, 1.2)) if asked < 0.2 else None,
        treatments=treated,
        entered_at=datetime.combine(day, time(19, random.randrange(60)), UTC),
    )


def side_effects(random: Random, session: Session, today: date, factor: float = 1.0) -> tuple[Symptom, ...]:
    """Return what followed `session`, linked to muscle and lot where a muscle explains it."""
    rows = []
    dry_mouth = (SideEffect("dry_mouth", 18.0, 6, 20),) if session.product == "rimabotulinumtoxinB" else ()
    for kind in (*SIDE_EFFECTS[session.indication], *dry_mouth):
        if random.random() * 100 >= kind.per_cent * factor:
            continue
        begin = session.date + timedelta(days=max(1, kind.from_day + random.randint(-2, 3)))
        if begin >= today:
            continue
        end = begin + timedelta(days=max(1, round(kind.lasts_days * random.uniform(0.5, 1.5))))
        suspects = [row for row in session.injections if row.muscle in kind.muscles]
        suspect = suspects[0] if suspects else None
        rows.append(
            Symptom(
                date=begin,
                symptom=kind.symptom,
                seriousness="moderate" if random.random() < 0.2 else "mild",
                resolved=end if end < today else None,
                muscle=suspect.muscle if suspect else None,
                side=suspect.side if suspect else None,
                session=session.id,
                lot=suspect.lot if suspect else None,
            )
        )
    return tuple(rows)
