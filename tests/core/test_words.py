"""Words that other programs and stored documents rely on, and the words of refusals: a change of one is noticed."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from reprieve.core.dates import iso_date
from reprieve.core.dose import Dose, exact, plain
from reprieve.core.errors import DateError, DoseError, UnitsError
from reprieve.core.findings import Finding, Severity, Verdict

ONA, ABO = Dose(100, "onabotulinumtoxinA"), Dose(500, "abobotulinumtoxinA")


def test_severities_and_verdicts_are_the_words_of_the_command_contract() -> None:
    # DESIGN, command contract: verdict is clear, warned or blocked; severity is error, warning or info.
    assert [severity.value for severity in Severity] == ["error", "warning", "info"]
    assert [verdict.value for verdict in Verdict] == ["clear", "warned", "blocked"]


def test_a_finding_is_about_the_session_and_clears_by_nothing_unless_it_says_so() -> None:
    finding = Finding(rule="r", severity=Severity.INFO, message="m")
    assert (finding.subject, finding.clears_if) == ("session", "")


@pytest.mark.parametrize(
    ("act", "verb"),
    [
        (lambda: ONA + ABO, "add"),
        (lambda: ONA - ABO, "subtract"),
        (lambda: ONA < ABO, "compare"),
        (lambda: ONA <= ABO, "compare"),
    ],
)
def test_a_refusal_of_two_products_says_what_was_tried(act, verb: str) -> None:
    with pytest.raises(UnitsError) as refused:
        act()
    assert f" {verb} " in f" {refused.value} "


def test_a_refusal_names_the_quantity() -> None:
    with pytest.raises(DoseError, match=r"^units must be a number"):
        exact("many")
    with pytest.raises(DateError, match=r"^date must be a date"):
        iso_date("tomorrow")


@pytest.mark.parametrize(
    ("number", "text"),
    [("100", "100"), ("1E+2", "100"), ("10.10", "10.1"), ("0.00", "0"), ("-0.0", "0"), ("200.0", "200")],
)
def test_numbers_keep_their_zeros_before_the_point_only(number: str, text: str) -> None:
    assert plain(D(number)) == text


@pytest.mark.parametrize("units", ["0.000001", "0.000003", "1.000001"])
def test_a_millionth_of_a_unit_is_the_finest(units: str) -> None:
    assert Dose(units, "onabotulinumtoxinA").units == D(units)
