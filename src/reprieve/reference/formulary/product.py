"""The products: names, brands, excipients, packs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve.core.errors import UnknownNameError
from reprieve.core.findings import SourceRef
from reprieve.reference._names import unknown
from reprieve.reference.formulary._flatten import source_ref
from reprieve.reference.formulary._records import product_records, source_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One toxin product.

    Attributes
    ----------
    id : str
        Nonproprietary name.
    brands : tuple of str
        The same substance; their doses add up.
    excipients : tuple of str
        None listed is an empty tuple, which means not on file, never free of them.
    cosmetic_only : bool
        Labelled for facial lines only, expressly not for dystonia or spasticity.
    """

    id: str
    serotype: str
    brands: tuple[str, ...]
    maker: str | None
    excipients: tuple[str, ...]
    excipients_source: SourceRef | None
    vial_units: tuple[Decimal, ...]
    cosmetic_only: bool = False


@cache
def products() -> Mapping[str, Product]:
    """Return the products by nonproprietary name."""
    return MappingProxyType({name: _product(name, record) for name, record in product_records().items()})


@cache
def _brands() -> Mapping[str, str]:
    names = {_bare(brand): product.id for product in products().values() for brand in product.brands}
    return MappingProxyType(names | {_bare(name): name for name in products()})


def _bare(name: object) -> str:
    """Return a name without case, signs of a mark, spaces and hyphens: ``Botox® `` is ``botox``."""
    return "".join(sign for sign in str(name).casefold() if sign.isalnum())


def product(name: str) -> Product:
    """Return the product `name`, given by its nonproprietary name.

    Raises
    ------
    UnknownNameError
        A brand is refused too, and its product named: one plan, one name.
    """
    found = products().get(name)
    if found is not None:
        return found
    generic = _brands().get(_bare(name))
    if generic is not None:
        raise UnknownNameError(f"{name!r} is a brand or another spelling; write its nonproprietary name {generic}")
    raise unknown("product", name, products())


def product_of(name: str) -> Product | None:
    """Return the product behind a nonproprietary name or a brand, however it is written; None if unknown."""
    generic = _brands().get(_bare(name))
    return products()[generic] if generic else None


def _product(name: str, record: dict[str, Any]) -> Product:
    head = record.get("product", record)
    excipients = (record.get("composition") or {}).get("excipients")
    return Product(
        id=name,
        serotype=head["serotype"],
        brands=tuple(head["brands"]),
        maker=head.get("maker"),
        excipients=tuple(excipients["items"]) if excipients else (),
        excipients_source=source_ref(excipients, source_records()) if excipients else None,
        vial_units=tuple(row["units"] for row in record["vials"]),
        cosmetic_only="product" not in record,
    )
