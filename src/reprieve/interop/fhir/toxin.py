"""Doses of toxin in FHIR: UCUM's arbitrary unit and, always beside it, the product's own unit.

``[arb'U]`` alone says nothing: UCUM holds arbitrary units to be comparable with nothing. ``U`` is UCUM's enzyme unit
and ``[iU]`` an international unit that no toxin has; both are refused, never read as units of a product.
"""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.errors import DocumentError, UnitsError
from reprieve.interop.fhir.elements import Json, coding, compact, extension
from reprieve.interop.fhir.names import ARBITRARY_UNIT, UCUM, code_system
from reprieve.interop.fhir.reading import Element, needed

UNIT_CODES = {
    "onabotulinumtoxinA": "U-ona",
    "abobotulinumtoxinA": "U-abo",
    "incobotulinumtoxinA": "U-inco",
    "rimabotulinumtoxinB": "U-rima",
    "daxibotulinumtoxinA": "U-dax",
}
_PRODUCTS = {code: product for product, code in UNIT_CODES.items()}


def unit_code(product: str) -> str:
    """Return the code of the unit of `product`; other products carry their whole name."""
    return UNIT_CODES.get(product, f"U-{product}")


def product_of_unit(code: str) -> str:
    """Return the product whose unit `code` is."""
    return _PRODUCTS.get(code, code.removeprefix("U-"))


def product_concept(product: str) -> Json:
    """Return the product as a CodeableConcept."""
    return {"coding": [coding("toxin-product", product)], "text": product}


def read_product(holder: Element) -> str:
    """Return the product of a CodeableConcept."""
    return needed(holder.code_of("toxin-product"), holder, "the product by its nonproprietary name")


def dose_quantity(units: Decimal, product: str) -> Json:
    """Return a dose as a Quantity that names its product's unit."""
    return compact(
        {
            "extension": [extension("unit-of-product", valueCoding=coding("toxin-unit", unit_code(product)))],
            "value": units,
            "unit": f"units of {product}",
            "system": UCUM,
            "code": ARBITRARY_UNIT,
        }
    )


def read_dose(quantity: Element, product: str) -> Decimal:
    """Return the units of `product` in `quantity`.

    Raises
    ------
    UnitsError
        The unit is another product's, an enzyme unit, a mass, ...; nothing is converted.
    """
    if quantity.data.get("comparator") is not None:
        raise DocumentError(
            f"{quantity.where}: a dose given as {quantity.data['comparator']!r} is not exact; correct it"
        )
    unit = _unit(quantity)
    if unit is None:
        told = quantity.data.get("code") or quantity.data.get("unit")
        raise UnitsError(
            f"{quantity.where}: a dose of {product} needs the unit {ARBITRARY_UNIT} with its product "
            f"({unit_code(product)}), but got {told!r}; nothing is converted, correct the unit at its source"
        )
    if unit != unit_code(product):
        raise UnitsError(
            f"{quantity.where}: the dose is in units of {product_of_unit(unit)} ({unit}), the medication is {product}; "
            "units are not interchangeable, correct it at its source"
        )
    return needed(quantity.number("value"), quantity, "value")


def _unit(quantity: Element) -> str | None:
    system, code = quantity.text("system"), quantity.text("code")
    if system == code_system("toxin-unit"):
        return code
    if system == UCUM and code == ARBITRARY_UNIT:
        named = quantity.extension("unit-of-product").child("valueCoding")
        if named is not None and named.data.get("system") == code_system("toxin-unit"):
            return named.text("code")
    return None
