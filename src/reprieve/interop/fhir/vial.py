"""A vial as a Medication: product, lot, expiry, content, and how it was made up."""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.errors import UnitsError
from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, compact, extension, measured, nested
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.record.plan import Reconstitution, Vial

_VIAL = ("units", "diluent_ml", "lot", "expires", "opened_at")


def write_vials(out: Writing, parent: str, product: str, reconstitution: Reconstitution | None) -> list[Json]:
    """Write one Medication for each vial and return the references."""
    vials = reconstitution.vials if reconstitution else ()
    return [_write(out, out.child_id(parent, "vial", str(place)), product, vial) for place, vial in enumerate(vials)]


def vials_listed(reconstitution: Reconstitution | None) -> Json | None:
    """Say that somebody listed the vials, even if there were none: not the same as nobody having said."""
    return extension("vials-listed", valueBoolean=True if reconstitution is not None else None)


def _write(out: Writing, key: str, product: str, vial: Vial) -> Json:
    volume = None if vial.diluent_ml is None else measured(vial.diluent_ml, "mL", "mL")
    made_up = nested(
        "reconstitution", extension("diluent", valueQuantity=volume), extension("opened", valueDateTime=vial.opened_at)
    )
    one = {"value": 1, "unit": "vial", "system": "http://unitsofmeasure.org", "code": "1"}
    return out.add(
        {
            **head("Medication", key, "vial", None, made_up, *rest(vial, *_VIAL)),
            "code": product_concept(product),
            "amount": {"numerator": dose_quantity(vial.units, product), "denominator": one},
            "batch": compact({"lotNumber": vial.lot, "expirationDate": vial.expires}),
        }
    )


def read_vials(inp: Reading, holder: Element, references: list[Element], product: str) -> Reconstitution | None:
    """Return the vials that `references` point to; None when nobody listed any."""
    if not references and not holder.extension("vials-listed").flag("valueBoolean"):
        return None
    found = [needed(inp.resolve(entry, "Medication"), entry, "the Medication it points to") for entry in references]
    return Reconstitution(vials=tuple(_read(inp, entry, product) for entry in found))


def _read(inp: Reading, resource: Element, product: str) -> Vial:
    inp.take(resource)
    told = read_product(needed(resource.child("code"), resource, "code"))
    if told != product:
        raise UnitsError(
            f"{resource.where}: the vial holds {told}, its session used {product}; correct it at its source"
        )
    amount = needed(resource.child("amount"), resource, "amount")
    units = read_dose(needed(amount.child("numerator"), amount, "numerator"), product)
    batch = resource.child("batch")
    made_up = resource.extension("reconstitution")
    volume = made_up.extension("diluent").child("valueQuantity")
    return Vial(
        units=units,
        diluent_ml=millilitres(volume),
        lot=batch.text("lotNumber") if batch else None,
        expires=batch.day("expirationDate") if batch else None,
        opened_at=made_up.extension("opened").moment("valueDateTime"),
        **read_rest(Vial, resource, *_VIAL),
    )


def millilitres(quantity: Element | None) -> Decimal | None:
    """Return a volume in mL; another unit is refused."""
    if quantity is None:
        return None
    if quantity.data.get("code") != "mL":
        raise quantity.misfit("code", "mL")
    return quantity.number("value")


def lot_medication(lot: str, product: str | None) -> Json:
    """Return a contained Medication that names the lot."""
    code = None if product is None else product_concept(product)
    return compact({"resourceType": "Medication", "id": "lot", "code": code, "batch": {"lotNumber": lot}})


def lot_of(resource: Element, holder: Element | None) -> str | None:
    """Return the lot of the contained Medication that `holder` points to."""
    told = holder.text("reference") if holder else None
    for entry in resource.children("contained"):
        if told == f"#{entry.data.get('id')}":
            batch = entry.child("batch")
            return batch.text("lotNumber") if batch else None
    return None
