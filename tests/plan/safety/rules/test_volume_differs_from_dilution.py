"""Volume, units and dilution of one muscle. 100 units in 2 mL are 50 units per mL by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from reprieve.record.plan import Reconstitution
from support.plans import CD, DAXI, ONA, found, inject, plan, vials

RULE = "volume_differs_from_dilution"


def said(units: object, volume_ml: str, *, product: str = ONA, made_up: Reconstitution | None = None) -> list[str]:
    one = inject("splenius_capitis", units, volume_ml=Decimal(volume_ml))
    findings = found(plan(product, CD, one, reconstitution=made_up or vials(100)), RULE)
    assert all(finding.severity is Severity.WARNING for finding in findings)
    return [finding.message for finding in findings]


def test_ten_times_the_volume_is_ten_times_the_dose() -> None:
    (message,) = said(65, "13")
    assert message == "Splenius capitis left: 13 mL at 50 units per mL hold 650 units, but 65 units are planned."
    assert said(65, "0.13")


@pytest.mark.parametrize(
    ("units", "volume_ml", "fits"),
    [
        (65, "1.3", True),
        (65, "1.365", True),  # 5 %
        (65, "1.366", False),
        (65, "1.235", True),
        (65, "1.23", False),
        ("2.5", "0.05", True),
        ("2.5", "0.06", True),  # one mark of the syringe
        ("2.5", "0.0605", False),
    ],
)
def test_what_a_syringe_rounds_is_no_contradiction(units: object, volume_ml: str, fits: bool) -> None:
    assert bool(said(units, volume_ml)) is not fits


def test_vials_of_two_strengths_bound_the_volume_on_both_sides() -> None:
    weak = vials(100, diluent_ml=4)
    both = Reconstitution(vials=(*vials(100, diluent_ml=2).vials, *weak.vials))
    for volume_ml, fits in (("1", True), ("1.5", True), ("2", True), ("0.9", False), ("2.2", False)):
        assert bool(said(50, volume_ml, made_up=both)) is not fits


def test_what_is_said_names_the_nearest_strength_and_volume() -> None:
    both = Reconstitution(vials=(*vials(100, diluent_ml=2).vials, *vials(100, diluent_ml=4).vials))
    assert "0.9 mL at 50 units per mL hold 45 units" in said(50, "0.9", made_up=both)[0]
    assert "2.2 mL at 25 units per mL hold 55 units" in said(50, "2.2", made_up=both)[0]
    (finding,) = found(
        plan(ONA, CD, inject("splenius_capitis", 65, volume_ml=Decimal("0.13")), reconstitution=vials(100)), RULE
    )
    assert (finding.limit, finding.actual, finding.exceed_by) == (Decimal("1.3"), Decimal("0.13"), Decimal("1.17"))
    assert finding.unit == "mL"


def test_every_muscle_is_looked_at_whatever_stands_before_it() -> None:
    untold = inject("levator_scapulae", 20)
    right = inject("semispinalis_capitis", 50, volume_ml=Decimal(1))
    wrong = inject("splenius_capitis", 65, volume_ml=Decimal(13))
    findings = found(plan(ONA, CD, untold, right, wrong, reconstitution=vials(100)), RULE)
    assert [finding.subject for finding in findings] == ["splenius_capitis left"]


def test_without_a_dilution_or_a_volume_nothing_is_compared() -> None:
    told = inject("splenius_capitis", 65, volume_ml=Decimal(13))
    assert not found(plan(ONA, CD, told), RULE)
    assert not found(plan(ONA, CD, inject("splenius_capitis", 65), reconstitution=vials(100)), RULE)


def test_a_printed_concentration_may_differ_from_arithmetic() -> None:
    """100 units in 1.2 mL: the label prints 8 units per 0.1 mL, arithmetic says 8.33; both volumes are right."""
    made_up = vials(100, diluent_ml="1.2")
    assert not said(80, "1", product=DAXI, made_up=made_up)
    assert not said(80, "0.96", product=DAXI, made_up=made_up)
