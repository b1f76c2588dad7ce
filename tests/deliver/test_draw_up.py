"""Needle positions, draw-up list, syringes, vials for least waste, plan against given: exact sums everywhere."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.dose import Dose
from reprieve.core.errors import InputError, UnitsError
from reprieve.deliver.draw_up import Draw, draw_up
from reprieve.deliver.plan_against_given import differences
from reprieve.deliver.reconstitution import reconstitute
from reprieve.deliver.sites import muscle_volume, shared_out
from reprieve.deliver.syringes import USUAL_SYRINGES, fill
from reprieve.deliver.vial_choice import least_waste
from reprieve.record.chart import GivenInjection, Session, SkippedInjection
from reprieve.record.plan import Injection, Plan
from reprieve.reference.preparations import product_facts

ONA, ABO, DAXI = "onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA"


def vial(product: str = ONA, units: int = 100, ml: str = "2"):
    return reconstitute(product_facts(product), D(units), D(ml))


def row(muscle: str, units: str, side: str | None = "left", sites: int | None = None) -> Injection:
    return Injection(muscle=muscle, side=side, units=D(units), sites=sites)  # type: ignore[arg-type]


units = st.decimals(min_value="0.01", max_value=120, places=2)


@given(amount=units, sites=st.integers(1, 12))
def test_sites_add_up_and_differ_by_one_step_at_most(amount: D, sites: int) -> None:
    parts = shared_out(amount, sites)
    assert sum(parts) == amount
    assert max(parts) - min(parts) <= D("0.01")


def test_sites_that_are_no_number_of_needles_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        shared_out(D(10), 0)
    with pytest.raises(InputError, match="step must be positive"):
        shared_out(D(10), 2, D(0))


def test_unknown_sites_are_one_and_said_to_be_assumed() -> None:
    assert muscle_volume(row("masseter", "25"), vial()).sites_assumed
    known = muscle_volume(row("masseter", "25", sites=2), vial())
    assert (known.sites_assumed, known.needle_count, known.volume_ml) == (False, 2, D("0.5"))
    assert sum(site.volume_ml for site in known.sites) == known.volume_ml
    assert [site.number for site in known.sites] == [1, 2]


@given(doses=st.lists(units, min_size=1, max_size=8), vials=st.integers(0, 6))
def test_draws_and_rests_and_what_is_missing_account_for_every_unit(doses: list[D], vials: int) -> None:
    injections = [row(f"muscle_{i}", str(dose)) for i, dose in enumerate(doses)]
    made = [vial()] * vials
    listed = draw_up(injections, made, ONA)
    assert listed.drawn.units + listed.missing.units == sum(doses)
    assert listed.drawn.units + listed.waste.units == 100 * vials
    for number in range(1, vials + 1):
        drawn = sum((draw.dose.units for draw in listed.draws if draw.vial == number), D(0))
        assert drawn + listed.left[number - 1].units == 100
    assert bool(listed.missing.units) == ("vial_too_small" in [finding.rule for finding in listed.findings])
    assert listed.needle_count == (len(doses) if vials else 0)


def test_vials_of_two_strengths_are_said_and_each_draw_follows_its_own() -> None:
    listed = draw_up([row("splenius_capitis", "150")], [vial(), vial(ml="1")], ONA)
    assert [draw.volume_ml for draw in listed.draws] == [D(2), D("0.5")]
    assert [finding.rule for finding in listed.findings] == ["vials_differ_in_concentration"]


def test_a_vial_of_another_product_is_refused() -> None:
    with pytest.raises(UnitsError):
        draw_up([row("masseter", "10")], [vial(ABO, 500, "1")], ONA)


def test_syringes_by_hand() -> None:
    # 62.5 units at 50 per mL are 1.25 mL: a 3 mL syringe has marks of 0.1, so 1.2 mL, which hold 60 units.
    (draw,) = draw_up([row("splenius_capitis", "62.5")], [vial()], ONA).draws
    (filled,) = fill(draw, [vial()])
    assert (filled.syringe.holds_ml, filled.practical_ml, filled.difference_units) == (D(3), D("1.2"), D("-2.5"))
    assert filled.sentence() == "1.2 mL in a 3 mL syringe (exactly 1.25 mL; at the mark 2.5 units less)"
    (draw,) = draw_up([row("splenius_capitis", "59")], [vial()], ONA).draws
    assert fill(draw, [vial()])[0].note() == "exactly 1.18 mL; at the mark 1 unit more"
    (draw,) = draw_up([row("splenius_capitis", "25")], [vial()], ONA).draws
    assert fill(draw, [vial()])[0].sentence() == "0.5 mL in a 1 mL syringe"
    assert fill(draw, [vial()])[0].note() == ""


def test_a_draw_above_the_largest_syringe_takes_several() -> None:
    large = vial(ABO, 500, "20")
    (draw,) = draw_up([row("soleus", "450")], [large], ABO).draws
    filled = fill(draw, [large])
    assert [one.exact_ml for one in filled] == [D(10), D(8)]
    assert sum(one.planned_units for one in filled) == 450


def test_a_mark_above_the_dose_says_more_and_the_label_s_strength_counts() -> None:
    made = vial(DAXI, 100, "1.2")
    (draw,) = draw_up([row("splenius_capitis", "20.4")], [made], DAXI).draws
    (filled,) = fill(draw, [made])
    assert (filled.exact_ml, filled.practical_ml, filled.practical_units) == (D("0.255"), D("0.26"), D("20.8"))
    assert filled.sentence().endswith("0.4 units more)")


def test_syringes_that_cannot_be_are_refused() -> None:
    draw = Draw(vial=2, muscle="masseter", side=None, dose=Dose(1, ONA), volume_ml=D("0.1"))
    with pytest.raises(InputError, match="from vial 2"):
        fill(draw, [vial()])
    with pytest.raises(InputError, match="no syringe"):
        fill(draw, [vial()], syringes=())


@given(
    dose=st.integers(1, 700),
    stock=st.dictionaries(st.sampled_from([D(50), D(100), D(200), D(300)]), st.integers(0, 4), min_size=1),
)
def test_least_waste_agrees_with_trying_everything(dose: int, stock: dict[D, int]) -> None:
    tries = itertools.product(*(range(count + 1) for count in stock.values()))
    found = [
        (held, sum(counts))
        for counts in tries
        if (held := sum(s * c for s, c in zip(stock, counts, strict=True))) >= dose
    ]
    if not found:
        with pytest.raises(InputError, match="order more"):
            least_waste(Dose(dose, ONA), stock)
        return
    chosen = least_waste(Dose(dose, ONA), stock)
    assert (chosen.waste.units + dose, chosen.vials) == min(found)
    assert all(count <= stock[size] for size, count in chosen.counts)


def test_least_waste_refuses_what_makes_no_sense() -> None:
    with pytest.raises(InputError, match="must be positive"):
        least_waste(Dose(0, ONA), {D(100): 1})
    with pytest.raises(InputError, match="sizes are positive"):
        least_waste(Dose(1, ONA), {D(100): -1})


def test_plan_against_given() -> None:
    plan = Plan(
        product=ONA,
        indication="cervical_dystonia",
        injections=(row("a", "10"), row("a", "5"), row("b", "20"), row("c", "20"), row("d", "20")),
    )
    session = Session(
        date=date(2026, 1, 1),
        product=ONA,
        indication="cervical_dystonia",
        injections=tuple(
            GivenInjection(muscle=m, side="left", units=D(u)) for m, u in (("a", 15), ("b", 25), ("c", 10), ("e", 5))
        ),
        skipped=(SkippedInjection(muscle="d", side="left", reason="bruise"),),
    )
    found = {one.muscle: one for one in differences(plan, session)}
    assert {name: one.change for name, one in found.items()} == {
        "a": "as_planned",
        "b": "more",
        "c": "less",
        "d": "not_given",
        "e": "not_planned",
    }
    assert (found["d"].reason, found["c"].difference_units) == ("bruise", D(-10))
    with pytest.raises(UnitsError, match="compare nothing"):
        differences(plan, Session(date=date(2026, 1, 1), product=ABO, indication="cervical_dystonia"))


def test_a_vial_of_another_product_is_refused_even_when_nothing_is_drawn() -> None:
    with pytest.raises(UnitsError):
        draw_up([], [vial(), vial(ABO, 500, "2.5")], ONA)


def test_what_is_on_one_side_only_is_zero_on_the_other() -> None:
    plan = Plan(product=ONA, indication="cervical_dystonia", injections=(row("masseter", "25"),))
    given = (GivenInjection(muscle="temporalis", side="left", units=D(15)),)
    session = Session(date=date(2026, 11, 26), product=ONA, indication="cervical_dystonia", injections=given)
    found = differences(plan, session)
    assert [(one.planned_units, one.given_units, one.difference_units, one.change) for one in found] == [
        (25, 0, -25, "not_given"),
        (0, 15, 15, "not_planned"),
    ]


def test_volumes_of_sites_are_told_to_a_ten_thousandth_of_a_millilitre() -> None:
    # 62.5 units of 50 per mL are 1.25 mL; over three needles 0.4167, 0.4167 and 0.4166.
    shared = muscle_volume(row("splenius_capitis", "62.5", sites=3), vial())
    assert [site.volume_ml for site in shared.sites] == [D("0.4167"), D("0.4167"), D("0.4166")]


def test_a_stock_that_is_half_a_unit_short_is_short() -> None:
    with pytest.raises(InputError, match="order more"):
        least_waste(Dose("100.5", ONA), {D(100): 1})
    assert least_waste(Dose(100, ONA), {D(100): 1}).waste == Dose(0, ONA)


def test_the_usual_syringes_and_their_marks() -> None:
    marks = [(one.holds_ml, one.mark_ml) for one in USUAL_SYRINGES]
    assert marks == [(1, D("0.01")), (3, D("0.1")), (5, D("0.2")), (10, D("0.2"))]
