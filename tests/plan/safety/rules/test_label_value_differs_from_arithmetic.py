"""Concentrations that a label prints: ``drugscom_daxi`` (8 units per 0.1 mL)."""

from __future__ import annotations

from decimal import Decimal

from reprieve.record.plan import Reconstitution
from support.plans import (
    CD,
    DAXI,
    ONA,
    RIMA,
    found,
    inject,
    plan,
    report_of,
    vials,
)


def test_the_labels_printed_concentration_goes_before_arithmetic() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 80), reconstitution=vials(100, 100, diluent_ml="1.2"))
    (finding,) = found(one, "label_value_differs_from_arithmetic")
    assert finding.limit == 8
    assert round(finding.actual or Decimal(0), 3) == Decimal("8.333")
    assert report_of(one).totals.volume_ml == 1  # 80 units at 8 per 0.1 mL; arithmetic would say 0.96
    assert not found(plan(ONA, CD, reconstitution=vials(100, diluent_ml=2)), "label_value_differs_from_arithmetic")


def test_a_ready_solution_needs_no_diluent() -> None:
    one = plan(RIMA, CD, inject("splenius_capitis", 2500), reconstitution=vials(5000, diluent_ml=0))
    assert report_of(one).totals.volume_ml == Decimal("0.5")


def test_every_vial_is_looked_at_whatever_stands_before_it() -> None:
    # 100 units in 2 mL are printed as arithmetic has them, 100 in 3 mL are not printed at all.
    odd = vials(100, diluent_ml="1.2").vials
    for before in ("2", "3"):
        several = Reconstitution(vials=(*vials(100, diluent_ml=before).vials, *odd))
        one = plan(DAXI, CD, inject("splenius_capitis", 80), reconstitution=several)
        assert [finding.limit for finding in found(one, "label_value_differs_from_arithmetic")] == [8]
