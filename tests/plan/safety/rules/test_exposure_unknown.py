"""A history that is not known."""

from __future__ import annotations

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    found,
    given,
    plan,
    rules_of,
)


def test_s07_what_is_missing_is_said() -> None:
    assert "exposure_unknown" not in rules_of(plan(ONA, CD))
    (finding,) = found(plan(ONA, CD, history="unknown"), "exposure_unknown")
    assert finding.severity is Severity.WARNING


def test_units_told_as_zero_are_no_dose() -> None:
    (finding,) = found(plan(ONA, CD, exposures=(given(30, 0),)), "exposure_unknown")
    assert (
        finding.message == "onabotulinumtoxinA was given on 2026-10-27, but its units are told as 0, which is no dose."
    )
    assert not found(plan(ONA, CD, exposures=(given(92, 0),)), "exposure_unknown")


def test_s06_a_product_that_nobody_knows_may_be_the_same() -> None:
    def said(name: str, days: int = 30) -> list[str]:
        one = plan(ONA, CD, exposures=(given(days, 350, name),))
        return [finding.message for finding in found(one, "exposure_unknown")]

    (message,) = said("BTX-A from abroad")
    assert message.startswith("'BTX-A from abroad', given on 2026-10-27, is no product on file; if it was onabotulinum")
    assert not said("BTX-A from abroad", 92)
    # A brand is known however it is written, and another product is another product.
    for name in ("Botox®", " BOTOX ", "onabotulinumtoxin-A", "Dysport"):
        assert not said(name)
