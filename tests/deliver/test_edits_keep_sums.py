"""Whatever is edited: the sites make the muscle, the muscles the session, the session what leaves the vials."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reprieve.deliver.draw_up import draw_up
from reprieve.deliver.reconstitution import reconstitute
from reprieve.deliver.sites import muscle_volume
from reprieve.deliver.syringes import fill
from reprieve.record.plan import Injection
from reprieve.reference.preparations import product_facts

# The label's concentration of one of them differs from arithmetic; another is dosed in thousands.
PRODUCTS = {
    "onabotulinumtoxinA": ("100", "2"),
    "daxibotulinumtoxinA": ("100", "1.2"),
    "rimabotulinumtoxinB": ("5000", "0"),
    "abobotulinumtoxinA": ("500", "2.5"),
}
MUSCLES = ("splenius_capitis", "levator_scapulae", "trapezius", "longissimus_capitis")
UNITS = st.decimals("0.01", "160", places=2)
SITES = st.none() | st.integers(1, 12)


class Edits(RuleBasedStateMachine):
    """A person at the plan screen."""

    def __init__(self) -> None:
        super().__init__()
        self.product = "onabotulinumtoxinA"
        self.rows: list[Injection] = []
        self.vials = 0

    @rule(muscle=st.sampled_from(MUSCLES), side=st.sampled_from(["left", "right", None]), units=UNITS, sites=SITES)
    def add(self, muscle: str, side, units: D, sites: int | None) -> None:
        self.rows.append(Injection(muscle=muscle, side=side, units=units, sites=sites))

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), units=UNITS, sites=SITES)
    def change(self, data, units: D, sites: int | None) -> None:
        place = data.draw(st.integers(0, len(self.rows) - 1))
        self.rows[place] = replace(self.rows[place], units=units, sites=sites)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), part=st.decimals("0.01", "0.99", places=2))
    def split(self, data, part: D) -> None:
        place = data.draw(st.integers(0, len(self.rows) - 1))
        row = self.rows[place]
        first = (row.units * part).quantize(D("0.01"))
        if 0 < first < row.units:
            self.rows[place : place + 1] = [replace(row, units=first), replace(row, units=row.units - first)]

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def remove(self, data) -> None:
        del self.rows[data.draw(st.integers(0, len(self.rows) - 1))]

    @precondition(lambda self: len(self.rows) > 1)
    @rule(data=st.data())
    def reorder(self, data) -> None:
        self.rows = data.draw(st.permutations(self.rows))

    @rule(count=st.integers(0, 8))
    def take_vials(self, count: int) -> None:
        self.vials = count

    @rule(product=st.sampled_from(sorted(PRODUCTS)))
    def another_product(self, product: str) -> None:
        # The screen empties the doses: units of one product are never those of another.
        self.product, self.rows = product, []

    @invariant()
    def every_sum_is_the_same_sum(self) -> None:
        units, ml = PRODUCTS[self.product]
        made = [reconstitute(product_facts(self.product), D(units), D(ml))] * self.vials
        total = sum((row.units for row in self.rows), D(0))
        listed = draw_up(self.rows, made, self.product)
        assert listed.drawn.units + listed.missing.units == total
        assert listed.drawn.units + listed.waste.units == D(units) * self.vials
        if not made:
            return
        for row in self.rows:
            muscle = muscle_volume(row, made[0])
            assert sum((site.dose.units for site in muscle.sites), D(0)) == muscle.dose.units == row.units
            assert sum((site.volume_ml for site in muscle.sites), D(0)) == muscle.volume_ml
        assert sum((muscle.dose.units for muscle in listed.muscles), D(0)) == total
        for draw in listed.draws:
            filled = fill(draw, made)
            assert sum((one.exact_ml for one in filled), D(0)) == draw.volume_ml
            assert all(one.draw.dose.product == self.product for one in filled)


Edits.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestEdits = Edits.TestCase
