"""What was given and what was left out, one MedicationAdministration for each muscle and side."""

from __future__ import annotations

from typing import Any

from reprieve.core.errors import UnitsError
from reprieve.interop.fhir.body_site import muscle_extensions, read_muscle, read_muscle_extension, read_side, site
from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, concept, extension, measured, nested, present
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.interop.fhir.vial import lot_medication, lot_of, millilitres
from reprieve.record.chart import GivenInjection, Guidance, Session, SkippedInjection
from reprieve.record.plan import Injection, Limb, MapView, SitePosition

_GIVEN = ("muscle", "units", "side", "sites", "volume_ml", "limb", "guidance", "lot", "positions")
_SKIPPED = ("muscle", "reason", "side")


def dosage_extensions(injection: GivenInjection | Injection) -> list[Json]:
    """Return number and places of the needle positions, volume and limb, for which a dosage has no element."""
    volume = None if injection.volume_ml is None else measured(injection.volume_ml, "mL", "mL")
    return present(
        extension("needle-positions", valueInteger=injection.sites),
        extension("volume", valueQuantity=volume),
        extension("limb", valueCode=injection.limb),
        *(_position(place) for place in injection.positions),
    )


def _position(place: SitePosition) -> Json | None:
    return nested(
        "site-position",
        extension("view", valueCode=place.view),
        extension("x", valueDecimal=place.x),
        extension("y", valueDecimal=place.y),
        extension("map", valueString=place.map),
    )


def _read_position(told: Element) -> SitePosition:
    view: Any = told.extension("view").choice("valueCode", MapView)
    return SitePosition(
        view=needed(view, told, "view"),
        x=needed(told.extension("x").number("valueDecimal"), told, "x"),
        y=needed(told.extension("y").number("valueDecimal"), told, "y"),
        map=needed(told.extension("map").text("valueString"), told, "map"),
    )


def read_dosage(dosage: Element) -> dict[str, Any]:
    """Return what `dosage_extensions` wrote, and muscle and side of the dosage's site."""
    place = needed(dosage.child("site"), dosage, "site")
    return {
        "muscle": read_muscle(place),
        "side": read_side(place),
        "sites": dosage.extension("needle-positions").whole("valueInteger"),
        "volume_ml": millilitres(dosage.extension("volume").child("valueQuantity")),
        "limb": dosage.extension("limb").choice("valueCode", Limb),
        "positions": tuple(_read_position(told) for told in dosage.extensions("site-position")),
    }


def write_injection(
    out: Writing,
    key: str,
    position: int,
    session: Session,
    procedure: Json,
    given: GivenInjection,
    request: Json | None,
) -> None:
    """Write one muscle as it was given; the lot stands in a contained Medication."""
    method = None if given.guidance is None else concept("guidance", given.guidance)
    if given.lot is None:
        medication: Json = {"medicationCodeableConcept": product_concept(session.product)}
    else:
        medication = {
            "contained": [lot_medication(given.lot, session.product)],
            "medicationReference": {"reference": "#lot"},
        }
    out.add(
        {
            **head("MedicationAdministration", key, "injection", position, *rest(given, *_GIVEN)),
            **medication,
            "partOf": [procedure],
            "status": "completed",
            "subject": out.subject,
            "effectiveDateTime": session.date,
            "request": request,
            "dosage": {
                "extension": dosage_extensions(given),
                "site": site(given.muscle, given.side, out.structure(given.muscle, given.side)),
                "method": method,
                "dose": dose_quantity(given.units, session.product),
            },
        }
    )


def read_injection(inp: Reading, resource: Element, product: str) -> GivenInjection:
    """Read one muscle as it was given.

    Raises
    ------
    UnitsError
        The medication or the unit is of another product than the session's.
    """
    inp.take(resource)
    holder = resource.child("medicationReference")
    told = read_product(_medication(resource, holder))
    if told != product:
        raise UnitsError(
            f"{resource.where}: {told} in a session of {product}; a session has one product, correct it at its source"
        )
    dosage = needed(resource.child("dosage"), resource, "dosage")
    method = dosage.child("method")
    guidance: Any = method.code_of("guidance") if method else None
    if guidance is not None:
        guidance = Element({"method": guidance}, dosage.where).choice("method", Guidance)
    return GivenInjection(
        **read_dosage(dosage),
        units=read_dose(needed(dosage.child("dose"), dosage, "dose"), product),
        guidance=guidance,
        lot=lot_of(resource, holder),
        **read_rest(GivenInjection, resource, *_GIVEN),
    )


def _medication(resource: Element, holder: Element | None) -> Element:
    if holder is None:
        return needed(resource.child("medicationCodeableConcept"), resource, "the medication")
    told = holder.text("reference")
    for entry in resource.children("contained"):
        if told == f"#{entry.data.get('id')}":
            return needed(entry.child("code"), entry, "code")
    return needed(None, resource, f"the contained Medication {told!r}")


def write_skipped(
    out: Writing, key: str, position: int, session: Session, procedure: Json, skipped: SkippedInjection
) -> None:
    """Write a planned muscle that was not injected: no dosage, for a dosage would need a dose."""
    parts = (*muscle_extensions(skipped.muscle, skipped.side), *rest(skipped, *_SKIPPED))
    out.add(
        {
            **head("MedicationAdministration", key, "injection-not-given", position, *parts),
            "partOf": [procedure],
            "status": "not-done",
            "statusReason": [{"text": skipped.reason}],
            "medicationCodeableConcept": product_concept(session.product),
            "subject": out.subject,
            "effectiveDateTime": session.date,
        }
    )


def read_skipped(inp: Reading, resource: Element) -> SkippedInjection:
    """Read a muscle that was left out."""
    inp.take(resource)
    reason = needed(resource.first("statusReason"), resource, "statusReason")
    return SkippedInjection(
        muscle=needed(read_muscle_extension(resource), resource, "the muscle"),
        reason=reason.needed_text("text"),
        side=read_side(resource),
        **read_rest(SkippedInjection, resource, *_SKIPPED),
    )
