"""No diluent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.record.plan import Reconstitution, Vial
from support.plans import CD, ONA, found, inject, plan

RULE = "diluent_missing"


def with_diluent(product: str, units: int, ml: str | None) -> list:
    vial = Vial(units=Decimal(units), diluent_ml=None if ml is None else Decimal(ml), lot="C1")
    return found(plan(product, CD, inject("trapezius", 50), reconstitution=Reconstitution(vials=(vial,))), RULE)


def test_a_powder_with_nothing_is_said() -> None:
    (said,) = with_diluent(ONA, 100, "0")
    assert said.subject == "vial 1 lot C1"
    assert said.message.startswith("Vial 1 lot C1 is said to be made up with 0 mL, but onabotulinumtoxinA is a powder")


@pytest.mark.parametrize(
    ("product", "units", "ml"), [(ONA, 100, None), (ONA, 100, "0.5"), ("rimabotulinumtoxinB", 5000, "0")]
)
def test_what_is_not_known_and_what_needs_none_is_not(product: str, units: int, ml: str | None) -> None:
    assert not with_diluent(product, units, ml)
