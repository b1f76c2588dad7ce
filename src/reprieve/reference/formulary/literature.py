"""Doses and unit ratios of the literature: never label, never converted, shown with their words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from reprieve.core.findings import SourceRef
from reprieve.reference.formulary._flatten import source_ref
from reprieve.reference.formulary._records import formulary_file, source_records


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteratureDose:
    """One published dose of one target.

    Attributes
    ----------
    id : str
        Stable key, ``literature.cervical_dystonia.onabotulinumtoxinA.splenius_capitis``; clinic reviews name it.
    target : str
        Muscle, label group or heading of a dose table.
    start, low, high : Decimal or None
        In `unit` of `product`; None is not stated.
    per : str
        What it counts for, in the paper's words.
    evidence : str
        ``expert_table``, ``review_opinion``, ``trial_range``, ``observational``, ``tertiary`` or ``general``.
    hidden : bool
        Of low confidence: not shown as a dose until a clinic has confirmed it.
    """

    id: str
    condition: str
    product: str
    target: str
    label: str
    start: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    per: str
    sites_low: int | None
    sites_high: int | None
    evidence: str
    hidden: bool
    source: SourceRef
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRatio:
    """A ratio of units that a paper reports, to be shown as text and never used: "literature, not label"."""

    of: str
    to: str
    low: Decimal | None
    high: Decimal | None
    kind: str
    condition: str
    source: SourceRef
    note: str | None


@cache
def literature_doses() -> tuple[LiteratureDose, ...]:
    """Return every published dose of a target."""
    seen: dict[str, int] = {}
    return tuple(_dose(row, seen) for row in formulary_file("literature")["muscle_doses"])


@cache
def literature_doses_for(condition: str, product: str) -> tuple[LiteratureDose, ...]:
    """Return the published doses of `product` for `condition`; rows of an unnamed product belong to none."""
    return tuple(row for row in literature_doses() if row.condition == condition and row.product == product)


@cache
def unit_ratios() -> tuple[UnitRatio, ...]:
    """Return the reported ratios of units between products."""
    return tuple(
        UnitRatio(
            of=row["from"],
            to=row["to"],
            low=row["ratio_min"],
            high=row["ratio_max"],
            kind=row["kind"],
            condition=row["condition"],
            source=source_ref(row, source_records()),
            note=row.get("note"),
        )
        for row in formulary_file("literature")["conversion_ratios"]
    )


def _dose(row: dict[str, Any], seen: dict[str, int]) -> LiteratureDose:
    key = f"literature.{row['condition_id']}.{row['product']}.{row['muscle_id']}"
    seen[key] = seen.get(key, 0) + 1
    sites = [None if row.get(name) is None else int(row[name]) for name in ("sites_min", "sites_max")]
    return LiteratureDose(
        id=key if seen[key] == 1 else f"{key}.{seen[key]}",
        condition=row["condition_id"],
        product=row["product"],
        target=row["muscle_id"],
        label=row["muscle_label"],
        start=row.get("dose_start"),
        low=row.get("dose_min"),
        high=row.get("dose_max"),
        unit="units/kg" if row["dose_unit"] == "U/kg" else "units",
        per=row["per"],
        sites_low=sites[0],
        sites_high=sites[1],
        evidence=row["evidence"],
        hidden=row.get("confidence") == "low",
        source=source_ref(row, source_records()),
        note=row.get("note") or row.get("conflict"),
    )
