"""Charts of patients made up at random: every product, label and age, awkward histories, missing facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reprieve.record.chart import (
    Assessment,
    Chart,
    ChartPatient,
    Condition,
    GivenInjection,
    MuscleEffect,
    MuscleEmg,
    MuscleExamination,
    PostureFinding,
    Session,
    Symptom,
)
from reprieve.record.plan import Exposure, Reconstitution, Vial
from reprieve.reference.formulary.limit_row import LimitKind
from reprieve.reference.formulary.limits import limit_rows
from reprieve.reference.formulary.literature import literature_doses
from reprieve.reference.formulary.product import products
from reprieve.reference.muscle_catalogue import label_groups, muscles, target_members
from reprieve.reference.posture_table import postures
from reprieve.reference.reviews import Review

TODAY = date(2026, 11, 26)
PRODUCTS = (
    "onabotulinumtoxinA",
    "abobotulinumtoxinA",
    "incobotulinumtoxinA",
    "daxibotulinumtoxinA",
    "rimabotulinumtoxinB",
)
CONDITIONS = {
    "cervical_dystonia": ("neck", "shoulder_girdle"),
    "blepharospasm": ("eyelid",),
    "hemifacial_spasm": ("face", "eyelid"),
    "oromandibular_dystonia": ("jaw", "tongue", "face"),
    "upper_limb_spasticity": ("arm", "forearm", "hand", "shoulder_girdle"),
    "lower_limb_spasticity": ("leg", "thigh", "foot"),
    "focal_hand_dystonia": ("forearm", "hand"),
    "limb_dystonia": ("arm", "forearm", "leg"),
}
RISKS = (
    "dysphagia",
    "pregnancy",
    "anticoagulant",
    "myasthenia_gravis",
    "cow_milk_protein_allergy",
    "infection_at_site",
)
SIZES = {"abobotulinumtoxinA": 4.0, "rimabotulinumtoxinB": 50.0}


@dataclass(frozen=True, slots=True)
class RandomPatient:
    """A chart, the product asked for, and what the clinic has confirmed."""

    chart: Chart
    product: str
    reviews: tuple[Review, ...]


def random_patient(rng: np.random.Generator) -> RandomPatient:
    """Return one patient."""
    product = str(rng.choice(PRODUCTS))
    condition = str(rng.choice(list(CONDITIONS)))
    names = _muscles(product, condition, rng)
    before = product if rng.random() < 0.85 else str(rng.choice(PRODUCTS))
    sessions = _sessions(before, condition, names, rng)
    age = None if rng.random() < 0.05 else int(rng.choice([3, 6, 11, 16, 17, 30, 50, 70, 85]))
    weight = None if rng.random() < 0.15 else Decimal(str(round(float(_weight(age) * rng.uniform(0.7, 1.3)), 1)))
    chart = Chart(
        patient=ChartPatient(
            id="random",
            birth_date=None if age is None else date(TODAY.year - age, 3, 1),
            weight_kg=weight,
            weight_date=TODAY - timedelta(days=int(rng.integers(0, 200))),
            exposure_history="known" if rng.random() < 0.7 else "unknown",
        ),
        jurisdiction=[None, "US", "US", "EU", "UK"][rng.integers(5)],
        conditions=(Condition(condition=condition),),
        risks=tuple(risk for risk in RISKS if rng.random() < 0.04),
        exposures=_exposures(before, rng),
        sessions=sessions,
        symptoms=_symptoms(sessions, rng),
        assessments=(_assessment(condition, names, rng),) if rng.random() < 0.9 else (),
    )
    return RandomPatient(chart, product, _reviews(product, condition, rng))


def _weight(age: int | None) -> float:
    return 70.0 if age is None or age >= 18 else 10.0 + 3.0 * age


def _muscles(product: str, condition: str, rng: np.random.Generator) -> list[str]:
    regions = CONDITIONS[condition]
    pool = [name for name, one in muscles().items() if one.region in regions]
    pool += [
        group.id for group in label_groups().values() if group.region in regions and group.kind in ("group", "part")
    ]
    pool += [
        row.target
        for row in limit_rows().values()
        if row.product == product and condition in row.conditions and row.kind is LimitKind.MUSCLE_RANGE and row.target
    ]
    count = int(rng.integers(1, 12))
    return [str(name) for name in rng.choice(pool, size=min(count, len(pool)), replace=False)]


def _side(name: str, rng: np.random.Generator) -> str:
    members = target_members(name)
    if members and not muscles()[members[0]].paired:
        return "midline"
    return str(rng.choice(["left", "right"] if rng.random() < 0.95 else ["both"]))


def _sessions(product: str, condition: str, names: list[str], rng: np.random.Generator) -> tuple[Session, ...]:
    found = []
    day = TODAY - timedelta(days=int(rng.integers(20, 200)))
    level = float(rng.choice([0.3, 1.0, 1.0, 1.0, 2.5, 6.0]))
    signed = rng.random() < 0.8
    for _ in range(int(rng.integers(0, 5))):
        given = tuple(_given(product, name, level, rng) for name in names if rng.random() < 0.8)
        effects = tuple(
            MuscleEffect(muscle=one.muscle, side=one.side, effect=str(rng.choice(["worse", "same", "better", "weak"])))  # type: ignore[arg-type]
            for one in given
            if rng.random() < 0.6
        )
        vial = Vial(units=max(products()[product].vial_units), diluent_ml=Decimal(int(rng.integers(1, 6))))
        found.append(
            Session(
                date=day,
                product=product,
                indication=condition,
                injections=given,
                muscle_effects=effects,
                reconstitution=Reconstitution(vials=(vial,)) if rng.random() < 0.7 else None,
                signed_by="dr" if signed else None,
            )
        )
        day -= timedelta(days=int(rng.integers(40, 120)))
    return tuple(reversed(found))


def _given(product: str, name: str, level: float, rng: np.random.Generator) -> GivenInjection:
    drawn = min(float(rng.gamma(4, 8) * level * SIZES.get(product, 1.0)), 5000.0)
    units = Decimal(str(round(drawn * 4) / 4 + 0.25))
    sites = int(rng.integers(1, 5)) if rng.random() < 0.8 else None
    return GivenInjection(muscle=name, side=_side(name, rng), units=units, sites=sites)  # type: ignore[arg-type]


def _exposures(product: str, rng: np.random.Generator) -> tuple[Exposure, ...]:
    found = []
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        named = product if rng.random() < 0.7 else str(rng.choice(PRODUCTS))
        units = None if rng.random() < 0.1 else Decimal(int(rng.integers(5, 400) * SIZES.get(named, 1.0)))
        day = TODAY - timedelta(days=int(rng.integers(1, 140)))
        found.append(
            Exposure(
                date=day, product=named, indication=str(rng.choice(["chronic_migraine", "blepharospasm"])), units=units
            )
        )
    return tuple(found)


def _symptoms(sessions: tuple[Session, ...], rng: np.random.Generator) -> tuple[Symptom, ...]:
    if not sessions or not sessions[-1].injections or rng.random() < 0.7:
        return ()
    last = sessions[-1]
    blamed = last.injections[int(rng.integers(len(last.injections)))]
    day = last.date + timedelta(days=10)
    return (Symptom(date=day, symptom="dysphagia", muscle=blamed.muscle, side=blamed.side),)


def _assessment(condition: str, names: list[str], rng: np.random.Generator) -> Assessment:
    regions = set(CONDITIONS[condition])
    fitting = [
        name
        for name, one in postures().items()
        if any(muscles()[candidate.muscle].region in regions for candidate in one.candidates)
    ]
    chosen = rng.choice(fitting, size=min(int(rng.integers(1, 4)), len(fitting)), replace=False)
    found = tuple(PostureFinding(posture=str(name), side=str(rng.choice(["left", "right"]))) for name in chosen)  # type: ignore[arg-type]
    members = [member for name in names for member in target_members(name)]
    emg = tuple(
        MuscleEmg(muscle=name, side=_side(name, rng), activity_percent_mvc=float(rng.gamma(2, 6)))  # type: ignore[arg-type]
        for name in members
        if rng.random() < 0.4
    )
    felt = tuple(
        MuscleExamination(muscle=name, side=_side(name, rng), hypertrophy=bool(rng.random() < 0.5))  # type: ignore[arg-type]
        for name in members
        if rng.random() < 0.3
    )
    return Assessment(date=TODAY - timedelta(days=int(rng.integers(0, 300))), postures=found, emg=emg, examination=felt)


def _reviews(product: str, condition: str, rng: np.random.Generator) -> tuple[Review, ...]:
    if rng.random() < 0.5:
        return ()
    rows = [row.id for row in literature_doses() if row.product == product and row.condition == condition]
    rows += [row.id for row in limit_rows().values() if row.product == product and not row.verified]
    day = TODAY - timedelta(days=30)
    return tuple(
        Review(row_id=name, verdict="confirmed", source="label in hand", by="pharmacist", on=day, effective_from=day)
        for name in rows
        if rng.random() < 0.6
    )
