"""The largest volume at one needle position; it changes with the dilution.

Sources: ``dysport_hcp_adult`` (1 mL, advice), ``dysport_hcp_peds`` (0.5 mL).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from reprieve.record.plan import Reconstitution, Vial
from support.plans import (
    ABO,
    ARM,
    CD,
    ONA,
    found,
    given,
    inject,
    plan,
    vials,
)

VOLUME = "site_volume_exceeded"


@pytest.mark.parametrize(("diluent", "over"), [("2.5", False), ("5", True)])
def test_another_dilution_changes_the_number_of_sites(diluent: str, over: bool) -> None:
    # 200 units at 200 units/mL are 1 mL, at 100 units/mL 2 mL.
    one = plan(
        ABO, ARM, inject("biceps_brachii", 200, sites=1), reconstitution=vials(500, diluent_ml=diluent),
        exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    findings = found(one, VOLUME)
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if over else [])  # "generally": advice


def test_a_volume_that_is_told_goes_before_the_vials() -> None:
    one = plan(
        ABO, ARM, inject("biceps_brachii", 200, sites=1, volume_ml=Decimal("1.5")),
        reconstitution=vials(500, diluent_ml="2.5"), exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    assert [finding.actual for finding in found(one, VOLUME)] == [Decimal("1.5")]


def test_the_weakest_of_several_vials_gives_the_largest_volume() -> None:

    two = Reconstitution(
        vials=(Vial(units=Decimal(500), diluent_ml=Decimal("2.5")), Vial(units=Decimal(500), diluent_ml=Decimal(5)))
    )
    one = plan(ABO, ARM, inject("biceps_brachii", 200, sites=1), reconstitution=two, exposures=(given(300, 10, ABO),))
    assert [finding.actual for finding in found(one, VOLUME)] == [Decimal(2)]


def test_a_missing_volume_is_said_where_a_limit_hangs_on_it() -> None:
    one = plan(ABO, ARM, inject("biceps_brachii", 200, sites=1), exposures=(given(300, 10, ABO),))
    (finding,) = found(one, "volume_missing")
    assert finding.severity is Severity.WARNING
    assert not found(plan(ONA, CD), "volume_missing")


def test_children_half_a_millilitre() -> None:
    def volume(ml: str) -> list[Decimal | None]:
        one = plan(ABO, ARM, inject("biceps_brachii", 60, sites=1, volume_ml=Decimal(ml)), age=9, weight=20)
        return [finding.limit for finding in found(one, VOLUME)]

    assert volume("0.5") == []
    assert volume("0.55") == [Decimal("0.5")]
