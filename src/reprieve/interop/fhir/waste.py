"""Units thrown away: R4 has no ledger of stock, so a Basic resource tells it."""

from __future__ import annotations

from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import concept, extension
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.record.event_bodies import Waste

_WASTE = ("session_id", "product", "units", "reason", "lot")


def write_waste(out: Writing, key: str, position: int, waste: Waste) -> None:
    """Write units thrown away."""
    parts = (
        extension("session", valueString=waste.session_id),
        extension("product", valueCodeableConcept=product_concept(waste.product)),
        extension("dose", valueQuantity=dose_quantity(waste.units, waste.product)),
        extension("reason", valueString=waste.reason),
        extension("lot", valueString=waste.lot),
        *rest(waste, *_WASTE),
    )
    told = {"code": concept("record", "waste", text="Units thrown away"), "subject": out.subject}
    out.add({**head("Basic", key, "waste", position, *parts), **told})


def read_waste(inp: Reading, resource: Element) -> Waste:
    """Read units thrown away."""
    product = read_product(needed(resource.extension("product").child("valueCodeableConcept"), resource, "product"))
    dose = needed(resource.extension("dose").child("valueQuantity"), resource, "dose")
    return Waste(
        session_id=needed(resource.extension("session").text("valueString"), resource, "session"),
        product=product,
        units=read_dose(dose, product),
        reason=needed(resource.extension("reason").text("valueString"), resource, "reason"),
        lot=resource.extension("lot").text("valueString"),
        **read_rest(Waste, resource, *_WASTE),
    )
