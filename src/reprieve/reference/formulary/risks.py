"""What a recorded risk of a patient means for a product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.core.findings import SourceRef
from reprieve.reference.formulary._flatten import source_ref
from reprieve.reference.formulary._records import formulary_file, source_records

RiskRule = Literal["contraindicated", "interaction", "special_population"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """One risk under one rule; empty `products` or `jurisdictions` mean all."""

    id: str
    risk: str
    rule: RiskRule
    products: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    concern: str
    clears_if: str
    source: SourceRef

    def holds_for(self, product: str, jurisdiction: str | None) -> bool:
        """Return whether the row speaks of `product` in `jurisdiction`; without one every label speaks."""
        there = jurisdiction is None or not self.jurisdictions or jurisdiction in self.jurisdictions
        return there and (not self.products or product in self.products)


@cache
def risk_rows() -> Mapping[str, tuple[RiskRow, ...]]:
    """Return the rows by risk."""
    table: dict[str, list[RiskRow]] = {}
    for row in formulary_file("risks")["rows"]:
        table.setdefault(row["risk"], []).append(_row(row))
    return MappingProxyType({risk: tuple(rows) for risk, rows in table.items()})


@cache
def risks_of(risk: str, product: str, jurisdiction: str | None) -> tuple[RiskRow, ...]:
    """Return what `risk` means for `product`, the heaviest rule alone; empty if nothing is on file."""
    rows = [row for row in risk_rows().get(risk, ()) if row.holds_for(product, jurisdiction)]
    refused = tuple(row for row in rows if row.rule == "contraindicated")
    return refused or tuple(rows)


def _row(row: dict[str, Any]) -> RiskRow:
    return RiskRow(
        id=row["id"],
        risk=row["risk"],
        rule=row["rule"],
        products=tuple(row["products"]),
        jurisdictions=tuple(row["jurisdictions"]),
        concern=row["concern"],
        clears_if=row["clears_if"],
        source=source_ref(row, source_records()),
    )
