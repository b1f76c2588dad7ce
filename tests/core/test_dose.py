"""Dose: exact, of one product, never absurd (S3, S4)."""

from __future__ import annotations

import operator as op
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.dose import LARGEST_UNITS, LONGEST, Dose, exact, plain, total
from reprieve.core.errors import DoseError, UnitsError

ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"
units = st.decimals(min_value=0, max_value=1000, places=3)


@pytest.mark.parametrize(
    "bad",
    ["NaN", "Infinity", "-Infinity", "-1", "100001", float("nan"), float("inf"), -0.5, "", "12 U", True, None, "1e-7"],
)
def test_S3_what_is_no_dose_is_refused(bad: object) -> None:
    with pytest.raises(DoseError):
        Dose(bad, ONA)  # type: ignore[arg-type]


@pytest.mark.parametrize("product", ["", "  ", None, 5])
def test_S3_a_dose_without_its_product_is_refused(product: object) -> None:
    with pytest.raises(DoseError, match="needs its product"):
        Dose(5, product)  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", [op.add, op.sub, op.lt, op.le, op.gt, op.ge])
def test_S3_units_of_two_products_never_meet(operation: Callable[[Dose, Dose], object]) -> None:
    with pytest.raises(UnitsError, match="not interchangeable"):
        operation(Dose(1, ONA), Dose(1, ABO))


def test_S3_doses_of_two_products_are_unequal_even_with_the_same_number() -> None:
    assert Dose(100, ONA) != Dose(100, ABO)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_S3_a_bare_number_is_no_dose(operation: str) -> None:
    assert getattr(Dose(1, ONA), operation)(5) is NotImplemented


def test_S3_sum_of_mixed_products_raises() -> None:
    with pytest.raises(UnitsError):
        total([Dose(1, ONA), Dose(1, ABO)], ONA)


def test_S4_decimal_sums_are_exact() -> None:
    # 0.1 three times is not 0.3 in binary floats; here it is.
    assert total([Dose("0.1", ONA)] * 3, ONA) == Dose("0.3", ONA)
    assert Dose(62.5, ONA).units == Decimal("62.5")


def test_no_doses_sum_to_zero_units() -> None:
    assert total([], ONA) == Dose(0, ONA)


def test_difference_below_zero_is_refused() -> None:
    with pytest.raises(DoseError, match="between 0 and"):
        Dose(1, ONA) - Dose(2, ONA)
    assert Dose(3, ONA) - Dose(2, ONA) == Dose(1, ONA)


def test_order_within_one_product() -> None:
    assert Dose(1, ONA) < Dose(2, ONA)
    assert not Dose(2, ONA) < Dose(2, ONA)
    assert Dose(2, ONA) <= Dose(2, ONA)
    assert not Dose(3, ONA) <= Dose(2, ONA)


def test_the_largest_dose_is_a_dose() -> None:
    assert Dose(LARGEST_UNITS, ONA).units == LARGEST_UNITS
    with pytest.raises(DoseError):
        Dose(LARGEST_UNITS + 1, ONA)


@pytest.mark.parametrize(
    ("number", "text"),
    [("62.50", "62.5"), ("100", "100"), ("1E+2", "100"), ("0.0", "0"), ("-0", "0"), ("0.05", "0.05"), ("10.0", "10")],
)
def test_numbers_are_written_without_trailing_zeros_or_exponents(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_dose_reads_as_words() -> None:
    assert str(Dose("62.50", ONA)) == "62.5 units onabotulinumtoxinA"
    assert repr(Dose("62.50", ONA)) == "Dose(units='62.5', product='onabotulinumtoxinA')"


def test_six_decimals_pass_and_seven_do_not() -> None:
    assert Dose("0.000001", ONA).units == Decimal("0.000001")
    with pytest.raises(DoseError, match="at most 6 decimals"):
        Dose("0.0000001", ONA)


def test_messages_name_the_quantity() -> None:
    with pytest.raises(DoseError, match=r"diluent_ml must be a number, but got 'x'"):
        exact("x", "diluent_ml")
    with pytest.raises(DoseError, match=r"diluent_ml must be a finite number"):
        exact("inf", "diluent_ml")


@given(st.lists(units, max_size=20))
def test_S4_the_order_of_doses_changes_nothing(amounts: list[Decimal]) -> None:
    doses = [Dose(amount, ONA) for amount in amounts]
    assert total(doses, ONA) == total(reversed(doses), ONA)
    assert total(doses, ONA).units == sum(amounts)


@given(units)
def test_plain_text_reads_back_to_the_same_dose(amount: Decimal) -> None:
    assert Dose(plain(amount), ONA) == Dose(amount, ONA)


def test_the_last_number_that_is_written_out() -> None:
    assert plain(Decimal(f"1e{LONGEST}")) == "1" + LONGEST * "0"
    assert plain(Decimal(f"1e{LONGEST + 1}")) == f"1E+{LONGEST + 1}"


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "-1e41"])
def test_a_number_beyond_any_record_is_not_written_out(text: str) -> None:
    assert len(plain(Decimal(text))) < 20
    with pytest.raises(DoseError) as refused:
        Dose(Decimal(text), "onabotulinumtoxinA")
    assert len(str(refused.value)) < 300
