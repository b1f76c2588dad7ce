"""What the synthetic clinic treats, and the doses it uses: one regimen per condition, pattern and product.

The doses are the demo's own and lie inside the formulary's ranges. Each product has its own regimen; no number was
derived from another product's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as D
from typing import Literal

Turn = Literal["same", "opposite", "both"]
ONA, ABO, INCO = "onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA"
DAXI, RIMA = "daxibotulinumtoxinA", "rimabotulinumtoxinB"


@dataclass(frozen=True, slots=True)
class Share:
    """One muscle's part of the session, on the affected (`same`) side, the opposite one or both."""

    muscle: str
    side: Turn
    weight: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Postures of one clinical picture and the muscles that the clinic treats for it."""

    name: str
    condition: str
    postures: tuple[tuple[str, bool], ...]  # (posture id, has a side)
    shares: tuple[Share, ...]
    complaint: str
    limb: Literal["arm", "leg"] | None = None


@dataclass(frozen=True, slots=True)
class Regimen:
    """How the clinic uses one product in one condition.

    Attributes
    ----------
    start, step, top : Decimal
        Session total of the first session, change from session to session, highest total; units of the product
        (units per kg for a child).
    grid : Decimal
        Doses are multiples of it.
    vial_units, diluent_ml : Decimal
        Content of one vial and what it is made up with; 0 mL is a ready solution.
    interval_weeks : tuple of float
        Usual interval and its spread.
    most_per_site, most_ml_per_site : Decimal
        Above either the muscle gets one more site.
    """

    product: str
    start: D
    step: D
    top: D
    grid: D
    vial_units: D
    diluent_ml: D
    interval_weeks: tuple[float, float]
    most_per_site: D
    most_ml_per_site: D = D(1)
    per_kg: bool = False

    @property
    def units_per_ml(self) -> D:
        """Concentration; the ready solution (type B) holds its 5,000 units in 1 mL."""
        return self.vial_units / (self.diluent_ml or D(1))


def _cervical(name: str, postures: str, shares: str, complaint: str) -> Pattern:
    parts = tuple(Share(m, s, int(w)) for m, s, w in (text.split(":") for text in shares.split()))  # type: ignore[arg-type]
    found = tuple((text.rstrip("*"), text.endswith("*")) for text in postures.split())
    return Pattern(name, "cervical_dystonia", found, parts, complaint)


# `side` of a share is relative to the side of the postures: a face turned right is turned by the right splenius and
# the left sternocleidomastoid.
CERVICAL = (
    _cervical(
        "torticollis",
        "cervical.torticollis*",
        "splenius_capitis:same:40 sternocleidomastoid:opposite:20 trapezius_descending:opposite:20 "
        "levator_scapulae:same:20",
        "My head turns to the {side} and I cannot reverse the car.",
    ),
    _cervical(
        "torticaput",
        "cervical.torticaput* cervical.tremor_no_no",
        "splenius_capitis:same:35 obliquus_capitis_inferior:same:20 sternocleidomastoid:opposite:20 "
        "splenius_capitis:opposite:25",
        "The shaking of my head makes reading hard.",
    ),
    _cervical(
        "laterocollis",
        "cervical.laterocollis* cervical.shoulder_elevation*",
        "levator_scapulae:same:30 trapezius_descending:same:25 scalenus_medius:same:15 splenius_capitis:same:30",
        "My {side} shoulder is pulled up to the ear; it aches by the evening.",
    ),
    _cervical(
        "laterocaput",
        "cervical.laterocaput*",
        "splenius_capitis:same:35 sternocleidomastoid:same:20 longissimus_capitis:same:20 trapezius_descending:same:25",
        "I want to hold a telephone without my head tilting.",
    ),
    _cervical(
        "retrocollis",
        "cervical.retrocollis cervical.retrocaput",
        "splenius_capitis:both:28 semispinalis_capitis:both:22",
        "I look at the ceiling when I walk.",
    ),
    _cervical(
        "torti_latero",
        "cervical.torticollis* cervical.laterocollis*",
        "splenius_capitis:same:30 sternocleidomastoid:opposite:16 levator_scapulae:same:24 "
        "semispinalis_capitis:same:15 trapezius_descending:same:15",
        "I would like to sit through a film without holding my chin.",
    ),
)
BLEPHAROSPASM = Pattern(
    "blepharospasm",
    "blepharospasm",
    (("face.blepharospasm", False),),
    (Share("orbicularis_oculi", "both", 50),),
    "I want to read and to cross the street without my eyes closing.",
)
HEMIFACIAL = Pattern(
    "hemifacial_spasm",
    "hemifacial_spasm",
    (("face.hemifacial_spasm", True),),
    (Share("orbicularis_oculi", "same", 60), Share("zygomaticus_major", "same", 20), Share("platysma", "same", 20)),
    "The twitching of my {side} cheek stops me from meeting people.",
)
HAND = (
    Pattern(
        "writers_cramp_flexion",
        "focal_hand_dystonia",
        (("arm.writers_cramp_flexion", True),),
        (
            Share("flexor_digitorum_superficialis", "same", 40),
            Share("flexor_pollicis_longus", "same", 20),
            Share("flexor_carpi_radialis", "same", 40),
        ),
        "I want to sign my name.",
        "arm",
    ),
    Pattern(
        "writers_cramp_extension",
        "focal_hand_dystonia",
        (("arm.writers_cramp_extension", True),),
        (
            Share("extensor_indicis", "same", 20),
            Share("extensor_carpi_radialis_longus", "same", 40),
            Share("extensor_digitorum", "same", 40),
        ),
        "My finger lifts off the strings when I play.",
        "arm",
    ),
)
ARM = Pattern(
    "flexed_arm",
    "upper_limb_spasticity",
    (("arm.elbow_flexion", True), ("arm.clenched_fist", True)),
    (
        Share("biceps_brachii", "same", 36),
        Share("flexor_carpi_radialis", "same", 14),
        Share("flexor_digitorum_superficialis", "same", 20),
        Share("flexor_digitorum_profundus", "same", 16),
        Share("flexor_carpi_ulnaris", "same", 14),
    ),
    "I want to get my {side} arm through a sleeve.",
    "arm",
)
LEG = Pattern(
    "equinovarus",
    "lower_limb_spasticity",
    (("leg.equinovarus", True),),
    (
        Share("gastrocnemius_medial", "same", 25),
        Share("gastrocnemius_lateral", "same", 25),
        Share("soleus", "same", 25),
        Share("tibialis_posterior", "same", 25),
    ),
    "My {side} foot rolls inward; I want to walk to the bus.",
    "leg",
)
# The abobotulinumtoxinA table gives the soleus more and the gastrocnemius heads less.
LEG_ABO = Pattern(
    "equinovarus",
    "lower_limb_spasticity",
    LEG.postures,
    (
        Share("gastrocnemius_medial", "same", 15),
        Share("gastrocnemius_lateral", "same", 15),
        Share("soleus", "same", 45),
        Share("tibialis_posterior", "same", 25),
    ),
    LEG.complaint,
    "leg",
)
CHILD_LEG = Pattern(
    "dynamic_equinus",
    "lower_limb_spasticity",
    (("leg.equinus", True),),
    (
        Share("gastrocnemius_medial", "same", 30),
        Share("gastrocnemius_lateral", "same", 30),
        Share("soleus", "same", 40),
    ),
    "To run in the school yard with the heel on the ground.",
    "leg",
)
JAW = Pattern(
    "jaw_closing",
    "oromandibular_dystonia",
    (("jaw.closing", False),),
    (Share("masseter", "both", 30), Share("temporalis", "both", 20)),
    "I want to eat with my family without biting my cheek.",
)
# The voice box is injected on both sides here; no label covers it.
VOICE = Pattern(
    "adductor_voice",
    "laryngeal_dystonia_adductor",
    (("larynx.adductor", False),),
    (Share("thyroarytenoid", "both", 50),),
    "I want to be understood on the telephone.",
)


def _r(
    product: str,
    doses: str,
    grid: str,
    vial: str,
    weeks: tuple[float, float],
    site: str,
    ml: str = "1",
    per_kg: bool = False,
) -> Regimen:
    start, step, top = (D(text) for text in doses.split())
    units, diluent = (D(text) for text in vial.split("/"))
    return Regimen(product, start, step, top, D(grid), units, diluent, weeks, D(site), D(ml), per_kg)


# condition -> regimens; totals inside the formulary's rows named in docs/explanation/demo-clinic.md
REGIMENS: dict[str, tuple[Regimen, ...]] = {
    "cervical_dystonia": (
        _r(ONA, "130 20 195", "5", "100/2", (14.5, 1.2), "50"),
        _r(ABO, "500 100 750", "10", "500/1", (15.0, 1.2), "100"),
        _r(INCO, "120 20 200", "5", "100/2", (14.5, 1.2), "50"),
        _r(DAXI, "125 50 200", "5", "100/1", (20.0, 1.5), "50"),
        _r(RIMA, "2500 1250 5000", "250", "5000/0", (13.8, 0.6), "1000"),
    ),
    "blepharospasm": (
        _r(ONA, "15 0 15", "1.25", "100/4", (13.8, 0.7), "2.5"),
        _r(INCO, "50 0 50", "2.5", "100/4", (13.8, 0.7), "5"),
    ),
    "hemifacial_spasm": (_r(ONA, "12.5 0 12.5", "1.25", "100/4", (14.5, 1.0), "2.5"),),
    "focal_hand_dystonia": (_r(ONA, "25 5 40", "2.5", "100/2", (15.5, 1.5), "20"),),
    "upper_limb_spasticity": (
        _r(ONA, "225 25 250", "5", "200/4", (15.5, 1.0), "50"),
        _r(ABO, "750 100 950", "50", "500/2.5", (16.0, 1.2), "200"),
        _r(INCO, "250 25 300", "5", "200/4", (15.5, 1.0), "50"),
    ),
    "lower_limb_spasticity": (
        _r(ONA, "300 0 300", "25", "200/4", (15.5, 1.0), "25"),
        _r(ABO, "1000 0 1000", "10", "500/2.5", (16.5, 1.0), "150"),
    ),
    "laryngeal_dystonia_adductor": (_r(ONA, "2.5 0 2.5", "1.25", "100/4", (14.2, 0.8), "2.5"),),
    "oromandibular_dystonia": (_r(ONA, "100 0 100", "5", "100/2", (14.8, 1.0), "10"),),
}
CHILD_REGIMENS: tuple[Regimen, ...] = (
    _r(ABO, "10.5 1 13", "5", "500/2.5", (16.5, 1.0), "60", "0.5", per_kg=True),
    _r(ONA, "5 0 5", "2.5", "100/2", (15.5, 1.0), "25", "0.5", per_kg=True),
)
