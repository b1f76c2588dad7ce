"""What a plan was made from: the patient's particulars at that time, risks, exposures, the last session.

A plan is read later, when the chart says something else; so its inputs go with it, as extensions of the CarePlan.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reprieve.interop.fhir.context import read_rest, rest
from reprieve.interop.fhir.elements import Json, extension, measured, nested
from reprieve.interop.fhir.entries import indication, read_indication
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.record.plan import Exposure, Knowledge, LastSession, Plan, PlanPatient

_PATIENT = (
    "id", "birth_date", "age_years", "weight_kg", "weight_date", "risks",
    "exposure_history", "exposures", "prior_toxin_tolerated",
)  # fmt: skip
_EXPOSURE = ("date", "product", "indication", "units", "place")
_LAST = ("date", "product", "units")


def plan_basis(plan: Plan) -> Json | None:
    """Return the inputs of `plan` as one extension."""
    last = None if plan.last_session is None else _last_session(plan.last_session)
    return nested("plan-basis", None if plan.patient == PlanPatient() else _patient(plan.patient), last)


def _quantity(value: Decimal | None, unit: str, code: str) -> Json | None:
    return None if value is None else measured(value, unit, code)


def _patient(told: PlanPatient) -> Json | None:
    return nested(
        "patient",
        extension("id", valueString=told.id),
        extension("birth-date", valueDate=told.birth_date),
        extension("age", valueQuantity=_quantity(told.age_years, "year", "a")),
        extension("weight", valueQuantity=_quantity(told.weight_kg, "kg", "kg")),
        extension("weight-date", valueDate=told.weight_date),
        *(extension("risk", valueCode=risk) for risk in told.risks),
        extension("exposure-history", valueCode=told.exposure_history),
        *(_exposure(entry) for entry in told.exposures),
        extension("prior-toxin-tolerated", valueBoolean=told.prior_toxin_tolerated),
        *rest(told, *_PATIENT),
    )


def _dose(units: Decimal | None, product: str) -> Json | None:
    return extension("dose", valueQuantity=None if units is None else dose_quantity(units, product))


def _exposure(entry: Exposure) -> Json | None:
    reason = None if entry.indication is None else indication(entry.indication)
    return nested(
        "exposure",
        extension("date", valueDate=entry.date),
        extension("product", valueCodeableConcept=product_concept(entry.product)),
        extension("indication", valueCodeableConcept=reason),
        _dose(entry.units, entry.product),
        extension("place", valueString=entry.place),
        *rest(entry, *_EXPOSURE),
    )


def _last_session(entry: LastSession) -> Json | None:
    return nested(
        "last-session",
        extension("date", valueDate=entry.date),
        extension("product", valueCodeableConcept=product_concept(entry.product)),
        _dose(entry.units, entry.product),
        *rest(entry, *_LAST),
    )


def read_plan_basis(resource: Element) -> dict[str, Any]:
    """Return ``patient`` and ``last_session`` of a plan."""
    basis = resource.extension("plan-basis")
    patient = next(basis.extensions("patient"), None)
    last = next(basis.extensions("last-session"), None)
    return {
        "patient": PlanPatient() if patient is None else _read_patient(patient),
        "last_session": None if last is None else _read_last_session(last),
    }


def _read_patient(told: Element) -> PlanPatient:
    risks = [needed(entry.text("valueCode"), entry, "valueCode") for entry in told.extensions("risk")]
    return PlanPatient(
        id=told.extension("id").text("valueString"),
        birth_date=told.extension("birth-date").day("valueDate"),
        age_years=_number(told, "age", "a"),
        weight_kg=_number(told, "weight", "kg"),
        weight_date=told.extension("weight-date").day("valueDate"),
        risks=tuple(risks),
        exposure_history=told.extension("exposure-history").choice("valueCode", Knowledge) or "unknown",
        exposures=tuple(_read_exposure(entry) for entry in told.extensions("exposure")),
        prior_toxin_tolerated=told.extension("prior-toxin-tolerated").flag("valueBoolean"),
        **read_rest(PlanPatient, told, *_PATIENT),
    )


def _number(told: Element, name: str, code: str) -> Decimal | None:
    quantity = told.extension(name).child("valueQuantity")
    if quantity is None:
        return None
    if quantity.data.get("code") != code:
        raise quantity.misfit("code", code)
    return quantity.number("value")


def _product_and_units(told: Element) -> tuple[str, Decimal | None]:
    holder = told.extension("product").child("valueCodeableConcept")
    product = read_product(needed(holder, told, "product"))
    quantity = told.extension("dose").child("valueQuantity")
    return product, None if quantity is None else read_dose(quantity, product)


def _read_exposure(told: Element) -> Exposure:
    product, units = _product_and_units(told)
    return Exposure(
        date=told.extension("date").needed_day("valueDate"),
        product=product,
        indication=read_indication(told.extension("indication").child("valueCodeableConcept")),
        units=units,
        place=told.extension("place").text("valueString"),
        **read_rest(Exposure, told, *_EXPOSURE),
    )


def _read_last_session(told: Element) -> LastSession:
    product, units = _product_and_units(told)
    return LastSession(
        date=told.extension("date").needed_day("valueDate"),
        product=product,
        units=units,
        **read_rest(LastSession, told, *_LAST),
    )
