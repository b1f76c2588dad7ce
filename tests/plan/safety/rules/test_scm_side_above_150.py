"""One sternocleidomastoid: ``hauser2013`` (150 units)."""

from __future__ import annotations

from support.plans import (
    ABO,
    CD,
    found,
    inject,
    plan,
)


def test_abo_advises_150_units_in_one_side() -> None:
    for units, over in ((150, False), (151, True)):
        one = plan(ABO, CD, inject("sternocleidomastoid", units))
        assert [f.subject for f in found(one, "scm_side_above_150")] == (["sternocleidomastoid left"] if over else [])
