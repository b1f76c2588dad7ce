"""A plan: CarePlan (header), RequestGroup (what belongs together), one MedicationRequest for each muscle and side."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.core.errors import UnitsError
from reprieve.interop.fhir.body_site import site
from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, compact, concept, extension, nested
from reprieve.interop.fhir.entries import indication, reason_word
from reprieve.interop.fhir.injection import dosage_extensions, read_dosage
from reprieve.interop.fhir.names import identifier_system
from reprieve.interop.fhir.plan_basis import plan_basis, read_plan_basis
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.interop.fhir.vial import read_vials, vials_listed, write_vials
from reprieve.record.event_bodies import Override, SignedPlan
from reprieve.record.plan import Injection, Jurisdiction, Plan

_PLAN = ("product", "indication", "injections", "jurisdiction", "date", "patient", "reconstitution", "last_session")
_INJECTION = ("muscle", "side", "units", "sites", "volume_ml", "limb", "positions")
_SIGNED = ("session_id", "plan", "plan_hash", "verdict", "check_hash", "overrides", "draft_id")
_OVERRIDE = ("rule", "subject", "reason", "second_person")


@dataclass(frozen=True, slots=True)
class PlanResources:
    """What the other resources of a plan need to know of its header."""

    key: str
    status: str


def write_plan(
    out: Writing, key: str, position: int, plan: Plan, signed: SignedPlan | None = None
) -> dict[tuple[str, str | None], Json]:
    """Write a plan and return its requests by muscle and side; a draft has nobody's signature."""
    status = "draft" if signed is None else "completed"
    header = PlanResources(key, status)
    requests = [_request(out, header, n, plan, row) for n, row in enumerate(plan.injections)]
    group = out.add(
        {
            **head("RequestGroup", out.child_id(key, "actions"), "plan-actions"),
            "basedOn": [{"reference": f"CarePlan/{key}"}],
            "status": status,
            "intent": "plan",
            "subject": out.subject,
            "reasonCode": [indication(plan.indication)],
            "action": [{"resource": request} for request in requests],
        }
    )
    parts = (
        extension("product", valueCodeableConcept=product_concept(plan.product)),
        extension("jurisdiction", valueCode=plan.jurisdiction),
        vials_listed(plan.reconstitution),
        plan_basis(plan),
        _signature(signed),
        *rest(plan, *_PLAN),
    )
    identifier = None if signed is None else [{"system": identifier_system("session"), "value": signed.session_id}]
    out.add(
        {
            **head("CarePlan", key, "plan", position, *parts),
            "identifier": identifier,
            "status": status,
            "intent": "plan",
            "category": [concept("record", "chemodenervation-plan", text="Plan for botulinum toxin")],
            "subject": out.subject,
            "period": compact({"start": plan.date}),
            "supportingInfo": write_vials(out, key, plan.product, plan.reconstitution),
            "activity": [{"reference": group}],
        }
    )
    return {(row.muscle, row.side): told for row, told in zip(plan.injections, requests, strict=True)}


def _request(out: Writing, header: PlanResources, position: int, plan: Plan, row: Injection) -> Json:
    key = out.child_id(header.key, "request", str(position))
    place = site(row.muscle, row.side, out.structure(row.muscle, row.side))
    return out.add(
        {
            **head("MedicationRequest", key, "plan-injection", position, *rest(row, *_INJECTION)),
            "status": header.status,
            "intent": "plan",
            "medicationCodeableConcept": product_concept(plan.product),
            "subject": out.subject,
            "basedOn": [{"reference": f"CarePlan/{header.key}"}],
            "dosageInstruction": [
                compact(
                    {
                        "extension": dosage_extensions(row),
                        "site": place,
                        "doseAndRate": [{"doseQuantity": dose_quantity(row.units, plan.product)}],
                    }
                )
            ],
        }
    )


def _signature(signed: SignedPlan | None) -> Json | None:
    if signed is None:
        return None
    return nested(
        "signed-plan",
        extension("plan-hash", valueString=signed.plan_hash),
        extension("verdict", valueString=signed.verdict),
        extension("check-hash", valueString=signed.check_hash),
        extension("draft-id", valueString=signed.draft_id),
        *(_override(entry) for entry in signed.overrides),
        *rest(signed, *_SIGNED),
    )


def _override(entry: Override) -> Json | None:
    return nested(
        "override", *(extension(name, valueString=getattr(entry, name)) for name in _OVERRIDE), *rest(entry, *_OVERRIDE)
    )


def read_plan(inp: Reading, resource: Element) -> Plan:
    """Read a plan with its requests.

    Raises
    ------
    UnitsError
        A request is of another product than the plan.
    """
    product = read_product(needed(resource.extension("product").child("valueCodeableConcept"), resource, "product"))
    activity = needed(resource.first("activity"), resource, "activity")
    group = inp.resolve(activity.child("reference"), "RequestGroup")
    group = inp.take(needed(group, activity, "the RequestGroup it points to"))
    period = resource.child("period")
    return Plan(
        product=product,
        indication=needed(reason_word(group.first("reasonCode")), group, "reasonCode"),
        injections=tuple(_read_request(inp, action, product) for action in group.children("action")),
        jurisdiction=resource.extension("jurisdiction").choice("valueCode", Jurisdiction),
        date=period.day("start") if period else None,
        reconstitution=read_vials(inp, resource, resource.children("supportingInfo"), product),
        **read_plan_basis(resource),
        **read_rest(Plan, resource, *_PLAN),
    )


def _read_request(inp: Reading, action: Element, product: str) -> Injection:
    request = inp.resolve(action.child("resource"), "MedicationRequest")
    request = inp.take(needed(request, action, "the MedicationRequest it points to"))
    told = read_product(needed(request.child("medicationCodeableConcept"), request, "medicationCodeableConcept"))
    if told != product:
        raise UnitsError(
            f"{request.where}: {told} in a plan of {product}; a plan has one product, correct it at its source"
        )
    dosage = needed(request.first("dosageInstruction"), request, "dosageInstruction")
    rate = needed(dosage.first("doseAndRate"), dosage, "doseAndRate")
    dose = needed(rate.child("doseQuantity"), rate, "doseQuantity")
    return Injection(
        **read_dosage(dosage), units=read_dose(dose, product), **read_rest(Injection, request, *_INJECTION)
    )


def read_signed_plan(resource: Element, plan: Plan) -> SignedPlan | None:
    """Return the plan with what was signed about it; None for a draft."""
    told = next(resource.extensions("signed-plan"), None)
    if told is None:
        return None
    named = needed(resource.first("identifier"), resource, "the session's identifier")
    return SignedPlan(
        session_id=named.needed_text("value"),
        plan=plan,
        plan_hash=needed(told.extension("plan-hash").text("valueString"), told, "plan-hash"),
        verdict=needed(told.extension("verdict").text("valueString"), told, "verdict"),
        check_hash=told.extension("check-hash").text("valueString"),
        overrides=tuple(_read_override(entry) for entry in told.extensions("override")),
        draft_id=told.extension("draft-id").text("valueString"),
        **read_rest(SignedPlan, told, *_SIGNED),
    )


def _read_override(entry: Element) -> Override:
    told = {name: entry.extension(name).text("valueString") for name in _OVERRIDE}
    return Override(
        rule=needed(told["rule"], entry, "rule"),
        subject=needed(told["subject"], entry, "subject"),
        reason=needed(told["reason"], entry, "reason"),
        second_person=told["second_person"],
        **read_rest(Override, entry, *_OVERRIDE),
    )
