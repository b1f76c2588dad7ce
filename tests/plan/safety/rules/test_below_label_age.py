"""The label's youngest age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reprieve.core.errors import InputError
from reprieve.core.findings import Severity
from support.plans import ARM, BLEPH, CD, INCO, ONA, found, inject, plan


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
    one = plan(ONA, CD, age=16)
    young = replace(one, patient=replace(one.patient, birth_date=date(2010, 11, 27)))  # 16 tomorrow
    (finding,) = found(young, "below_label_age")
    assert finding.actual == 15


def test_an_age_that_contradicts_the_birth_date_is_refused() -> None:
    """A child whose birth date was mistyped must not pass as an adult; an age told a birthday ago may stand."""
    born = date(1968, 3, 14)  # 58 years on the day
    for age, fits in (
        (8, False),
        (56, False),
        ("56.9", False),
        (57, True),
        ("58.6", True),
        ("59.9", True),
        (60, False),
    ):
        one = plan(ONA, CD, age=age)
        one = replace(one, patient=replace(one.patient, birth_date=born))
        if fits:
            assert not found(one, "below_label_age")
        else:
            with pytest.raises(InputError, match="contradict each other"):
                found(one, "below_label_age")
    ancient = plan(ONA, CD, age=None)
    with pytest.raises(InputError, match="nobody is so old"):
        found(replace(ancient, patient=replace(ancient.patient, birth_date=date(1068, 3, 14))), "below_label_age")


def test_no_age_is_told_where_one_of_the_labels_side_by_side_names_none() -> None:
    # On file the US label of inco begins at 18 years in the neck, and the EU label is without a number.
    neck = inject("splenius_capitis", 100)
    assert found(plan(INCO, CD, neck, age=17, weight=50), "below_label_age")
    assert not found(plan(INCO, CD, neck, age=17, weight=50, jurisdiction=None), "below_label_age")
