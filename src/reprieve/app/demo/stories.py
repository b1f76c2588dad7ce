"""The patients of the synthetic clinic that are there for a reason, and the mix of the others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as D
from random import Random

from reprieve.app.demo import patterns
from reprieve.app.demo.patterns import Pattern, Regimen
from reprieve.record.plan import Jurisdiction, Knowledge

# Days from today to the next booked injection of the first patients: a full clinic today and tomorrow.
NEXT_IN_DAYS = (0, 0, 0, 0, 0, 98, 0, 0, 85, 24, 0, 1, 1, 2, 0, 1, 0, 2, 3, 3, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class Story:
    """What is special about one patient; the defaults are an ordinary course."""

    pattern: Pattern
    regimen: Regimen
    name: str = "ordinary"
    jurisdiction: Jurisdiction = "US"
    child: bool = False
    exposure_history: Knowledge = "known"
    diary_every_days: int = 0
    sessions_wanted: int | None = None
    loses_response: bool = False
    last_was_missed: bool = False
    risks: tuple[str, ...] = ()
    earlier: Regimen | None = None  # the product used before a switch


def _regimen(condition: str, product: str) -> Regimen:
    return next(row for row in patterns.REGIMENS[condition] if row.product == product)


def stories() -> tuple[Story, ...]:
    """Return the deliberate patients, in the order of their numbers."""
    neck = "cervical_dystonia"
    torti, torticaput, latero, laterocaput, retro, mixed = patterns.CERVICAL
    ona, abo, inco = (_regimen(neck, name) for name in (patterns.ONA, patterns.ABO, patterns.INCO))
    daxi, rima = _regimen(neck, patterns.DAXI), _regimen(neck, patterns.RIMA)
    # High but allowed alone (400 units in 3 months); with the other clinic's 155 units it is not.
    high = patterns._r(patterns.ONA, "200 20 260", "5", "200/4", (14.0, 0.5), "50")
    return (
        Story(torti, ona, "showcase", diary_every_days=1),
        Story(mixed, high, "duplicate_exposure", diary_every_days=2),
        Story(latero, inco, "exposure_unknown", exposure_history="unknown", diary_every_days=3),
        Story(laterocaput, ona, "never_injected", sessions_wanted=0, diary_every_days=1),
        Story(patterns.CHILD_LEG, patterns.CHILD_REGIMENS[0], "child_by_weight", child=True, diary_every_days=7),
        Story(torticaput, abo, "red_flag", diary_every_days=1),
        Story(retro, abo, "bilateral_neck", "EU", diary_every_days=7),
        Story(torti, daxi, "product_switched", earlier=abo, diary_every_days=2),
        Story(mixed, inco, "unsigned", diary_every_days=3),
        Story(latero, ona, "overdue", last_was_missed=True, diary_every_days=7),
        Story(torti, abo, "losing_response", loses_response=True, diary_every_days=3),
        Story(torticaput, ona, "advice_exceeded", diary_every_days=7),
        Story(laterocaput, inco, "milk_allergy", risks=("cow_milk_protein_allergy",), diary_every_days=2),
        Story(mixed, rima, "type_b", diary_every_days=1),
        Story(
            patterns.BLEPHAROSPASM, _regimen("blepharospasm", patterns.ONA), "anticoagulated", risks=("anticoagulant",)
        ),
        Story(patterns.VOICE, _regimen(patterns.VOICE.condition, patterns.ONA), "voice", diary_every_days=2),
        Story(patterns.JAW, _regimen(patterns.JAW.condition, patterns.ONA), "jaw", diary_every_days=3),
        Story(patterns.HAND[0], _regimen(patterns.HAND[0].condition, patterns.ONA), "hand", diary_every_days=2),
        Story(patterns.ARM, _regimen(patterns.ARM.condition, patterns.ABO), "arm", diary_every_days=7),
        Story(patterns.LEG, _regimen(patterns.LEG.condition, patterns.ONA), "leg", diary_every_days=7),
    )


def ordinary(random: Random) -> Story:
    """Return an ordinary patient of the clinic's mix; cervical dystonia is more than half of it."""
    draw = random.random()
    jurisdiction: Jurisdiction = "EU" if random.random() < 0.25 else "US"
    every = random.choice((0, 1, 2, 3, 3, 7, 7, 7))
    if draw < 0.60:
        pattern = random.choice(patterns.CERVICAL)
        regimen = random.choices(patterns.REGIMENS["cervical_dystonia"], (40, 22, 20, 10, 8))[0]
        # The European start of type B is far higher than the American one; the clinic's regimen is the American.
        if regimen.product in (patterns.RIMA, patterns.DAXI):
            jurisdiction = "US"
        return Story(pattern, regimen, jurisdiction=jurisdiction, diary_every_days=every)
    if draw < 0.72:
        return _of(patterns.BLEPHAROSPASM, random, "US", every)
    if draw < 0.79:
        return _of(patterns.HEMIFACIAL, random, "EU", every)  # labelled there, not in the US
    if draw < 0.86:
        return _of(random.choice(patterns.HAND), random, jurisdiction, every)
    if draw < 0.92:
        return _of(patterns.ARM, random, "US", every)
    if draw < 0.95:
        story = _of(patterns.LEG, random, "US", every)
        if story.regimen.product == patterns.ABO:
            return Story(patterns.LEG_ABO, story.regimen, diary_every_days=every)
        return story
    if draw < 0.97:
        return _of(patterns.JAW, random, jurisdiction, every)
    return Story(patterns.CHILD_LEG, random.choice(patterns.CHILD_REGIMENS), child=True, diary_every_days=every)


def _of(pattern: Pattern, random: Random, jurisdiction: Jurisdiction, every: int) -> Story:
    regimen = random.choice(patterns.REGIMENS[pattern.condition])
    return Story(pattern, regimen, jurisdiction=jurisdiction, diary_every_days=every)


def story_of(index: int, random: Random) -> Story:
    """Return the story of the `index`-th patient."""
    deliberate = stories()
    return deliberate[index] if index < len(deliberate) else ordinary(random)


def next_in_days(index: int, random: Random) -> int:
    """Return the days to the next booked injection of the `index`-th patient."""
    return NEXT_IN_DAYS[index] if index < len(NEXT_IN_DAYS) else random.randint(4, 90)


def weight_kg(random: Random, child: bool) -> D:
    """Return a body weight in kg with one decimal."""
    return D(random.randint(190, 300) if child else random.randint(520, 930)) / 10
