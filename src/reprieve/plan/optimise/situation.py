"""The patient's situation on one day for one product: what the limits must know, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # a field may be called date
from decimal import Decimal

from reprieve.core.dates import age_years
from reprieve.record.chart import Chart, Session
from reprieve.record.plan import Exposure, Jurisdiction, Vial
from reprieve.record.plan_patient import given_sessions, plan_patient, substance
from reprieve.reference.preparations import is_verified, preparations


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What bounds the next session.

    Attributes
    ----------
    age : int or None
        Completed years; None is unknown.
    given : tuple of Exposure
        Every earlier dose of the same substance, each once, newest first; `units` None is not told.
    last : Session or None
        Latest session of this clinic, of any product.
    last_same : Session or None
        That session if it was of the same product; the doses of another product say nothing about this one.
    vial : Vial or None
        Size and dilution of the vials to be used; None where nothing is on record.
    """

    product: str
    condition: str
    jurisdiction: Jurisdiction | None
    on: Date
    age: int | None
    weight_kg: Decimal | None
    given: tuple[Exposure, ...]
    sessions: tuple[Session, ...]
    last: Session | None
    vial: Vial | None

    @property
    def last_same(self) -> Session | None:
        """The latest session, if it was of this product."""
        return self.last if self.last is not None and self.last.product == self.product else None

    @property
    def switched(self) -> bool:
        """Whether the latest session was of another product."""
        return self.last is not None and self.last.product != self.product

    @property
    def units_per_ml(self) -> Decimal | None:
        """Concentration of the vial; None when size or diluent is unknown."""
        return None if self.vial is None else concentration(self.product, self.vial)


def situation_of(chart: Chart, on: Date, product: str, condition: str) -> Situation:
    """Return the situation of `chart` on the day `on` for a session of `product`."""
    sessions = given_sessions(chart, on)
    person = chart.patient
    return Situation(
        product=product,
        condition=condition,
        jurisdiction=chart.jurisdiction or (sessions[-1].jurisdiction if sessions else None),
        on=on,
        age=age_years(person.birth_date, on) if person.birth_date else None,
        weight_kg=person.weight_kg,
        given=tuple(
            one
            for one in reversed(plan_patient(chart, on).exposures)
            if substance(one.product) == product and one.date <= on
        ),
        sessions=sessions,
        last=sessions[-1] if sessions else None,
        vial=_vial(sessions, product, condition),
    )


def _vial(sessions: Sequence[Session], product: str, condition: str) -> Vial | None:
    """Return the vial of the latest session of the product, or else a checked labelled dilution of this use."""
    for session in reversed(sessions):
        if session.product == product and session.reconstitution and session.reconstitution.vials:
            used = session.reconstitution.vials[0]
            return Vial(units=used.units, diluent_ml=used.diluent_ml)
    facts = preparations().get(product)
    if facts is None:
        return None
    for row in facts.dilutions:
        if is_verified(row.source) and row.conditions is not None and condition in row.conditions:
            return Vial(units=row.vial_units, diluent_ml=row.diluent_ml)
    sizes = sorted((size.units for size in facts.vials), reverse=True)
    return Vial(units=sizes[-1]) if sizes else None


def concentration(product: str, vial: Vial) -> Decimal | None:
    """Return units per mL; a label's printed figure counts before arithmetic, as where the plan is checked."""
    facts = preparations().get(product)
    size = facts.vial(vial.units) if facts else None
    own = size.nominal_ml if size and facts and facts.ready_to_use else None
    if vial.diluent_ml is None or (own is None and vial.diluent_ml == 0):
        return None
    rows = (
        [r for r in facts.dilutions if (r.vial_units, r.diluent_ml) == (vial.units, vial.diluent_ml)] if facts else []
    )
    for row in rows:
        if is_verified(row.source):
            return row.units_per_0_1_ml * 10
    return vial.units / (vial.diluent_ml + (own or Decimal(0)))
