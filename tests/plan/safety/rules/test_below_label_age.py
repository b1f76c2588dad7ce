"""The label's youngest age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reprieve.core.findings import Severity
from support.plans import ARM, BLEPH, CD, INCO, ONA, TODAY, found, inject, plan


@pytest.mark.parametrize(
    ("product", "use", "age", "young"),
    [
        (ONA, CD, 17, True),
        (ONA, CD, 18, False),
        (ONA, BLEPH, 12, False),
        (ONA, BLEPH, 11, True),
        (ONA, ARM, 2, False),
        (ONA, ARM, 1, True),
    ],
)
def test_the_labels_youngest_age(product: str, use: str, age: int, young: bool) -> None:
    one = plan(product, use, inject("brachialis", 5), age=age, weight=12)
    assert [f.severity for f in found(one, "below_label_age")] == ([Severity.WARNING] if young else [])


def test_birth_date_goes_before_age() -> None:

    one = plan(ONA, CD, age=50)
    young = replace(one, patient=replace(one.patient, birth_date=date(2010, 1, 1)))
    assert found(young, "below_label_age")
    assert TODAY.year - 2010 == 16


def test_no_age_is_told_where_one_of_the_labels_side_by_side_names_none() -> None:
    # On file the US label of inco begins at 18 years in the neck, and the EU label is without a number.
    neck = inject("splenius_capitis", 100)
    assert found(plan(INCO, CD, neck, age=17, weight=50), "below_label_age")
    assert not found(plan(INCO, CD, neck, age=17, weight=50, jurisdiction=None), "below_label_age")
