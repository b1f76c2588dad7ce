"""What delivery must know of one product: vials, labelled dilutions, time after opening, billing unit.

A fact that is not known is None or an empty tuple, never a guess. Every fact carries its source and whether the number
itself was seen there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.core.errors import ReferenceDataError, UnknownNameError
from reprieve.core.findings import SourceRef
from reprieve.reference._files import read_json
from reprieve.reference._names import unknown

_FILE = "preparations/preparations.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationSource:
    """One document behind these facts; `read` says what was really seen of it."""

    key: str
    title: str
    publisher: str
    year: int | None
    grade: str
    read: str
    jurisdiction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VialSize:
    """One pack size; `nominal_ml` is the volume of a ready solution (None for a powder)."""

    units: Decimal
    source: SourceRef
    nominal_ml: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDilution:
    """One row of the labelled dilution table; `conditions` None means that the row names no use of its own."""

    vial_units: Decimal
    diluent_ml: Decimal
    units_per_0_1_ml: Decimal
    used_for: str
    source: SourceRef
    conditions: tuple[str, ...] | None = None
    procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStep:
    """A dilution that does not fit into the vial: `first_ml` in the vial, `second_ml` in the syringe."""

    vial_units: Decimal
    total_ml: Decimal
    first_ml: Decimal
    second_ml: Decimal
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UseWithin:
    """How long a vial may be used once it is made up, and at what temperature."""

    hours: Decimal
    at: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingUnit:
    """The drug code of a product and how many of its units one billing unit is."""

    code: str
    units_per_billing_unit: Decimal
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelInterval:
    """Shortest interval of one label; `age_band` None means that the row names no age."""

    conditions: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    source: SourceRef
    age_band: Literal["adult", "paediatric"] | None = None
    min_weeks: Decimal | None = None
    min_months: Decimal | None = None

    @property
    def words(self) -> str:
        """The label's own measure: weeks, or months."""
        return f"{self.min_weeks} weeks" if self.min_weeks is not None else f"{self.min_months} months"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingModifier:
    """A modifier of a drug's line on a claim: JW for discarded units, JZ for none."""

    code: str
    meaning: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """All of it for one product; `ready_to_use` products come as a solution and may be given undiluted."""

    product: str
    vials: tuple[VialSize, ...]
    dilutions: tuple[LabelDilution, ...] = ()
    two_steps: tuple[TwoStep, ...] = ()
    use_within: UseWithin | None = None
    billing: BillingUnit | None = None
    diluent: str | None = None
    ready_to_use: bool = False
    brands: tuple[str, ...] = ()
    intervals: tuple[LabelInterval, ...] = ()

    def intervals_for(self, condition: str, jurisdiction: str, paediatric: bool | None) -> tuple[LabelInterval, ...]:
        """Return the rows that hold; with unknown age all bands, with a known one only it and rows without age."""
        bands = {None, "adult", "paediatric"} if paediatric is None else {None, "paediatric" if paediatric else "adult"}
        return tuple(
            row
            for row in self.intervals
            if condition in row.conditions and jurisdiction in row.jurisdictions and row.age_band in bands
        )

    def vial(self, units: Decimal) -> VialSize | None:
        """Return the pack size of `units`, or None if there is none."""
        return next((size for size in self.vials if size.units == units), None)


# A number blocks or counts as verified only if it was read in a document of such a grade.
VERIFIED_GRADES = frozenset({"label", "label_reprint", "manufacturer", "compendium", "clinic_review"})


def is_verified(source: SourceRef) -> bool:
    """Return whether a number from `source` was read in a document that may carry a limit."""
    return source.checked and source.grade in VERIFIED_GRADES


def product_facts(product: str) -> ProductFacts:
    """Return the facts of `product`, or raise `UnknownNameError`; a brand is refused too, and its product named."""
    try:
        return preparations()[product]
    except KeyError:
        pass
    for facts in preparations().values():
        if product.lower() in (brand.lower() for brand in facts.brands):
            raise UnknownNameError(f"{product!r} is a brand; write its nonproprietary name {facts.product}")
    raise UnknownNameError(f"no product {product!r}; choose one of {', '.join(preparations())}")


@cache
def preparations() -> Mapping[str, ProductFacts]:
    """Return the facts of every product, by nonproprietary name."""
    raw = read_json(_FILE)
    return MappingProxyType({row["product"]: _facts(row, raw) for row in raw["products"]})


@cache
def preparation_sources() -> Mapping[str, PreparationSource]:
    """Return the documents behind the facts, by key."""
    return MappingProxyType({row["key"]: PreparationSource(**row) for row in read_json(_FILE)["sources"]})


@cache
def known_conditions() -> tuple[str, ...]:
    """Return the conditions that toxin is given for, labelled or not, by name."""
    return tuple(read_json(_FILE)["conditions"])


def check_condition(condition: str) -> str:
    """Return `condition` if it is known, or raise `UnknownNameError` with near matches."""
    if condition not in known_conditions():
        raise unknown("indication", condition, known_conditions())
    return condition


@cache
def billing_modifiers() -> Mapping[str, BillingModifier]:
    """Return the claim modifiers for discarded drug, by code."""
    rows = (BillingModifier(**_typed(row)) for row in read_json(_FILE)["modifiers"])
    return MappingProxyType({row.code: row for row in rows})


def _facts(head: dict[str, Any], raw: dict[str, Any]) -> ProductFacts:
    product = head["product"]

    def rows(table: str) -> list[dict[str, Any]]:
        return [row for row in raw[table] if row["product"] == product]

    within, billing = rows("use_within"), rows("billing")
    if len(within) > 1 or len(billing) > 1:
        raise ReferenceDataError(f"{product} has two times of use or two billing units; keep one of each")
    return ProductFacts(
        product=product,
        vials=tuple(VialSize(**_typed(row)) for row in rows("vials")),
        dilutions=tuple(LabelDilution(**_typed(row)) for row in rows("dilutions")),
        two_steps=tuple(TwoStep(**_typed(row)) for row in rows("two_steps")),
        use_within=UseWithin(**_typed(within[0])) if within else None,
        billing=BillingUnit(**_typed(billing[0])) if billing else None,
        diluent=head["diluent"],
        ready_to_use=head["ready_to_use"],
        brands=tuple(head["brands"]),
        intervals=tuple(LabelInterval(**_typed(row)) for row in rows("intervals")),
    )


_WORDS = frozenset({"used_for", "procedure", "at", "code", "meaning", "age_band"})
_LISTS = frozenset({"conditions", "jurisdictions"})


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Return one row with exact decimals and its source; a row without a known source does not load."""
    source = preparation_sources().get(row["source"])
    if source is None:
        raise ReferenceDataError(f"row {row} names no known source; add it to the list")
    values: dict[str, Any] = {"source": SourceRef(source.key, source.grade, row["checked"])}
    for name, value in row.items():
        if name in ("product", "source", "checked"):
            continue
        if name in _LISTS:
            values[name] = None if value is None else tuple(value)
        else:
            values[name] = value if value is None or name in _WORDS else Decimal(value)
    return values
