"""Billing units: HCPCS sizes (J0586 is 5 units, J0587 100, the others 1) and the lines for discarded drug."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.dose import Dose
from reprieve.core.errors import InputError, UnitsError
from reprieve.deliver.billing import PayerRounding, drug_claim
from reprieve.reference.preparations import preparations, product_facts

ONA, ABO, RIMA = "onabotulinumtoxinA", "abobotulinumtoxinA", "rimabotulinumtoxinB"


def lines(product: str, given_units: str, vials: list[int], rounding: PayerRounding = PayerRounding.UP) -> list[tuple]:
    claim = drug_claim(product_facts(product), Dose(given_units, product), [Dose(v, product) for v in vials], rounding)
    return [(line.code, line.modifier, line.billing_units) for line in claim.lines]


@pytest.mark.parametrize(
    ("product", "given_units", "vials", "expected"),
    [
        # By hand: 155 of two 100-unit vials, 45 discarded.
        (ONA, "155", [100, 100], [("J0585", None, 155), ("J0585", "JW", 45)]),
        (ONA, "200", [100, 100], [("J0585", "JZ", 200)]),
        # 500 units of abo are 100 billing units of 5.
        (ABO, "500", [500], [("J0586", "JZ", 100)]),
        (ABO, "350", [500], [("J0586", None, 70), ("J0586", "JW", 30)]),
        # 5,000 units of rima are 50 billing units of 100.
        (RIMA, "5000", [5000], [("J0587", "JZ", 50)]),
        (RIMA, "3750", [5000], [("J0587", None, 38), ("J0587", "JW", 12)]),
        # Rounded up, the last broken unit is paid with the dose: nothing is left to bill as waste.
        (ONA, "99.5", [100], [("J0585", "JZ", 100)]),
        (ONA, "0", [100], [("J0585", None, 0), ("J0585", "JW", 100)]),
    ],
)
def test_lines_by_hand(product: str, given_units: str, vials: list[int], expected: list[tuple]) -> None:
    assert lines(product, given_units, vials) == expected


@pytest.mark.parametrize(("rounding", "units"), [("up", 71), ("nearest", 70), ("down", 70)])
def test_the_payer_s_rounding_decides_a_broken_unit(rounding: str, units: int) -> None:
    assert lines(ABO, "352", [500], PayerRounding(rounding))[0][2] == units
    assert lines(ABO, "352.5", [500], PayerRounding.NEAREST)[0][2] == 71


@given(
    product=st.sampled_from(sorted(preparations())),
    share=st.decimals(min_value=0, max_value=1, places=3),
    count=st.integers(1, 4),
    rounding=st.sampled_from(PayerRounding),
)
def test_billed_is_never_more_than_opened_and_jz_means_no_jw(
    product: str, share: D, count: int, rounding: PayerRounding
) -> None:
    facts = product_facts(product)
    vials = [Dose(facts.vials[-1].units, product)] * count
    dose = Dose(facts.vials[-1].units * count * share, product)
    claim = drug_claim(facts, dose, vials, rounding)
    assert claim.given + claim.wasted == claim.opened
    assert claim.billing_units * claim.units_per_billing_unit == claim.opened.units
    modifiers = [line.modifier for line in claim.lines]
    assert modifiers in (["JZ"], [None, "JW"])
    if claim.wasted.units == 0:
        assert modifiers == ["JZ"]


def test_what_cannot_be_billed_is_refused() -> None:
    with pytest.raises(InputError, match="the vials held 100 units"):
        lines(ONA, "101", [100])
    with pytest.raises(UnitsError):
        drug_claim(product_facts(ONA), Dose(1, ABO), [Dose(100, ONA)])
    with pytest.raises(InputError, match="no billing unit"):
        drug_claim(replace(product_facts(ONA), billing=None), Dose(1, ONA), [Dose(100, ONA)])
