"""Random plans near the limits: seeded, the same for the same number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from reprieve.record.plan import Exposure, Injection, LastSession, Plan, PlanPatient
from support.plans import ABO, ARM, BLEPH, CD, DAXI, INCO, LEG, ONA, RIMA, TODAY

NECK = ("splenius_capitis", "sternocleidomastoid", "trapezius", "trapezius_descending", "levator_scapulae", "scalenes")
UPPER = (
    "biceps_brachii", "brachialis", "brachioradialis", "pronator_teres", "pronator_quadratus", "flexor_carpi_radialis",
    "flexor_carpi_ulnaris", "flexor_digitorum_superficialis", "flexor_digitorum_profundus", "adductor_pollicis",
    "flexor_pollicis_longus", "flexor_pollicis_brevis", "opponens_pollicis", "flexor_pollicis_brevis_opponens",
    "lumbricals_interossei_hand", "pectoralis_major", "latissimus_dorsi", "subscapularis", "triceps_brachii",
)  # fmt: skip
LOWER = (
    "gastrocnemius", "gastrocnemius_medial", "gastrocnemius_lateral", "soleus", "tibialis_posterior",
    "flexor_hallucis_longus", "flexor_digitorum_longus",
)  # fmt: skip
LIDS = (
    "orbicularis_oculi", "orbicularis_oculi_upper_medial", "orbicularis_oculi_upper_lateral",
    "orbicularis_oculi_lower_lateral",
)  # fmt: skip
GLANDS = ("parotid_gland", "submandibular_gland")
HEAD = ("frontalis", "corrugator", "procerus", "temporalis", "occipitalis", "trapezius", "cervical_paraspinals")
USES = {
    CD: NECK, BLEPH: LIDS, ARM: UPPER, LEG: LOWER, "sialorrhoea": GLANDS, "focal_hand_dystonia": UPPER,
    "hemifacial_spasm": LIDS, "chronic_migraine": HEAD, "axillary_hyperhidrosis": ("pectoralis_major",),
    "strabismus": ("orbicularis_oculi",), "neurogenic_detrusor_overactivity": ("rectus_abdominis",),
}  # fmt: skip
# Doses of one muscle that lie on, just below and just above the figures of each product.
SIZES = {
    ONA: (1.25, 2.5, 5, 12.5, 25, 30, 50, 75, 100, 200),
    ABO: (20, 50, 100, 150, 200, 300, 400, 500),
    INCO: (5, 10, 20, 25, 30, 50, 75, 100, 200),
    DAXI: (10, 25, 50, 75, 125, 250),
    RIMA: (250, 500, 1250, 1500, 2500, 5000),
}
RISKS = (
    "cow_milk_protein_allergy", "human_albumin_allergy", "myasthenia_gravis", "dysphagia", "pregnancy",
    "aminoglycoside", "anticoagulant", "infection_at_site", "magnesium_bowel_preparation",
)  # fmt: skip
NAMES = {
    ONA: (ONA, "Botox Cosmetic"), ABO: (ABO, "Dysport"), INCO: (INCO,), DAXI: (DAXI,), RIMA: (RIMA, "NeuroBloc"),
}  # fmt: skip


def random_plan(seed: int) -> Plan:
    """Return the plan number `seed`."""
    random = Random(seed)
    product = random.choice(tuple(SIZES))
    use = random.choice(tuple(USES)) if random.random() < 0.5 else random.choice((CD, ARM, LEG, BLEPH))
    child = use in (ARM, LEG, CD, BLEPH, "neurogenic_detrusor_overactivity") and random.random() < 0.45
    age = random.choice((1, 2, 5, 9, 11, 12, 15, 17, "17.5")) if child else random.choice((18, 40, 70, None))
    weight = None if random.random() < 0.15 else Decimal(random.choice((8, 12, 20, 25, "33.3", 34, "37.5", 40, 60)))
    last = None
    if random.random() < 0.4:
        other = product if random.random() < 0.8 else random.choice(tuple(SIZES))
        units = None if random.random() < 0.1 else _units(random, other, factor=random.choice((1, 1, 3)))
        last = LastSession(date=_day(random), product=random.choice(NAMES[other]), units=units)
    return Plan(
        product=product,
        indication=use,
        jurisdiction=random.choice(("US", "US", "EU", "UK", None)),
        date=TODAY,
        injections=tuple(_injection(random, product, use) for _ in range(random.choice((1, 1, 2, 3, 5, 8)))),
        patient=PlanPatient(
            age_years=None if age is None else Decimal(age),
            weight_kg=weight,
            weight_date=None if weight is None else TODAY,
            risks=tuple(random.sample(RISKS, random.choice((0, 0, 1, 2)))),
            exposure_history=random.choice(("known", "unknown")),
            exposures=tuple(_exposure(random, product, use) for _ in range(random.choice((0, 0, 1, 2, 4)))),
        ),
        last_session=last,
    )


def _day(random: Random):
    return TODAY - timedelta(days=random.choice((1, 29, 30, 55, 56, 69, 70, 83, 84, 91, 92, 111, 112, 200)))


def _units(random: Random, product: str, factor: int = 1) -> Decimal:
    size = Decimal(str(random.choice(SIZES[product]))) * factor
    return max(size + random.choice((0, 0, 0, Decimal("-0.5"), Decimal("0.5"))), Decimal("0.5"))


def _injection(random: Random, product: str, use: str) -> Injection:
    muscle = random.choice(USES[use])
    if random.random() < 0.04:
        muscle = random.choice(NECK)
    units = _units(random, product)
    if use in (BLEPH, "hemifacial_spasm") and product == ONA:
        units = Decimal(random.choice(("1.25", "2.5", "2.75", "5", "7.5", "15")))
    limb = random.choice(("right_arm", "left_arm", "right_leg", "left_leg")) if random.random() < 0.1 else None
    return Injection(
        muscle=muscle,
        side=random.choice(("left", "left", "right", "both", None)),
        units=units,
        sites=random.choice((None, 1, 2, 3, 4, 6)),
        limb=limb,
    )


def _exposure(random: Random, product: str, use: str) -> Exposure:
    other = product if random.random() < 0.75 else random.choice(tuple(SIZES))
    return Exposure(
        date=_day(random) if random.random() < 0.85 else TODAY + timedelta(days=random.choice((3, 29, 30, 83, 91, 92))),
        product=random.choice(NAMES[other]),
        units=None if random.random() < 0.1 else _units(random, other, factor=random.choice((1, 1, 3))),
        indication=random.choice((use, None, "chronic_migraine")),
    )
