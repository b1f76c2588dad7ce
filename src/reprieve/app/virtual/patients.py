"""Virtual patients on the muscle model: posture, scores, diary and side effects over cycles, with a truth to compare.

A patient has muscles that pull, with weights; the score falls by their blocked fractions. What the clinic sees is
noisy: a posture, a rating scale, a weekly diary, a judgement of each muscle. The `Truth` can differ from what the
engines assume.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from reprieve.app.simulation.for_planner import ChainDoseModel
from reprieve.app.simulation.model import dosed_of, draws_of, targets_of
from reprieve.pharmacology.endplate import EndplateParameters, block_of_several
from reprieve.pharmacology.simulate import bound_at
from reprieve.plan.optimise import Place
from reprieve.record.chart import Assessment, DiaryEntry, MuscleEffect, PostureFinding, Rating, Session, Symptom
from reprieve.record.plan import Injection, Plan, Side
from reprieve.reference.pharmacology import pharmacology_priors
from reprieve.reference.posture_table import posture, postures

Floats = NDArray[np.float64]
PRODUCT = "onabotulinumtoxinA"
POSTURES = (
    "cervical.torticaput",
    "cervical.torticollis",
    "cervical.laterocaput",
    "cervical.laterocollis",
    "cervical.retrocollis",
    "cervical.retrocaput",
)
# A side effect lasts two to three weeks.
DYSPHAGIA_D, WEAKNESS_D = 14, 21
EXTENSORS = ("splenius_capitis", "semispinalis_capitis", "semispinalis_cervicis", "longissimus_capitis")
# Injections older than this are gone, but for a thousandth.
FORGOTTEN_D = 420.0
_GROUPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the world of the virtual patients is like; the defaults are the priors of the engines.

    Attributes
    ----------
    table_share : float
        How much the muscles that pull follow the posture table; 0: any muscle of the table's list as likely.
    reach : tuple of (a, b)
        Beta distribution of the share of the score that toxin can take away.
    half_block, steepness, slower_each : float
        Of the endplate chain; `slower_each` by which recovery slows with each session.
    potency_sd, life_sd : float
        Spread between patients, on the logarithm.
    non_response : float
        Share of patients in whom the toxin does nothing.
    drift_per_year : float
        Sd of the slow change of the untreated score, in points.
    """

    table_share: float = 1.0
    reach: tuple[float, float] = (6.0, 14.0)
    half_block: float = 0.30
    steepness: float = 3.0
    slower_each: float = 0.0
    potency_sd: float = 0.35
    life_sd: float = 0.25
    non_response: float = 0.05
    drift_per_year: float = 2.0


AS_ASSUMED = Truth()
# The planner's and the response model's assumptions broken on purpose.
OTHERWISE = Truth(table_share=0.3, half_block=0.45, steepness=1.5, slower_each=0.06, potency_sd=0.6, life_sd=0.4)


@dataclass(slots=True, kw_only=True)
class VirtualPatient:
    """One patient with the truth, and what has been given so far (days since the first visit)."""

    name: str
    findings: tuple[PostureFinding, ...]
    weights: dict[Place, float]
    parameters: EndplateParameters
    slower_each: float
    potency: float
    baseline: float
    drift: float
    placebo: float
    risk: float
    days: list[float] = field(default_factory=list)
    amounts: list[dict[Place, Floats]] = field(default_factory=list)

    def inject(self, day: float, plan: Plan) -> None:
        """Give a plan."""
        given: dict[Place, Floats] = {}
        for target in targets_of(plan)[0]:
            place = Place(target.muscle, target.side)  # type: ignore[arg-type]
            units = float(target.injection.units) * target.share
            given[place] = given.get(place, 0.0) + units * self.potency * amount_per_unit(place)
        self.days.append(day)
        self.amounts.append(given)

    def blocked(self, days: Floats) -> dict[Place, Floats]:
        """Return the blocked fraction of every muscle injected so far and not long ago."""
        kept = [i for i, day in enumerate(self.days) if day > days[0] - FORGOTTEN_D]
        places = sorted({place for i in kept for place in self.amounts[i]}, key=lambda p: p.words)
        if not places:
            return {}
        nothing = np.zeros(_GROUPS)
        amounts = np.array([np.concatenate([self.amounts[i].get(p, nothing) for p in places]) for i in kept])
        told = block_of_several(
            self.parameters, amounts, [self.days[i] for i in kept], days, slower_each=self.slower_each
        )
        return {p: told[i * _GROUPS : (i + 1) * _GROUPS].mean(axis=0) for i, p in enumerate(places)}

    def state(self, days: Floats) -> tuple[Floats, Floats]:
        """Return the true score and the untreated score on each day, in points of TWSTRS."""
        blocked = self.blocked(days)
        untreated = self.baseline + self.drift * days / 365.0
        relieved = sum(weight * blocked.get(place, 0.0) for place, weight in self.weights.items())
        shown = self.placebo * np.exp(-np.maximum(days - self.days[0], 0.0) / 60.0) if self.days else 0.0
        return untreated * (1.0 - relieved) - shown, untreated


