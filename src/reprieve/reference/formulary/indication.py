"""One labelled (or expressly unlabelled) use of a product."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reprieve.core.errors import ReferenceDataError
from reprieve.core.findings import SourceRef

# UK labels were EU labels: a row that names the EU alone is read for the UK too.
_JURISDICTIONS = {"US": ("US",), "EU": ("EU", "UK"), "EU/UK": ("EU", "UK"), "UK": ("UK",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """One use: which conditions, where, for what ages, and whether it is on the label.

    `age_source` is None when the row names no age itself; then the ages come from the row's own name.
    """

    id: str
    product: str
    conditions: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    labelled: bool
    status: str
    age_low: Decimal | None
    age_high: Decimal | None
    age_source: SourceRef | None
    source: SourceRef

    @classmethod
    def of(cls, entry: dict[str, Any], product: str, sources: dict[str, dict[str, Any]]) -> Indication:
        """Return the indication of one record of the formulary."""
        name, status = entry["id"], entry["label_status"]
        low, high = entry.get("age_min_years"), entry.get("age_max_years")
        paediatric, adult = name.endswith("_paed"), name.endswith("_adult")
        return cls(
            id=name,
            product=product,
            conditions=(entry["condition_id"], *entry.get("also", ())),
            jurisdictions=_JURISDICTIONS[entry["jurisdiction"]],
            labelled=not status.startswith("NOT"),
            status=status,
            age_low=low["value"] if low else Decimal(18) if adult else None,
            age_high=high["value"] if high else Decimal(17) if paediatric else None,
            age_source=_ref(low, sources) if low else None,
            source=_first(entry, sources),
        )

    def holds_in(self, jurisdiction: str | None) -> bool:
        """Return whether the label holds in `jurisdiction`; without one every label does."""
        return jurisdiction is None or jurisdiction in self.jurisdictions

    def holds_at(self, age_years: Decimal) -> bool:
        """Return whether a person of `age_years` is within the labelled ages."""
        above = self.age_low is None or age_years >= self.age_low
        return above and (self.age_high is None or age_years < self.age_high + 1)


def _ref(row: dict[str, Any], sources: dict[str, dict[str, Any]]) -> SourceRef:
    return SourceRef(row["source"], sources[row["source"]]["grade"], row["checked"])


def _first(entry: dict[str, Any], sources: dict[str, dict[str, Any]]) -> SourceRef:
    """Return the source that the row gives for the use itself, or else the first of its parts."""
    parts = ("label_source", "total_dose", "age_min_years", "paediatric_caps", "interval")
    for part in (entry, *(entry.get(name) for name in parts)):
        rows = part if isinstance(part, list) else [part]
        if rows and rows[0] and "source" in rows[0]:
            return _ref(rows[0], sources)
    raise ReferenceDataError(f"use {entry['id']!r} names no source; add one")