def draw_patient(truth: Truth, name: str, rng: np.random.Generator) -> VirtualPatient:
    """Return a patient drawn from a world."""
    finding = PostureFinding(posture=str(rng.choice(POSTURES)), side=_side(rng))
    row = posture(finding.posture)
    if not row.needs_side:
        finding = PostureFinding(posture=finding.posture)
    own: Side = finding.side or "left"
    chances = {
        Place(c.muscle, side): truth.table_share * c.weight + (1 - truth.table_share) * 0.4
        for c in row.candidates
        for side in _sides_of(c.side, own)
    }
    chances = {place: chance for place, chance in chances.items() if _known(place)}
    order = sorted(chances, key=lambda place: -chances[place] * rng.uniform(0.6, 1.4))
    pulling = [place for place in order if rng.random() < chances[place]] or order[:2]
    share = chances_to_weights([chances[place] for place in pulling], rng)
    responds = rng.random() >= truth.non_response
    reach = float(rng.beta(*truth.reach)) if responds else 0.0
    priors = pharmacology_priors().products[PRODUCT]
    return VirtualPatient(
        name=name,
        findings=(finding,),
        weights={place: reach * float(w) for place, w in zip(pulling, share, strict=True)},
        parameters=EndplateParameters(
            uptake_per_day=priors["uptake_per_day"].values[0] * float(rng.lognormal(0, 0.25)),
            light_chain_half_life_d=priors["light_chain_half_life_d"].values[0]
            * float(rng.lognormal(0, truth.life_sd)),
            half_block=truth.half_block,
            steepness=truth.steepness,
        ),
        slower_each=truth.slower_each,
        potency=float(rng.lognormal(0, truth.potency_sd)),
        baseline=float(np.clip(rng.normal(45, 9), 22, 72)),
        drift=float(rng.normal(0, truth.drift_per_year)),
        placebo=float(max(rng.normal(3, 2), 0.0)),
        risk=float(rng.normal(0, 0.6)),
    )


def chances_to_weights(chances: list[float], rng: np.random.Generator) -> Floats:
    """Return shares that sum to one, larger where the table gives more, with a wide scatter."""
    raw = np.array(chances) * rng.lognormal(0, 0.5, len(chances))
    return raw / raw.sum()


def _side(rng: np.random.Generator) -> Side:
    return "left" if rng.random() < 0.5 else "right"


def _sides_of(relative: str, own: Side) -> tuple[Side, ...]:
    other: Side = "right" if own == "left" else "left"
    if relative == "bilateral":
        return ("left", "right")
    return (other,) if relative == "contralateral" else (own,)


def _known(place: Place) -> bool:
    injection = Injection(muscle=place.muscle, side=place.side, units=Decimal(1))
    found, missing = targets_of(Plan(product=PRODUCT, indication="cervical_dystonia", injections=(injection,)))
    return bool(found) and not missing


@cache
def amount_per_unit(place: Place) -> Floats:
    """Return the bound amount of one unit at six groups of endplates of a muscle, at the median parameters."""
    injection = Injection(muscle=place.muscle, side=place.side, units=Decimal(1), sites=3, volume_ml=Decimal("0.3"))
    plan = Plan(product=PRODUCT, indication="cervical_dystonia", injections=(injection,))
    draws = draws_of(pharmacology_priors(), PRODUCT, 0, 0)
    dosed = [dosed_of(target) for target in targets_of(plan)[0]]
    (structure,) = {one.structure.key: one.structure for one in dosed}.values()
    density = np.sort(bound_at(structure.points(), structure, dosed, draws)[0]) / draws.reference_units_per_ml[0]
    return np.array([part.mean() for part in np.array_split(density, _GROUPS)])


@cache
def _spreading() -> ChainDoseModel:
    return ChainDoseModel(PRODUCT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one cycle was like: truth by day, and what the clinic came to see."""

    state: Floats
    untreated: Floats
    side_effect_days: int
    ratings: tuple[Rating, ...]
    diary: tuple[DiaryEntry, ...]
    symptoms: tuple[Symptom, ...]
    effects: tuple[MuscleEffect, ...]


def live(
    patient: VirtualPatient, session: Session | None, start: float, length: int, rng: np.random.Generator
) -> Cycle:
    """Return the cycle from `start` (days since the first visit), `length` days long, after `session` was given."""
    days = start + np.arange(float(length))
    state, untreated = patient.state(days)
    first = DAY_ONE + timedelta(days=round(start))
    symptoms = _symptoms(patient, session, start, rng) if session is not None else ()
    return Cycle(
        state=state,
        untreated=untreated,
        side_effect_days=min(length, sum(DYSPHAGIA_D if s.symptom == "dysphagia" else WEAKNESS_D for s in symptoms)),
        ratings=tuple(
            _rating(first + timedelta(days=at), float(state[at]), rng) for at in (28, length - 1) if at < length
        ),
        diary=tuple(_entry(first + timedelta(days=at), float(state[at]), rng) for at in range(3, length, 7)),
        symptoms=symptoms,
        effects=_judged(patient, session, start + 28.0, rng) if session is not None else (),
    )


DAY_ONE = date(2020, 1, 6)


def first_assessment(patient: VirtualPatient) -> Assessment:
    """Return the examination of the first visit."""
    return Assessment(date=DAY_ONE, postures=patient.findings)


def untreated_rating(patient: VirtualPatient, rng: np.random.Generator) -> Rating:
    """Return the rating before the first injection."""
    return _rating(DAY_ONE - timedelta(days=1), patient.baseline, rng)


def _rating(on: date, state: float, rng: np.random.Generator) -> Rating:
    return Rating(date=on, scale="TWSTRS", total=Decimal(int(np.clip(round(state + rng.normal(0, 4)), 0, 85))))


def _entry(on: date, state: float, rng: np.random.Generator) -> DiaryEntry:
    return DiaryEntry(date=on, severity=Decimal(int(np.clip(round(state / 7.5 + rng.normal(0, 0.9)), 0, 10))))


def _symptoms(patient: VirtualPatient, session: Session, start: float, rng: np.random.Generator) -> tuple[Symptom, ...]:
    swallow = 0.0
    for one in session.injections:
        told = _spreading().spread(Place(one.muscle, one.side), ["larynx"], np.array([float(one.units)]))
        swallow += 0.0 if told is None or np.isnan(told[0, 0]) else float(told[0, 0])
    blocked = patient.blocked(np.array([start + 21.0]))
    weak = sum(float(v[0]) for place, v in blocked.items() if place.muscle in EXTENSORS) / (2 * len(EXTENSORS))
    found = []
    for name, level, exposure in (
        ("dysphagia", logit(0.064), swallow * patient.potency),
        # A quarter of the extensors' endplates blocked is the reference plan's figure.
        ("neck_weakness", logit(0.07), weak / 0.25),
    ):
        if rng.random() < expit(level + patient.risk + 1.2 * np.log(max(exposure, 0.01))):
            on = DAY_ONE + timedelta(days=round(start) + 10)
            found.append(Symptom(date=on, symptom=name, session=session.id))
    return tuple(found)


def _judged(
    patient: VirtualPatient, session: Session, day: float, rng: np.random.Generator
) -> tuple[MuscleEffect, ...]:
    """The clinician's word on each injected muscle: right four times in five, else one step off."""
    blocked = patient.blocked(np.array([day]))
    words = ("same", "better", "weak")
    found = []
    for one in session.injections:
        place = Place(one.muscle, one.side)
        b = float(blocked.get(place, np.zeros(1))[0])
        pulls = place in patient.weights
        level = 2 if b > 0.92 else 1 if b > 0.3 and pulls else 0
        if rng.random() < 0.2:
            level = int(np.clip(level + rng.choice([-1, 1]), 0, 2))
        on = DAY_ONE + timedelta(days=round(day))
        found.append(MuscleEffect(muscle=one.muscle, side=one.side, effect=words[level], date=on))
    return tuple(found)


assert set(POSTURES) <= set(postures())
